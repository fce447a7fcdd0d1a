"""The commands export and slices: write a slice to a file, and list the ready-made slices."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
import pandas as pd

from queries.cli.options import filter_options, format_option, store_option
from queries.cli.output import print_rows
from queries.cli.progress import terminal_progress
from queries.errors import ManifestError, UsageError
from queries.export.plan import ROWS_MAX, SEED_MAX, Distinct, Format, Per, SampleOrder
from queries.export.shapes import SHAPES
from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings

if TYPE_CHECKING:
    from queries.export.plan import ExportPlan, Selection

_CHARS = click.IntRange(0, ROWS_MAX)
_SELECTION_OPTIONS = (
    click.option(
        "--sample", "rows", type=click.IntRange(1, ROWS_MAX), help="Draw a sample of this many."
    ),
    click.option(
        "--per",
        type=click.Choice(get_args(Per)),
        help="With --sample: this many for each model, language or flagged category.",
    ),
    click.option(
        "--groups",
        type=click.IntRange(1, ROWS_MAX),
        help="With --per: only this many models or languages, the most frequent ones.",
    ),
    click.option(
        "--order",
        type=click.Choice(get_args(SampleOrder)),
        help="With --sample: at random by the seed, or by highest score of any message or of user "
        "messages.  [default: shuffled]",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0, SEED_MAX),
        help="With --sample: the random seed.  [default: 0]",
    ),
    click.option(
        "--distinct",
        type=click.Choice(get_args(Distinct)),
        help="One conversation per first prompt of the slice; `words` ignores the order of words.",
    ),
    click.option("--min-prompt-chars", type=_CHARS, help="Minimum length of the first prompt."),
    click.option("--max-prompt-chars", type=_CHARS, help="Maximum length of the first prompt."),
)
_WRITE_OPTIONS = (
    click.option("--slice", "name", help="A ready-made slice; `chatscape slices` lists them."),
    click.option(
        "--from",
        "manifest",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Reproduce the export of this manifest and check that it is the same.",
    ),
    click.option(
        "--shape",
        type=click.Choice(list(SHAPES)),
        help="What one row is.  [default: published]",
    ),
    click.option("--columns", help="Only these columns, separated by commas."),
    click.option(
        "--format",
        "format_",
        type=click.Choice(get_args(Format)),
        help="hf is a folder for the Hugging Face library datasets.  [default: by the name of OUT]",
    ),
    click.option(
        "--bom",
        "has_bom",
        is_flag=True,
        default=None,
        help="Begin a CSV with a byte order mark, so that Excel reads it as UTF-8.",
    ),
    click.option(
        "--unmask",
        is_flag=True,
        help="Do not mask e-mail addresses, numbers and keys; recorded in the audit log.",
    ),
    click.option(
        "--include-sexual-minors",
        is_flag=True,
        help="Include texts flagged as sexual/minors, which are covered otherwise; recorded in the "
        "audit log.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace an existing file or folder at OUT."),
)


def _plan_options(command: Any) -> Any:  # noqa: ANN401
    for option in reversed((*_WRITE_OPTIONS, *_SELECTION_OPTIONS)):
        command = option(command)
    return command


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@store_option
@_plan_options
@filter_options
def export(
    out: Path,
    store: Path,
    filters: Filters,
    manifest: Path | None,
    overwrite: bool,
    unmask: bool,
    include_sexual_minors: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Write a slice to OUT: .parquet, .jsonl, .jsonl.gz, .jsonl.zst, .csv, .xlsx, or a folder.

    A manifest beside it describes the export. Flagged messages are included unless a filter
    excludes them, but texts flagged as sexual/minors are covered unless you add
    --include-sexual-minors. Contact data is masked unless you add --unmask. The licence of the
    data applies to the export too: to share a slice, export its ids (--shape ids).

    Example: chatscape export gpt4.parquet --model gpt-4 --language English --sample 1000 --seed 7
    """
    from queries.export.atomic_output import check_output_path
    from queries.export.describe import plan_words, shape_words
    from queries.export.formats import check_format, format_of
    from queries.export.manifest import plan_of, read_manifest
    from queries.export.reproduce import verify_same_selection
    from queries.export.selection import select_conversations
    from queries.export.shapes import export_columns
    from queries.export.write import write_export

    source = None
    if manifest is None:
        plan = replace(
            _plan(out, filters, options),
            is_masked=not unmask,
            includes_sexual_minors=include_sexual_minors,
        )
    else:
        _check_no_options(filters, options)
        source = read_manifest(manifest)
        plan = plan_of(manifest, source)
        _check_flags(manifest, plan, unmask=unmask, include_sexual_minors=include_sexual_minors)
        format_ = format_of(out)
        plan = replace(plan, format=format_, has_bom=plan.has_bom and format_ == "csv")
    opened = open_store(store, Settings.from_env())
    check_format(plan, out)
    export_columns(opened, plan.shape, plan.columns)
    check_output_path(out, may_replace=overwrite, store=store)
    selected = select_conversations(opened, plan)
    if manifest is not None and source is not None:
        verify_same_selection(opened, manifest, source, selected)
    click.echo(
        f"{plan_words(plan)}: {selected.count:,} conversations; {shape_words(plan)}.", err=True
    )
    result = write_export(
        opened, plan, out, progress=terminal_progress(), selected=selected, may_replace=overwrite
    )
    _print_result(out, result, source)


