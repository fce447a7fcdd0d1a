"""The commands sample, prepare and index: make a synthetic dataset, a store, a search index."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from queries.cli.options import WHOLE_MAX, store_option
from queries.cli.progress import terminal_progress
from queries.search.embedder import Device, Precision

if TYPE_CHECKING:
    from queries.prepare.index.build import IndexResult


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--rows",
    type=click.IntRange(min=0),
    default=2_000,
    show_default=True,
    help="Number of conversations.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Another seed gives another dataset.",
)
@click.option(
    "--schema",
    type=click.Choice(["current", "early"]),
    default="current",
    show_default=True,
    help="The current schema, or the first published one, which lacks the column `redacted`.",
)
@click.option(
    "--shards",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    help="Number of files.",
)
def sample(
    out: Path, rows: int, seed: int, schema: Literal["current", "early"], shards: int
) -> None:
    """Write synthetic conversations in the published schema to OUT.

    OUT is a folder, or a file that ends in .parquet. The same arguments give the same bytes.

    Example: chatscape sample raw/ --rows 1000000 --seed 7 --shards 6
    """
    from queries.synthetic.write import write_synthetic_dataset

    paths = write_synthetic_dataset(out, rows, seed, terminal_progress(), schema, shards)
    bytes_ = sum(path.stat().st_size for path in paths)
    target = paths[0] if len(paths) == 1 else out
    click.echo(f"{rows:,} conversations written to {target} ({bytes_ / 1e6:,.1f} MB).")


@click.command()
@click.argument("raw")
@store_option
@click.option(
    "--limit",
    type=click.IntRange(0, WHOLE_MAX),
    help="Prepare only this many rows, in file order.",
)
@click.option(
    "--resume/--fresh",
    default=True,
    show_default=True,
    help="Continue an interrupted build of the same data, or start over.",
)
def prepare(raw: str, store: Path, limit: int | None, resume: bool) -> None:
    """Build a store from RAW: a file, a folder of files, or a quoted glob.

    Files are parquet, Arrow, JSON lines, JSON or CSV, by their names. The live version stays in
    use until the new one is complete.

    Example: chatscape prepare ~/lmsys-chat-1m/data --store store
    """
    from queries.datasets.quality_report import missing_column_sentences, oddity_sentences
    from queries.prepare.build import build_store
    from queries.store.layout import StorePath

    built = build_store(raw, StorePath(store), terminal_progress(), limit=limit, fresh=not resume)
    manifest = built.version.manifest()
    counts = manifest["counts"]
    for left_out_files in built.left_out_files:
        click.echo(left_out_files)
    if not built.is_new:
        click.echo(f"The store at {store} already holds this data. Add --fresh to rebuild it.")
        return
    if built.resumed_rows:
        click.echo(
            f"Continued an interrupted build: {built.resumed_rows:,} rows were already read."
        )
    click.echo(
        f"{counts['conversations']:,} conversations with {counts['messages']:,} messages "
        f"prepared in {store}, version {built.version.name}."
    )
    if left_out := manifest["left_out_count"]:
        click.echo(f"Left out: {left_out:,} conversations that were permanently removed.")
    for name in manifest["dropped_columns"]:
        click.echo(f"Left out: the column {name}, which is not in the published schema.")
    for sentence in missing_column_sentences(manifest):
        click.echo(sentence)
    for sentence in oddity_sentences(manifest):
        click.echo(f"Note: {sentence}")


@click.command()
@store_option
@click.option(
    "--model",
    help="Name or folder of a sentence-transformers model; multilingual for multilingual-e5-small; "
    "or http://HOST:PORT/v1, an OpenAI-compatible endpoint to which all texts are sent.  "
    "[default: CHATSCAPE_MODEL, or the bundled all-MiniLM-L6-v2]",
)
@click.option("--endpoint-model", metavar="NAME", help="The model to ask the endpoint for.")
@click.option(
    "--dimensions",
    type=click.IntRange(1, 16_384),
    help="Keep only so many values of each vector, with a model that was trained for it "
    "(Matryoshka).  [default: all]",
)
@click.option(
    "--words-only", is_flag=True, help="Index words only, without a model: no search by meaning."
)
@click.option(
    "--quick-only",
    is_flag=True,
    help="Stop after the quick vectors, which take minutes where the model takes hours.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where the model runs.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, 4_096),
    help="Prompts per batch of the model.  [default: 16, or 256 on a GPU, or 64 per request]",
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "int8", "float32"]),
    default="auto",
    show_default=True,
    help="Numbers to embed prompts with on a processor. int8 takes a third of the time. auto: int8 "
    "for the default model, if the processor has VNNI.",
)
@click.option(
    "--resume/--fresh",
    default=True,
    show_default=True,
    help="Continue an interrupted build of the same index, or start over.",
)
def index(
    store: Path,
    model: str | None,
    endpoint_model: str | None,
    dimensions: int | None,
    words_only: bool,
    quick_only: bool,
    device: Device,
    batch_size: int | None,
    precision: Precision,
    resume: bool,
) -> None:
    """Build the search index: full text of every message, a vector for every prompt.

    The live version stays in use until the new one, with its index, is complete. A store without an
    index gets one of words first, and one with quick vectors next if the model would take more than
    a minute.

    Example: chatscape index --store store
    """
    from queries.prepare.index.build import build_index
    from queries.prepare.index.existing_index import is_indexed
    from queries.search.index_summary import sending_sentence
    from queries.search.model_choice import choose_model
    from queries.store.layout import StorePath

    if words_only and quick_only:
        raise click.UsageError("Give either --words-only or --quick-only, not both.")
    choice = None if words_only else choose_model(model, endpoint_model, dimensions)
    if resume and is_indexed(StorePath(store), choice, is_quick_enough=quick_only):
        click.echo(f"The store at {store} already has this index. Add --fresh to rebuild it.")
        return
    if choice is not None:
        # A missing model is said at once, not when the words are indexed.
        choice.check()
        if model is None:
            _propose_model(store, choice.name)
        if choice.is_endpoint:
            click.echo(f"Note: {sending_sentence(choice.name)}")

    load = (
        None
        if choice is None
        else partial(choice.load, device, batch_size=batch_size, precision=precision)
    )
    built = build_index(
        *(StorePath(store), load, terminal_progress()),
        fresh=not resume,
        quick="only" if quick_only else "auto",
    )
    _print_index(store, built)


def _propose_model(store: Path, model_name: str) -> None:
    """Print which other model would serve the languages of a store better, if one does."""
    from queries.search.language_quality import proposal
    from queries.store.language_counts import language_counts
    from queries.store.layout import StorePath

    if sentence := proposal(model_name, language_counts(StorePath(store).current()), store):
        click.echo(sentence)


def _print_index(store: Path, built: "IndexResult") -> None:
    """Print what was built."""
    from queries.search.index_summary import summary_sentences

    if not built.is_new:
        click.echo(f"The store at {store} already has this index. Add --fresh to rebuild it.")
        return
    if built.resumed_prompts:
        click.echo(
            f"Continued an interrupted build: {built.resumed_prompts:,} prompts were already "
            "embedded."
        )
    click.echo(f"The index of {store} is part of version {built.version.name}.")
    for sentence in summary_sentences(built.facts):
        click.echo(sentence)
