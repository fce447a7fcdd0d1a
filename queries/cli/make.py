"""Commands that write: a synthetic dataset, a store."""

from pathlib import Path
from typing import Literal

import click

from queries.cli.options import WHOLE_MAX, store_option
from queries.cli.progress import shown_progress
from queries.search.embedder import Device
from queries.settings import Settings


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(min=0), default=2_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--schema",
    type=click.Choice(["current", "early"]),
    default="current",
    show_default=True,
    help="As published now, or first, without the column `redacted`.",
)
@click.option(
    "--shards", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Files to write."
)
def sample(
    out: Path, rows: int, seed: int, schema: Literal["current", "early"], shards: int
) -> None:
    """Write synthetic conversations to OUT, in exactly the published schema.

    OUT is a file that ends in .parquet, or a folder. The same arguments give the same bytes.

    Example: chatscape sample raw/ --rows 1000000 --seed 7 --shards 6
    """
    from queries.sample.write import write_sample

    paths = write_sample(out, rows, seed, shown_progress(), schema, shards)
    bytes_ = sum(path.stat().st_size for path in paths)
    where = paths[0] if len(paths) == 1 else out
    click.echo(f"{rows:,} conversations written to {where} ({bytes_ / 1e6:,.1f} MB).")


@click.command()
@click.argument("raw")
@store_option
@click.option(
    "--limit",
    type=click.IntRange(0, WHOLE_MAX),
    help="Prepare only so many rows, in the order of files.",
)
@click.option(
    "--resume/--fresh",
    default=True,
    show_default=True,
    help="Go on with an interrupted build of the same data, or begin anew.",
)
def prepare(raw: str, store: Path, limit: int | None, resume: bool) -> None:
    """Build a store from RAW: a parquet file, a folder of shards, or a glob in quotes.

    The version that is live stays so until the new one is complete.

    Example: chatscape prepare ~/lmsys-chat-1m/data --store store
    """
    from queries.layout import StorePath
    from queries.oddities import oddity_sentences, redaction_sentence
    from queries.prepare.build import build_store

    built = build_store(raw, StorePath(store), shown_progress(), limit=limit, fresh=not resume)
    manifest = built.version.manifest()
    counts = manifest["counts"]
    if not built.is_new:
        click.echo(f"The store at {store} holds this data already; --fresh builds it again.")
        return
    if built.resumed_rows:
        click.echo(f"Went on with an interrupted build: {built.resumed_rows:,} rows were read.")
    click.echo(
        f"{counts['conversations']:,} conversations with {counts['messages']:,} messages "
        f"prepared in {store}, version {built.version.name}."
    )
    if left_out := manifest["left_out_count"]:
        click.echo(f"Left out: {left_out:,} conversations of this data that were removed for good.")
    for name in manifest["dropped_columns"]:
        click.echo(f"Left out: the column {name}, which the published schema does not have.")
    if derived := redaction_sentence(manifest):
        click.echo(derived)
    for sentence in oddity_sentences(manifest):
        click.echo(f"Note: {sentence}")


@click.command()
@store_option
@click.option(
    "--model",
    default=lambda: Settings.from_env().model,
    help="Name or folder of a sentence-transformers model.  [default: CHATSCAPE_MODEL, or the "
    "bundled all-MiniLM-L6-v2]",
)
@click.option("--words-only", is_flag=True, help="Index words alone: no model, no meaning.")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where the model computes.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, 4_096),
    help="Prompts that the model reads at once.  [default: 32, on a GPU 256]",
)
@click.option(
    "--resume/--fresh",
    default=True,
    show_default=True,
    help="Go on with an interrupted build of the same index, or begin anew.",
)
def index(
    store: Path,
    model: str,
    words_only: bool,
    device: Device,
    batch_size: int | None,
    resume: bool,
) -> None:
    """Build the search index of a store: the words of every message, the meaning of every prompt.

    The version that is live stays so until the new one, with its index, is complete.

    Example: chatscape index --store store
    """
    from queries.layout import StorePath
    from queries.prepare.index.build import build_index, is_indexed
    from queries.search.embedder import SentenceEmbedder
    from queries.search.worth import worth_sentences

    if resume and is_indexed(StorePath(store), None if words_only else model):
        click.echo(f"The store at {store} has this index already; --fresh builds it again.")
        return
    embedder = (
        None
        if words_only
        else SentenceEmbedder(model, device, batch_size=batch_size, may_fetch=True)
    )
    built = build_index(StorePath(store), embedder, shown_progress(), fresh=not resume)
    if not built.is_new:
        click.echo(f"The store at {store} has this index already; --fresh builds it again.")
        return
    if built.resumed_prompts:
        click.echo(
            f"Went on with an interrupted build: {built.resumed_prompts:,} prompts were embedded."
        )
    click.echo(f"The index of {store} is part of version {built.version.name}.")
    for sentence in worth_sentences(built.facts):
        click.echo(sentence)
