"""The command that searches."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from queries.cli.options import (
    filter_arguments,
    filter_options,
    format_option,
    reading_options,
    store_option,
)
from queries.cli.rows import print_rows
from queries.cli.unmasking import note_unmasking
from queries.errors import UsageError
from queries.filters import Filters
from queries.settings import Settings
from queries.store import open_store

if TYPE_CHECKING:
    from queries.search.results import Mode
    from queries.search.words import TextRole


@click.command()
@click.argument("question", metavar="TEXT", required=False)
@store_option
@filter_options
@click.option(
    "--mode",
    type=click.Choice(["words", "meaning", "both"]),
    default="both",
    show_default=True,
    help="By words, by the meaning of user messages, or both fused.",
)
@click.option(
    "--role",
    type=click.Choice(["any", "user", "assistant"]),
    default="any",
    show_default=True,
    help="Whose messages.",
)
@click.option("--like", "like_id", metavar="ID", help="Instead of TEXT: what is like this one.")
@click.option("--turn", type=click.IntRange(min=1), help="With --like: like this turn of it.")
@click.option("--exact", is_flag=True, help="Compare with every vector, however long it takes.")
@click.option("--limit", type=click.IntRange(0, 1_000), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True)
@reading_options
@format_option
def search(
    question: str | None,
    store: Path,
    filters: Filters,
    mode: "Mode",
    role: "TextRole",
    like_id: str | None,
    turn: int | None,
    exact: bool,
    limit: int,
    offset: int,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """Search for TEXT in every message of a slice.

    A words search is made of words (all of which are in the message), "phrases", begin*,
    -without, this OR that, and (brackets).

    Example: chatscape search '"machine learning" python -java' --mode words --language English
    """
    from queries.search.results import like, search
    from queries.search.shown import shown_rows

    if (question is None) == (like_id is None):
        raise UsageError("Give a TEXT to search for, or --like ID; one of them.")
    if turn is not None and like_id is None:
        raise UsageError("--turn goes with --like: it says which turn of that conversation.")
    opened = open_store(store, Settings.from_env())
    if like_id is not None:
        found = like(
            opened,
            filters,
            like_id,
            turn_number=turn,
            is_exact=exact,
            row_limit=limit,
            row_offset=offset,
        )
    else:
        found = search(
            opened,
            filters,
            question or "",
            mode=mode,
            role=role,
            is_exact=exact,
            row_limit=limit,
            row_offset=offset,
        )
    rows = shown_rows(found, opened.search_index(), is_uncovered=uncover, is_unmasked=unmask)
    if unmask:
        asked = ["--like", like_id] if like_id is not None else [question or "", "--mode", mode]
        page = ["--limit", str(limit), "--offset", str(offset)]
        arguments = ["search", *asked, *filter_arguments(filters), *page]
        note_unmasking(store, shlex.join(arguments), count=len(rows))
    print_rows(rows, format_)
    if format_ == "table":
        many = "nearest" if found.is_nearest else "found"
        click.echo(f"{found.total:,} conversations {many}.")
