"""The command that shows a conversation."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import pandas as pd

from queries.cli.options import WHOLE_MAX, format_option, reading_options, store_option
from queries.cli.rows import print_document, print_rows
from queries.cli.unmasking import note_unmasking
from queries.errors import UsageError
from queries.records import records
from queries.settings import Settings
from queries.store import Store, open_store

if TYPE_CHECKING:
    from queries.conversations import Conversation


@click.command()
@click.argument("conversation_id")
@store_option
@click.option(
    "--uncover-message",
    "shown",
    type=click.IntRange(0, WHOLE_MAX),
    multiple=True,
    metavar="N",
    help="Show this flagged message, counted from 0. Repeat for several.",
)
@click.option(
    "--as",
    "document",
    type=click.Choice(["published", "markdown"]),
    help="Print a document instead: JSON with the published names, or Markdown.",
)
@reading_options
@format_option
@click.pass_context
def show(
    context: click.Context,
    conversation_id: str,
    store: Path,
    shown: tuple[int, ...],
    document: Literal["published", "markdown"] | None,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """Show the conversation with the id CONVERSATION_ID.

    Flagged messages are covered, contact data is masked, unless you say otherwise. Messages
    flagged as sexual/minors stay covered with --uncover: --uncover-message shows one.
    """
    from queries.conversations import conversation

    is_default = click.core.ParameterSource.DEFAULT
    if document is not None and context.get_parameter_source("format_") != is_default:
        raise UsageError("Give --as for a document, or --format for rows; one of them.")
    opened = open_store(store, Settings.from_env())
    found = conversation(opened, conversation_id)
    _check_shown(found, shown)
    # Put together before it is noted, printed after.
    if document is not None:
        text = _document(
            opened, conversation_id, document, uncover=uncover, unmask=unmask, shown=shown
        )
    messages = _readable(found, uncover=uncover, unmask=unmask, shown=shown)
    if unmask:
        note_unmasking(store, conversation_id, count=len(messages))
    if document is not None:
        print_document(text)
    elif format_ != "table":
        print_rows(messages, format_)
    else:
        _print_conversation(found, messages, uncover=uncover, shown=shown)


def _check_shown(found: "Conversation", shown: tuple[int, ...]) -> None:
    count = len(found.messages)
    if beyond := [index for index in shown if index >= count]:
        raise UsageError(
            f"--uncover-message {beyond[0]} is none of its messages: they are counted from 0, and "
            f"it has {count:,}."
        )


def _readable(
    found: "Conversation", *, uncover: bool, unmask: bool, shown: tuple[int, ...]
) -> pd.DataFrame:
    from queries.reading import readable_rows, readable_text

    messages = readable_rows(found.messages, is_uncovered=uncover, is_unmasked=unmask)
    messages["text"] = [
        readable_text(row, is_uncovered=True, is_unmasked=unmask)
        if row["message_index"] in shown
        else text
        for row, text in zip(records(found.messages), messages["text"], strict=True)
    ]
    return messages


def _document(
    store: Store,
    conversation_id: str,
    document: Literal["published", "markdown"],
    *,
    uncover: bool,
    unmask: bool,
    shown: tuple[int, ...],
) -> str:
    from queries.documents import markdown_document, published_json
    from queries.published_row import published_conversation

    written = {"published": published_json, "markdown": markdown_document}[document]
    row = published_conversation(store, conversation_id)
    return written(row, is_unmasked=unmask, is_uncovered=uncover, shown=shown)


def _print_conversation(
    found: "Conversation", messages: pd.DataFrame, *, uncover: bool, shown: tuple[int, ...]
) -> None:
    from queries.reading import flag_text, is_covered, needs_cover, visible

    print_rows(pd.DataFrame([found.facts]), "table")
    for row in records(messages):
        flag = f" · {flag_text(row['flagged_categories'])}" if needs_cover(row) else ""
        role = "(no role)" if pd.isna(row["role"]) else row["role"]
        click.echo(f"\n── turn {row['turn_number']} · {role}{flag}\n{visible(row['text'])}")
        index = row["message_index"]
        if index not in shown and is_covered(row, is_uncovered=uncover):
            click.echo(f"Show it with: --uncover-message {index}")
