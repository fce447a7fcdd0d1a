"""A conversation as a document to download: JSON as published, or Markdown."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.turns import turn_numbers
from queries.datasets.verdict_dealing import dealt_verdicts
from queries.display.covers import (
    flag_text,
    is_covered,
    is_flagged,
    is_maybe_flagged,
    list_cover_text,
    verdict_note,
)
from queries.display.verdict_text import unknown_verdict_text
from queries.masking.pipeline import masked
from queries.schema import CATEGORIES, ROLES
from queries.serialisation.json_values import map_leaves, replace_non_finite
from queries.text.control_characters import escape_control_characters


def published_json(
    row: Mapping[str, Any],
    dataset: DatasetAdapter,
    *,
    is_unmasked: bool,
    is_uncovered: bool = False,
    revealed: Collection[int] = (),
) -> str:
    """The conversation as JSON, with the field names, order and nesting of the dataset.

    JSON has no infinities and no NaN: they become strings, e.g. "Infinity".

    Args:
        row: the row, as `canonical_row` returns it.
        dataset: the dataset of the row.
        is_unmasked: leave contact data in; otherwise placeholders replace it.
        is_uncovered: leave the text of flagged messages in, except of those that are always
            covered; otherwise the cover replaces it.
        revealed: `message_index` of messages that are never covered.
    """
    contents = _contents(row, is_unmasked, is_uncovered, revealed)
    conversation = [
        message if message is None else {**message, "content": content}
        for message, content in zip(row["conversation"] or (), contents, strict=True)
    ]
    readable = {**row, "conversation": row["conversation"] and conversation}
    published = dataset.to_published(pa.Table.from_pylist([readable], CANONICAL_SCHEMA))
    [values] = published.to_pylist()
    return json.dumps(
        map_leaves(values, replace_non_finite), indent=2, ensure_ascii=False, allow_nan=False
    )


def markdown_document(
    row: Mapping[str, Any],
    dataset: DatasetAdapter,
    *,
    is_unmasked: bool,
    is_uncovered: bool = False,
    revealed: Collection[int] = (),
) -> str:
    """The conversation as Markdown: facts, a heading and the text of each message, the licence.

    Texts of the dataset are put in code blocks and code spans, so that no markup in them is active.

    Args:
        row: as in `published_json`.
        dataset: as in `published_json`.
        is_unmasked: as in `published_json`.
        is_uncovered: as in `published_json`.
        revealed: as in `published_json`.
    """
    contents = _contents(row, is_unmasked, is_uncovered, revealed)
    messages = [
        f"{_heading(message)}\n\n{_block(content)}"
        for message, content in zip(_messages(row), contents, strict=True)
    ]
    title = f"# {_span(row['model'])} · {_span(row['conversation_id'])}"
    return "\n\n".join([title, _facts(row), *messages, "---", f"{dataset.info.notice}\n"])


def _contents(
    row: Mapping[str, Any], is_unmasked: bool, is_uncovered: bool, revealed: Collection[int]
) -> list[str | None]:
    """What the document has for each message: its text, masked or not, or its cover."""
    contents: list[str | None] = []
    for message in _messages(row):
        text = message["text"]
        is_revealed = message["message_index"] in revealed
        if not is_revealed and is_covered(message, is_uncovered=is_uncovered):
            contents.append(list_cover_text(message))
        else:
            contents.append(text if text is None or is_unmasked else masked(text))
    return contents


def _messages(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages with their verdicts, by the column names of ``sql/messages.sql``."""
    no_message = {"content": None, "role": None}
    messages = [message or no_message for message in row["conversation"] or ()]
    is_user = np.array([message["role"] == "user" for message in messages], bool)
    turns = turn_numbers(is_user, np.zeros(len(messages), np.int64)).tolist()
    dealt = dealt_verdicts(row)
    cover_categories = _flagged_categories(dealt.undealt)
    is_maybe = bool(cover_categories) or _has_flagged(dealt.undealt)
    rows: list[dict[str, Any]] = []
    for index, (message, turn_number) in enumerate(zip(messages, turns, strict=True)):
        verdict = dealt.of_messages[index] or {}
        rows.append(
            {
                "message_index": index,
                "turn_number": turn_number,
                "role": message["role"],
                "text": message["content"],
                "is_flagged": verdict.get("flagged"),
                "flagged_categories": _flagged_categories([verdict]),
                "is_maybe_flagged": is_maybe,
                "cover_categories": cover_categories,
            }
        )
    return rows


def _flagged_categories(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    flags = [entry.get("categories") or {} for entry in entries]
    return [name for name in CATEGORIES if any(each.get(name) for each in flags)]


def _has_flagged(entries: Sequence[Mapping[str, Any]]) -> bool:
    return any(entry.get("flagged") for entry in entries)


def _flags(row: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> str:
    """Whether and how the conversation is flagged, or why nobody knows."""
    entries = [entry or {} for entry in row["openai_moderation"] or ()]
    categories = _flagged_categories(entries)
    if _has_flagged(entries) or categories:
        in_unknown = (
            ", in a message that is not known" if any(map(is_maybe_flagged, messages)) else ""
        )
        return f"{flag_text(categories)}{in_unknown}"
    judged = sum(message["is_flagged"] is not None for message in messages)
    if messages and judged == len(messages):
        return "none"
    return unknown_verdict_text(
        verdict_count=judged,
        message_count=len(messages),
        undealt_count=len(dealt_verdicts(row).undealt),
    )


def _facts(row: Mapping[str, Any]) -> str:
    messages = _messages(row)
    flags = _flags(row, messages)
    turns = "not said" if row["turn"] is None else f"{row['turn']:,}"
    redacted = {None: "not said", True: "yes", False: "no"}[row["redacted"]]
    return "\n".join(
        [
            f"- Language: {_span(row['language'])}",
            f"- Turns: {turns}",
            f"- Messages: {len(messages):,}",
            f"- Flags: {flags}",
            f"- Names redacted: {redacted}",
        ]
    )


def _heading(message: Mapping[str, Any]) -> str:
    role = message["role"] if message["role"] in ROLES else _span(message["role"])
    flag = flag_text(message["flagged_categories"]) if is_flagged(message) else ""
    note = flag or verdict_note(message)
    return f"## Turn {message['turn_number']:,} · {role}{f' · {note}' if note else ''}"


def _block(text: str | None) -> str:
    """A code block, with a fence longer than any run of backticks in the text."""
    if not text:
        return "(no text)"
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _span(name: str | None) -> str:
    """A name as a code span, on one line."""
    text = escape_control_characters(" ".join((name or "").split()))
    if not text:
        return "(none)"
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if "`" in text else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
