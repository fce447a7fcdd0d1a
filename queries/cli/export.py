"""Commands that take a slice away, and that list the ready-made ones."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

from queries.cli.options import filter_options, format_option, store_option
from queries.cli.progress import shown_progress
from queries.cli.rows import print_rows
from queries.errors import ManifestError, UsageError
from queries.filters import Filters
from queries.settings import Settings
from queries.store import open_store

if TYPE_CHECKING:
    from queries.export.plan import ExportPlan, Pick

_WHOLE = click.IntRange(0, 2**31)
_PICK_OPTIONS = (
    click.option("--sample", "rows", type=click.IntRange(1, 2**31), help="Only so many of them."),
    click.option(
        "--per",
        type=click.Choice(["model", "language", "category"]),
        help="With --sample: so many of each; of each category that a message is flagged in.",
    ),
    click.option(
        "--groups",
        type=click.IntRange(1, 2**31),
        help="With --per: only the models or languages with the most conversations.",
    ),
    click.option(
        "--order",
        type=click.Choice(["shuffled", "score", "user_score"]),
        help="With --sample: drawn by the seed, or those with the highest score, of any message "
        "or of the user's.  [default: shuffled]",
    ),
    click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="With --sample.  [default: 0]"),
    click.option(
        "--distinct",
        type=click.Choice(["prompts", "words"]),
        help="One conversation for each first prompt of the slice; with words, regardless of the "
        "order of its words.",
    ),
    click.option("--min-prompt-chars", type=_WHOLE, help="The first prompt is at least so long."),
    click.option("--max-prompt-chars", type=_WHOLE, help="The first prompt is at most so long."),
)
_WRITE_OPTIONS = (
    click.option("--slice", "name", help="A ready-made slice: chatscape slices lists them."),
    click.option(
        "--from",
        "manifest",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Make the export of this manifest again, and check that it is the same.",
    ),
    click.option(
        "--shape",
        type=click.Choice(["published", "messages", "conversations", "prompts", "chat", "ids"]),
        help="What a row is.  [default: published]",
    ),
    click.option("--columns", help="Only these columns, with commas between them."),
    click.option(
        "--format",
        "format_",
        type=click.Choice(["parquet", "jsonl", "csv", "hf"]),
        help="hf is a folder for the library datasets.  [default: what the name of OUT says]",
    ),
    click.option(
        "--unmask",
        is_flag=True,
        help="Leave e-mail addresses, numbers and keys in; chatscape log says who did.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace what is at OUT."),
)


def _plan_options(command: Any) -> Any:  # noqa: ANN401
    for option in reversed((*_WRITE_OPTIONS, *_PICK_OPTIONS)):
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
    **options: Any,  # noqa: ANN401
) -> None:
    """Write a slice to OUT: .parquet, .jsonl or .csv, also .jsonl.gz and .zst, or a folder.

    A manifest beside it says what it is of. Flagged messages are in it unless a filter leaves them
    out; contact data is masked unless you say --unmask. The licence of the data binds whoever has
    it: to share a slice, share --shape ids.

    Example: chatscape export gpt4.parquet --model gpt-4 --language English --sample 1000 --seed 7
    """
    from queries.export.again import check_same
    from queries.export.formats import check_format
    from queries.export.manifest import plan_of, read_manifest
    from queries.export.output import check_name
    from queries.export.samples import chosen
    from queries.export.shapes import columns_of
    from queries.export.words import plan_words, shape_words
    from queries.export.write import write_export

    before = None
    if manifest is None:
        plan = replace(_plan(out, filters, options), is_masked=not unmask)
    else:
        _check_alone(filters, options)
        before = read_manifest(manifest)
        plan = _same_plan(out, manifest, plan_of(manifest, before), unmask=unmask)
    opened = open_store(store, Settings.from_env())
    check_format(plan, out)
    columns_of(opened, plan)
    check_name(out, may_replace=overwrite, store=store)
    found = chosen(opened, plan)
    if manifest is not None and before is not None:
        check_same(opened, manifest, before, found)
    click.echo(f"{plan_words(plan)}: {found.count:,} conversations; {shape_words(plan)}.", err=True)
    made = write_export(
        opened, plan, out, progress=shown_progress(), found=found, may_replace=overwrite
    )
    _say(out, made, before)


@click.command()
@format_option
def slices(format_: str) -> None:
    """List the ready-made slices, for: chatscape export OUT --slice NAME."""
    from queries.export.named import NAMED
    from queries.export.plan import ExportPlan
    from queries.export.words import plan_words

    if format_ == "table":
        for name, one in NAMED.items():
            words = plan_words(ExportPlan(picks=one.picks()))
            click.echo(f"{name} (--shape {one.shape})\n  {words}.\n  {one.meaning}\n")
        return
    rows = [
        {
            "slice": name,
            "shape": one.shape,
            "words": plan_words(ExportPlan(picks=one.picks())),
            "meaning": one.meaning,
        }
        for name, one in NAMED.items()
    ]
    print_rows(pd.DataFrame(rows), format_)


def _plan(out: Path, filters: Filters, options: dict[str, Any]) -> "ExportPlan":
    from queries.export.formats import format_of
    from queries.export.named import named_slice
    from queries.export.plan import ExportPlan, Pick

    name, shape = options["name"], options["shape"]
    picks: tuple[Pick, ...] = (_pick(options),)
    if name is not None:
        if picks != (_pick({}),):
            raise UsageError("A ready-made slice is picked already: give --slice, or how to pick.")
        named = named_slice(name)
        picks, shape = named.picks(), shape or named.shape
    columns = tuple(filter(None, map(str.strip, (options["columns"] or "").split(","))))
    return ExportPlan(
        filters=filters,
        picks=picks,
        shape=shape or "published",
        format=options["format_"] or format_of(out),
        columns=columns,
        name=name,
    )


def _pick(options: dict[str, Any]) -> "Pick":
    from queries.export.plan import Pick, Sample

    drawn = ("per", "groups", "order", "seed")
    given = {name: options[name] for name in drawn if options.get(name) is not None}
    rows = options.get("rows")
    if rows is None and given:
        raise UsageError(f"--{next(iter(given))} goes with --sample: say how many.")
    return Pick(
        min_prompt_chars=options.get("min_prompt_chars"),
        max_prompt_chars=options.get("max_prompt_chars"),
        distinct=options.get("distinct"),
        sample=None if rows is None else Sample(rows, **given),
    )


def _check_alone(filters: Filters, options: dict[str, Any]) -> None:
    if filters != Filters() or any(value is not None for value in options.values()):
        raise UsageError("A manifest says everything: give --from alone, or with --unmask.")


def _same_plan(out: Path, manifest: Path, plan: "ExportPlan", *, unmask: bool) -> "ExportPlan":
    """The plan of a manifest, in the format that the new name says."""
    from queries.export.formats import format_of

    if plan.is_masked == unmask:
        said = "masked: leave --unmask away." if plan.is_masked else "unmasked: say --unmask."
        raise ManifestError(manifest, f"its export was {said}")
    return replace(plan, format=format_of(out))


def _say(out: Path, made: dict[str, Any], before: dict[str, Any] | None) -> None:
    counts = made["counts"]
    size = sum(file["bytes"] for file in made["files"])
    click.echo(
        f"{counts['conversations']:,} conversations, {counts['rows']:,} rows written to {out} "
        f"({size / 1e6:,.1f} MB). {out.name}.manifest.json says what it is of."
    )
    for what, count in counts["left_out"].items():
        click.echo(f"Left out: {count:,} {what}.")
    for note in made["notes"]:
        click.echo(f"Note: {note}")
    if before is not None:
        hashes = [[file["sha256"] for file in one["files"]] for one in (before, made)]
        same = "byte by byte" if hashes[0] == hashes[1] else "in its conversations; not its bytes"
        click.echo(f"It is the same as the export of the manifest, {same}.")
    click.echo(made["licence_notice"])
