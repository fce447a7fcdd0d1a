"""Commands that read a store."""

from pathlib import Path

import click
import pandas as pd

from queries.cli.options import filter_options, format_option, store_option
from queries.cli.rows import print_rows
from queries.filters import Filters
from queries.oddities import oddity_sentences
from queries.records import records
from queries.settings import Settings
from queries.store import Store, open_store


@click.command()
@store_option
@format_option
def info(store: Path, format_: str) -> None:
    """Say what is in a store."""
    opened = _opened(store)
    manifest = opened.manifest
    facts = {
        "store": str(store),
        "version": manifest["version"],
        "created_at": manifest["created_at"],
        "chatscape_version": manifest["chatscape_version"],
        "conversation_count": manifest["counts"]["conversations"],
        "message_count": manifest["counts"]["messages"],
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


@click.command()
@click.argument("name", required=False)
@store_option
@filter_options
@click.option(
    "--set", "params", multiple=True, metavar="NAME=VALUE", help="A $parameter of the query."
)
@click.option("--sql", "show_sql", is_flag=True, help="Print the query instead of running it.")
@format_option
def query(
    name: str | None,
    store: Path,
    filters: Filters,
    params: tuple[str, ...],
    show_sql: bool,
    format_: str,
) -> None:
    """Run the query NAME over a slice; without NAME, list the queries.

    Example: chatscape query model_mix --language English --min-turns 3
    """
    from queries.breakdowns import breakdown
    from queries.statements import query_names, query_text

    if name is None:
        for known in query_names():
            first_line = query_text(known).splitlines()[0].removeprefix("-- ")
            click.echo(f"{known:<22}{first_line}")
        return
    if show_sql:
        click.echo(query_text(name))
        return
    values = dict(_param(text) for text in params)
    print_rows(breakdown(_opened(store), name, filters, values), format_)


@click.command("list")
@store_option
@filter_options
@click.option("--sort", default="conversation_id", show_default=True, help="Column to sort by.")
@click.option("--descending", is_flag=True, help="Largest or last first.")
@click.option("--limit", type=click.IntRange(0, 1_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--uncover", is_flag=True, help="Show openings of flagged conversations.")
@click.option("--unmask", is_flag=True, help="Show e-mail addresses, numbers and keys.")
@format_option
def list_(
    store: Path,
    filters: Filters,
    sort: str,
    descending: bool,
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
    from queries.reading import readable_opening

    rows = slice_rows(
        _opened(store),
        filters,
        sort=sort,  # type: ignore[arg-type]
        is_descending=descending,
        row_limit=limit,
        row_offset=offset,
    )
    rows["opening"] = [
        readable_opening(row, is_uncovered=uncover, is_unmasked=unmask) for row in records(rows)
    ]
    print_rows(rows, format_)


@click.command()
@click.argument("conversation_id")
@store_option
@click.option("--uncover", is_flag=True, help="Show flagged messages.")
@click.option("--unmask", is_flag=True, help="Show e-mail addresses, numbers and keys.")
@format_option
def show(conversation_id: str, store: Path, uncover: bool, unmask: bool, format_: str) -> None:
    """Show the conversation with the id CONVERSATION_ID.

    Flagged messages are covered, contact data is masked, unless you say otherwise.
    """
    from queries.conversations import conversation
    from queries.reading import readable_text, visible

    found = conversation(_opened(store), conversation_id)
    messages = found.messages
    messages["text"] = [
        readable_text(row, is_uncovered=uncover, is_unmasked=unmask) for row in records(messages)
    ]
    if format_ != "table":
        print_rows(messages, format_)
        return
    print_rows(pd.DataFrame([found.facts]), format_)
    for row in records(messages):
        flag = f" · flagged as {', '.join(row['flagged_categories'])}" if row["is_flagged"] else ""
        click.echo(f"\n── turn {row['turn_number']} · {row['role']}{flag}\n{visible(row['text'])}")


def _opened(path: Path) -> Store:
    return open_store(path, Settings.from_env())


def _param(text: str) -> tuple[str, str | int | bool]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set takes NAME=VALUE; {text!r} has no equals sign.")
    if value in ("true", "false"):
        return name, value == "true"
    return name, int(value) if value.lstrip("-").isdecimal() else value
