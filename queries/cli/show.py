"""The command show: print one conversation."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import pandas as pd

from queries.cli.audit import record_unmasking
from queries.cli.options import WHOLE_MAX, format_option, reading_options, store_option
from queries.cli.output import print_document, print_rows
from queries.errors import UsageError
from queries.open_store import open_store
from queries.serialisation.records import records
from queries.settings import Settings
from queries.store.store import Store

if TYPE_CHECKING:
    from queries.conversations.detail import Conversation


@click.command()
@click.argument("conversation_id")
@store_option
@click.option(
    "--uncover-message",
    "revealed",
    type=click.IntRange(0, WHOLE_MAX),
    multiple=True,
    metavar="N",
    help="Show this flagged message; the first message is 0. Repeat for several.",
)
@click.option(
    "--as",
    "document",
    type=click.Choice(["published", "markdown"]),
    help="Print a document: JSON with the published names, or Markdown.",
)
@reading_options
@format_option
@click.pass_context
def show(
    context: click.Context,
    conversation_id: str,
    store: Path,
    revealed: tuple[int, ...],
    document: Literal["published", "markdown"] | None,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """Print the conversation CONVERSATION_ID.

    By default, flagged messages are covered and contact data is masked. Even with --uncover,
    messages flagged as sexual/minors stay covered; --uncover-message N shows one of them.
    """
    from queries.conversations.detail import conversation

    is_default = click.core.ParameterSource.DEFAULT
    if document is not None and context.get_parameter_source("format_") != is_default:
        raise UsageError("Give either --as for a document or --format for rows.")
    opened = open_store(store, Settings.from_env())
    details = conversation(opened, conversation_id)
    _check_indices(details, revealed)
    # Build the output, record the unmasking, then print: nothing is printed unrecorded.
    if document is not None:
        text = _document(
            opened, conversation_id, document, uncover=uncover, unmask=unmask, revealed=revealed
        )
    messages = _readable(details, uncover=uncover, unmask=unmask, revealed=revealed)
    if unmask:
        record_unmasking(store, conversation_id, count=len(messages))
    if document is not None:
        print_document(text)
    elif format_ != "table":
        print_rows(messages, format_)
    else:
        _print_conversation(details, messages, uncover=uncover, revealed=revealed)


def _check_indices(details: "Conversation", revealed: tuple[int, ...]) -> None:
    count = len(details.messages)
    if beyond := [index for index in revealed if index >= count]:
        raise UsageError(
            f"There is no message {beyond[0]} to uncover: the conversation has {count:,} messages, "
            "numbered from 0."
        )


def _readable(
    details: "Conversation", *, uncover: bool, unmask: bool, revealed: tuple[int, ...]
) -> pd.DataFrame:
    from queries.display.readable_rows import readable_rows, readable_text

    messages = readable_rows(details.messages, is_uncovered=uncover, is_unmasked=unmask)
    messages["text"] = [
        readable_text(row, is_uncovered=True, is_unmasked=unmask)
        if row["message_index"] in revealed
        else text
        for row, text in zip(records(details.messages), messages["text"], strict=True)
    ]
    return messages


def _document(
    store: Store,
    conversation_id: str,
    document: Literal["published", "markdown"],
    *,
    uncover: bool,
    unmask: bool,
    revealed: tuple[int, ...],
) -> str:
    from queries.conversations.documents import markdown_document, published_json
    from queries.conversations.source_row import canonical_row

    write = {"published": published_json, "markdown": markdown_document}[document]
    row = canonical_row(store, conversation_id)
    return write(row, store.dataset, is_unmasked=unmask, is_uncovered=uncover, revealed=revealed)


def _print_conversation(
    details: "Conversation",
    messages: pd.DataFrame,
    *,
    uncover: bool,
    revealed: tuple[int, ...],
) -> None:
    from queries.display.covers import flag_text, is_covered, is_flagged, verdict_note
    from queries.text.control_characters import escape_control_characters

    print_rows(pd.DataFrame([details.facts]), "table")
    for row in records(messages):
        note = flag_text(row["flagged_categories"]) if is_flagged(row) else verdict_note(row)
        flag = f" · {note}" if note else ""
        role = "(no role)" if pd.isna(row["role"]) else row["role"]
        click.echo(
            f"\n── turn {row['turn_number']} · {role}{flag}\n"
            f"{escape_control_characters(row['text'])}"
        )
        index = row["message_index"]
        if index not in revealed and is_covered(row, is_uncovered=uncover):
            click.echo(f"Show it with: --uncover-message {index}")