@click.command()
@format_option
def slices(format_: str) -> None:
    """List the ready-made slices, for `chatscape export OUT --slice NAME`."""
    from queries.export.describe import plan_words
    from queries.export.plan import ExportPlan
    from queries.export.presets import PRESETS

    if format_ == "table":
        for name, preset in PRESETS.items():
            words = plan_words(ExportPlan(picks=preset.picks()))
            click.echo(f"{name} (--shape {preset.shape})\n  {words}.\n  {preset.meaning}\n")
        return
    rows = [
        {
            "slice": name,
            "shape": preset.shape,
            "words": plan_words(ExportPlan(picks=preset.picks())),
            "meaning": preset.meaning,
        }
        for name, preset in PRESETS.items()
    ]
    print_rows(pd.DataFrame(rows), format_)


def _plan(out: Path, filters: Filters, options: dict[str, Any]) -> "ExportPlan":
    from queries.export.formats import format_of
    from queries.export.plan import ExportPlan, Selection
    from queries.export.presets import preset

    name, shape = options["name"], options["shape"]
    picks: tuple[Selection, ...] = (_selection(options),)
    if name is not None:
        if picks != (_selection({}),):
            raise UsageError(
                "--slice cannot be combined with options that select conversations. Leave one out."
            )
        chosen = preset(name)
        picks, shape = chosen.picks(), shape or chosen.shape
    columns = tuple(filter(None, map(str.strip, (options["columns"] or "").split(","))))
    return ExportPlan(
        filters=filters,
        picks=picks,
        shape=shape or "published",
        format=options["format_"] or format_of(out),
        has_bom=bool(options["has_bom"]),
        columns=columns,
        name=name,
    )


def _selection(options: dict[str, Any]) -> "Selection":
    from queries.export.plan import Sample, Selection

    drawn = ("per", "groups", "order", "seed")
    sampling = {name: options[name] for name in drawn if options.get(name) is not None}
    rows = options.get("rows")
    if rows is None and sampling:
        raise UsageError(f"--{next(iter(sampling))} needs --sample. Add --sample with a number.")
    return Selection(
        min_prompt_chars=options.get("min_prompt_chars"),
        max_prompt_chars=options.get("max_prompt_chars"),
        distinct=options.get("distinct"),
        sample=None if rows is None else Sample(rows, **sampling),
    )


def _check_no_options(filters: Filters, options: dict[str, Any]) -> None:
    if filters != Filters() or any(value is not None for value in options.values()):
        raise UsageError(
            "--from takes everything from the manifest. Leave out the other options but --unmask "
            "and --include-sexual-minors."
        )


def _check_flags(
    manifest: Path, plan: "ExportPlan", *, unmask: bool, include_sexual_minors: bool
) -> None:
    """Check that the flags fit a manifest: they are given again, never taken from it."""
    if plan.is_masked == unmask:
        advice = "masked. Leave --unmask out." if plan.is_masked else "unmasked. Add --unmask."
        raise ManifestError(manifest, f"its export was {advice}")
    if plan.includes_sexual_minors != include_sexual_minors:
        has, verb = ("has", "Add") if plan.includes_sexual_minors else ("covers", "Leave out")
        raise ManifestError(
            manifest,
            f"its export {has} texts flagged as sexual/minors. {verb} --include-sexual-minors.",
        )


def _print_result(out: Path, manifest: dict[str, Any], source: dict[str, Any] | None) -> None:
    """Print what was exported, and whether it equals the export of the source manifest."""
    counts = manifest["counts"]
    size = sum(file["bytes"] for file in manifest["files"])
    click.echo(
        f"{counts['conversations']:,} conversations, {counts['rows']:,} rows written to {out} "
        f"({size / 1e6:,.1f} MB). {out.name}.manifest.json describes the export."
    )
    for what, count in counts["left_out"].items():
        click.echo(f"Left out: {count:,} {what}.")
    minors = manifest.get("sexual_minors")
    if minors is not None and not minors["are_included"]:
        click.echo(
            "Texts flagged as sexual/minors are covered (conversations: "
            f"{minors['conversations']:,}). Include them with: --include-sexual-minors"
        )
    for note in manifest["notes"]:
        click.echo(f"Note: {note}")
    if source is not None:
        hashes = [[file["sha256"] for file in m["files"]] for m in (source, manifest)]
        same = "byte by byte" if hashes[0] == hashes[1] else "in its conversations; not its bytes"
        click.echo(f"It is the same as the export of the manifest, {same}.")
    click.echo(manifest["licence_notice"])
