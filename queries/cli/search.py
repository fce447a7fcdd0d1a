"""The command search."""

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from queries.cli.audit import record_unmasking
from queries.cli.options import filter_options, format_option, reading_options, store_option
from queries.cli.output import print_rows
from queries.errors import ModelError, UsageError
from queries.filters import Filters
from queries.filters.arguments import filter_arguments
from queries.open_store import open_store
from queries.settings import Settings

if TYPE_CHECKING:
    from queries.search.full_text import TextRole
    from queries.search.service import Mode, SearchResults
    from queries.store.store import Store


@click.command()
@click.argument("question", metavar="TEXT", required=False)
@store_option
@filter_options
@click.option(
    "--mode",
    type=click.Choice(["words", "meaning", "both"]),
    help="Search by words, by the meaning of user messages, or by both combined.  [default: both, "
    "or words if the index has words only]",
)
@click.option(
    "--role",
    type=click.Choice(["any", "user", "assistant"]),
    default="any",
    show_default=True,
    help="Role of the messages to search.",
)
@click.option(
    "--like",
    "like_id",
    metavar="ID",
    help="Instead of TEXT: find what is similar to this conversation.",
)
@click.option(
    "--turn", type=click.IntRange(min=1), help="With --like: compare with this turn of it."
)
@click.option("--exact", is_flag=True, help="Compare with every vector: exact, but slow.")
@click.option(
    "--limit",
    type=click.IntRange(0, 1_000),
    default=20,
    show_default=True,
    help="Number of results.",
)
@click.option(
    "--offset", type=click.IntRange(min=0), default=0, show_default=True, help="Results to skip."
)
@reading_options
@format_option
def search(
    question: str | None,
    store: Path,
    filters: Filters,
    mode: "Mode | None",
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
    """Search the messages of a slice for TEXT.

    A search by words finds messages with all of the words. It also takes "phrases", begin*,
    -without, this OR that, and (brackets). Masked contact data, and texts flagged as sexual/minors,
    are found with --unmask only.

    Example: chatscape search '"machine learning" python -java' --mode words --language English
    """
    from queries.search.result_rows import result_rows
    from queries.search.service import search, similar

    if (question is None) == (like_id is None):
        raise UsageError("Give either a TEXT to search for or --like ID.")
    if turn is not None and like_id is None:
        raise UsageError("--turn needs --like: it selects a turn of that conversation.")
    opened = open_store(store, Settings.from_env())
    mode = mode or _default_mode(opened, is_by_text=like_id is None)
    if like_id is not None:
        results = similar(
            opened,
            filters,
            like_id,
            turn_number=turn,
            is_exact=exact,
            is_raw=unmask,
            row_limit=limit,
            row_offset=offset,
        )
    else:
        by = partial(
            search,
            opened,
            filters,
            question or "",
            role=role,
            is_exact=exact,
            is_raw=unmask,
            row_limit=limit,
            row_offset=offset,
        )
        results = _by_words_at_least(by, mode)
    rows = result_rows(results, is_uncovered=uncover)
    if unmask:
        what = ["--like", like_id] if like_id is not None else [question or "", "--mode", mode]
        page = ["--limit", str(limit), "--offset", str(offset)]
        arguments = ["search", *what, *filter_arguments(filters), *page]
        record_unmasking(store, shlex.join(arguments), count=len(rows))
    print_rows(rows, format_)
    if format_ == "table":
        suffix = "nearest" if results.is_nearest else "found"
        click.echo(f"{results.total:,} conversations {suffix}.")


def _by_words_at_least(search: Callable[..., "SearchResults"], mode: "Mode") -> "SearchResults":
    """The results, by words alone if both were asked for and the model cannot be used."""
    try:
        return search(mode=mode)
    except ModelError as error:
        if mode != "both":
            raise
        click.echo(f"{error} This searches by words.", err=True)
        return search(mode="words")


def _default_mode(store: "Store", *, is_by_text: bool) -> "Mode":
    if not is_by_text or store.search_index().has_vectors:
        return "both"
    click.echo("The index was built without a model, so this searches by words.", err=True)
    return "words"
