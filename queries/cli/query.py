"""The commands info, query, list and log, which read a store."""

import shlex
from pathlib import Path
from typing import Any

import click
import pandas as pd

from queries.cli.audit import record_unmasking
from queries.cli.options import (
    WHOLE_MAX,
    filter_options,
    format_option,
    parse_param,
    reading_options,
    store_option,
)
from queries.cli.output import print_rows
from queries.datasets.quality_report import oddity_sentences
from queries.filters import Filters
from queries.filters.arguments import filter_arguments
from queries.filters.clauses import Value
from queries.open_store import open_store
from queries.prepare.map.summary import map_sentences
from queries.prepare.topics.summary import topic_sentences
from queries.search.index_summary import progress_sentence, summary_sentences
from queries.settings import Settings
from queries.store.index_progress import live_progress
from queries.store.layout import StorePath
from queries.store.store import Store


@click.command()
@store_option
@format_option
def info(store: Path, format_: str) -> None:
    """Describe the contents of a store."""
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
        "flagged_count": int(size["flagged_count"].iloc[0]),
        "judged_count": int(size["judged_count"].iloc[0]),
        "removed_count": len(opened.removed_ranks),
        "source_count": len(manifest["sources"]),
        "source_row_count": sum(source["row_count"] for source in manifest["sources"]),
        "source_bytes": sum(source["bytes"] for source in manifest["sources"]),
        "limit": manifest["limit"],
        "is_synthetic": manifest["is_synthetic"],
        "redacted_is_derived": manifest["redacted_is_derived"],
        "dropped_columns": manifest["dropped_columns"],
        "missing_columns": manifest.get("missing_columns", []),
        "steps": list(manifest["steps"]),
        **{f"oddity_{name}": count for name, count in manifest["oddities"].items()},
    }
    print_rows(pd.DataFrame([facts]), format_)
    if format_ == "table":
        for source in manifest["sources"]:
            click.echo(
                f"Source: {source['path']}, {source['row_count']:,} rows, {source['sha256']}"
            )
        if facts["judged_count"] < facts["conversation_count"]:
            click.echo(
                f"Verdicts are known for {facts['judged_count']:,} of "
                f"{facts['conversation_count']:,} conversations; --flagged unknown keeps the rest."
            )
        for sentence in oddity_sentences(manifest):
            click.echo(f"Note: {sentence}")
        _print_steps(store, manifest["steps"])


def _print_steps(store: Path, steps: dict[str, Any]) -> None:
    progress = live_progress(StorePath(store))
    if "index" not in steps:
        advice = " Build one with: chatscape index" if progress is None else ""
        click.echo(f"This store has no search index yet.{advice}")
    else:
        for sentence in summary_sentences(steps["index"], progress):
            click.echo(f"Index: {sentence}")
    if progress is not None:
        click.echo(progress_sentence(progress))
    if "topics" not in steps:
        click.echo("This store has no topics yet. Make them with: chatscape topics")
    else:
        for sentence in topic_sentences(steps["topics"]):
            click.echo(f"Topics: {sentence}")
    if "map" not in steps:
        click.echo("This store has no map yet. Make one with: chatscape map")
    else:
        for sentence in map_sentences(steps["map"]):
            click.echo(f"Map: {sentence}")


@click.command()
@click.argument("name", required=False)
@store_option
@filter_options
@click.option(
    "--set",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="Value of a $parameter of the query. Repeat for several.",
)
@click.option("--sql", "show_sql", is_flag=True, help="Print the SQL instead of running it.")
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
    """Run the query NAME on a slice. Without NAME, list all queries.

    Example: chatscape query model_mix --language English --min-turns 3
    """
    from queries.breakdowns.registry import run_breakdown
    from queries.display.readable_rows import readable_rows

    if name is None:
        print_rows(_queries(), format_)
    elif show_sql:
        click.echo(_sql(name, filters, dict(map(parse_param, params))))
    else:
        values = dict(map(parse_param, params))
        rows = run_breakdown(_opened(store), name, filters, values)
        if unmask:
            sets = [part for param in params for part in ("--set", param)]
            arguments = ["query", name, *filter_arguments(filters), *sets]
            record_unmasking(store, shlex.join(arguments), count=len(rows))
        print_rows(readable_rows(rows, is_uncovered=uncover, is_unmasked=unmask), format_)


def _queries() -> pd.DataFrame:
    from queries.breakdowns.registry import breakdown_names, grain

    names = breakdown_names()
    return pd.DataFrame({"query": names, "answer": [grain(name) for name in names]})


def _sql(name: str, filters: Filters, params: dict[str, Value]) -> str:
    from queries.breakdowns.registry import statements

    by = params.get("by")
    return "\n\n".join(statements(name, filters, by=None if by is None else str(by)))


@click.command("list")
@store_option
@filter_options
@click.option("--sort", default="conversation_id", show_default=True, help="A column, or shuffled.")
@click.option("--descending", is_flag=True, help="Sort in descending order.")
@click.option(
    "--seed",
    type=click.IntRange(0, WHOLE_MAX),
    default=0,
    show_default=True,
    help="With --sort shuffled: another seed gives another order.",
)
@click.option(
    "--limit",
    type=click.IntRange(0, 1_000),
    default=20,
    show_default=True,
    help="Number of rows.",
)
@click.option(
    "--offset",
    type=click.IntRange(0, WHOLE_MAX),
    default=0,
    show_default=True,
    help="Rows to skip.",
)
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
    """List the conversations of a slice, page by page.

    Example: chatscape list --flagged none --sort turn_count --descending --limit 50
    """
    from queries.conversations.listing import slice_rows
    from queries.display.readable_rows import readable_rows

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
        record_unmasking(store, shlex.join(arguments), count=len(rows))
    print_rows(readable_rows(rows, is_uncovered=uncover, is_unmasked=unmask), format_)


@click.command()
@store_option
@format_option
def log(store: Path, format_: str) -> None:
    """Print the audit log: who unmasked, exported or removed what, and when (UTC); newest first."""
    from queries.state.audit_log import audit_events
    from queries.store.layout import StorePath

    store_path = StorePath(store)
    store_path.current()
    print_rows(audit_events(store_path), format_)


def _opened(path: Path) -> Store:
    return open_store(path, Settings.from_env())
