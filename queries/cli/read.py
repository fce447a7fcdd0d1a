"""Commands that read a store."""

import shlex
from pathlib import Path

import click
import pandas as pd

from queries.clauses import Value
from queries.cli.options import (
    WHOLE_MAX,
    filter_arguments,
    filter_options,
    format_option,
    parsed_param,
    reading_options,
    store_option,
)
from queries.cli.rows import print_rows
from queries.cli.unmasking import note_unmasking
from queries.filters import Filters
from queries.oddities import oddity_sentences
from queries.search.worth import worth_sentences
from queries.settings import Settings
from queries.store import Store, open_store


@click.command()
@store_option
@format_option
def info(store: Path, format_: str) -> None:
    """Say what is in a store."""
    opened = _opened(store)
    manifest = opened.manifest
    size = opened.run("slice_size", Filters())
    facts = {
        "store": str(store),
        "version": manifest["version"],
        "created_at": manifest["created_at"],
        "chatscape_version": manifest["chatscape_version"],
        "conversation_count": int(size["conversation_count"].iloc[0]),
        "message_count": int(size["message_count"].iloc[0]),
        "removed_count": len(opened.removed_ranks),
        "source_count": len(manifest["sources"]),
        "source_row_count": sum(source["row_count"] for source in manifest["sources"]),
        "source_bytes": sum(source["bytes"] for source in manifest["sources"]),
        "limit": manifest["limit"],
        "is_synthetic": manifest["is_synthetic"],
        "redacted_is_derived": manifest["redacted_is_derived"],
        "dropped_columns": manifest["dropped_columns"],
        "steps": list(manifest["steps"]),
        **{f"oddity_{name}": count for name, count in manifest["oddities"].items()},
    }
    print_rows(pd.DataFrame([facts]), format_)
    if format_ == "table":
        for source in manifest["sources"]:
            click.echo(
                f"Source: {source['path']}, {source['row_count']:,} rows, {source['sha256']}"
            )
        for sentence in oddity_sentences(manifest):
            click.echo(f"Note: {sentence}")
        if "index" not in manifest["steps"]:
            click.echo("There is no search index in this store yet.")
        else:
            for sentence in worth_sentences(manifest["steps"]["index"]):
                click.echo(f"Index: {sentence}")


@click.command()
@click.argument("name", required=False)
@store_option
@filter_options
@click.option(
    "--set", "params", multiple=True, metavar="NAME=VALUE", help="A $parameter of the query."
)
@click.option("--sql", "show_sql", is_flag=True, help="Print the query instead of running it.")
@reading_options
@format_option
def query(
    name: str | None,
    store: Path,
    filters: Filters,
    params: tuple[str, ...],
    show_sql: bool,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """Run the query NAME over a slice; without NAME, list the queries.

    Example: chatscape query model_mix --language English --min-turns 3
    """
    from queries.answers import answer
    from queries.reading import readable_rows

    if name is None:
        print_rows(_queries(), format_)
    elif show_sql:
        click.echo(_sql(name, filters, dict(map(parsed_param, params))))
    else:
        values = dict(map(parsed_param, params))
        rows = answer(_opened(store), name, filters, values)
        if unmask:
            sets = [part for param in params for part in ("--set", param)]
            arguments = ["query", name, *filter_arguments(filters), *sets]
            note_unmasking(store, shlex.join(arguments), count=len(rows))
        print_rows(readable_rows(rows, is_uncovered=uncover, is_unmasked=unmask), format_)


def _queries() -> pd.DataFrame:
    from queries.answers import answer_names, grain

    names = answer_names()
    return pd.DataFrame({"query": names, "answer": [grain(name) for name in names]})


def _sql(name: str, filters: Filters, params: dict[str, Value]) -> str:
    from queries.answers import statements

    by = params.get("by")
    return "\n\n".join(statements(name, filters, by=None if by is None else str(by)))


@click.command("list")
@store_option
@filter_options
@click.option(
    "--sort", default="conversation_id", show_default=True, help="Column to sort by, or shuffled."
)
@click.option("--descending", is_flag=True, help="Largest or last first.")
@click.option(
    "--seed",
    type=click.IntRange(0, WHOLE_MAX),
    default=0,
    show_default=True,
    help="With --sort shuffled: another seed is another order.",
)
@click.option("--limit", type=click.IntRange(0, 1_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0, WHOLE_MAX), default=0, show_default=True)
@reading_options
@format_option
def list_(
    store: Path,
    filters: Filters,
    sort: str,
    descending: bool,
    seed: int,
    limit: int,
    offset: int,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """List the conversations of a slice, one page of them.

    Example: chatscape list --flagged none --sort turn_count --descending --limit 50
    """
    from queries.conversations import slice_rows
    from queries.reading import readable_rows

    rows = slice_rows(
        _opened(store),
        filters,
        sort=sort,  # type: ignore[arg-type]
        is_descending=descending,
        seed=seed,
        row_limit=limit,
        row_offset=offset,
    )
    if unmask:
        order = ["--sort", sort, *(["--descending"] if descending else []), "--seed", str(seed)]
        page = ["--limit", str(limit), "--offset", str(offset)]
        arguments = ["list", *filter_arguments(filters), *order, *page]
        note_unmasking(store, shlex.join(arguments), count=len(rows))
    print_rows(readable_rows(rows, is_uncovered=uncover, is_unmasked=unmask), format_)


@click.command()
@store_option
@format_option
def log(store: Path, format_: str) -> None:
    """Say who unmasked contact data, of what and when (UTC), newest first."""
    from queries.access_log import noted
    from queries.layout import StorePath

    store_path = StorePath(store)
    store_path.current()
    print_rows(noted(store_path), format_)


def _opened(path: Path) -> Store:
    return open_store(path, Settings.from_env())
