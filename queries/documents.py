"""A published conversation as a document to keep: JSON as published, or Markdown."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from queries.assets import asset
from queries.masking import masked
from queries.plain_values import each_leaf, finite
from queries.reading import flag_text, is_covered, list_cover_text, needs_cover, visible
from queries.schema import CATEGORIES, ROLES


def published_json(
    row: Mapping[str, Any],
    *,
    is_unmasked: bool,
    is_uncovered: bool = False,
    shown: Collection[int] = (),
) -> str:
    """The conversation as JSON, with the names, the order and the nesting of the dataset.

    JSON has no infinite numbers and none that is not a number: they are texts, e.g. "Infinity".

    Args:
        row: the published row, as `published_conversation` gives it.
        is_unmasked: contact data is shown; else contents say in brackets what was masked.
        is_uncovered: flagged messages are shown, but those that stay covered; else their contents
            say what they are flagged as.
        shown: `message_index` of messages that are shown in any case.
    """
    contents = _contents(row, is_unmasked, is_uncovered, shown)
    conversation = [
        message if message is None else {**message, "content": content}
        for message, content in zip(row["conversation"] or (), contents, strict=True)
    ]
    given = {**row, "conversation": row["conversation"] and conversation}
    return json.dumps(each_leaf(given, finite), indent=2, ensure_ascii=False, allow_nan=False)


def markdown_document(
    row: Mapping[str, Any],
    *,
    is_unmasked: bool,
    is_uncovered: bool = False,
    shown: Collection[int] = (),
) -> str:
    """The conversation as Markdown: facts, a heading and a text for each message, the licence.

    Texts of the data stand in code blocks and code spans: whatever is in them stays text.

    Args:
        row: as in `published_json`.
        is_unmasked: as in `published_json`.
        is_uncovered: as in `published_json`.
        shown: as in `published_json`.
    """
    contents = _contents(row, is_unmasked, is_uncovered, shown)
    messages = [
        f"{_heading(message)}\n\n{_block(content)}"
        for message, content in zip(_messages(row), contents, strict=True)
    ]
    title = f"# {_span(row['model'])} · {_span(row['conversation_id'])}"
    notice = asset("texts/notice.md").read_text(encoding="utf-8")
    return "\n\n".join([title, _facts(row), *messages, "---", notice])


def _contents(
    row: Mapping[str, Any], is_unmasked: bool, is_uncovered: bool, shown: Collection[int]
) -> list[str | None]:
    """What a reader is given of each message: its text, or why it is covered."""
    given: list[str | None] = []
    for message in _messages(row):
        text = message["text"]
        is_shown = message["message_index"] in shown
        if not is_shown and is_covered(message, is_uncovered=is_uncovered):
            given.append(list_cover_text(message))
        else:
            given.append(text if text is None or is_unmasked else masked(text))
    return given


def _messages(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The messages with their verdicts, by the names of ``sql/messages.sql``."""
    verdicts = row["openai_moderation"] or ()
    messages: list[dict[str, Any]] = []
    user_messages = 0
    for index, message in enumerate(row["conversation"] or ()):
        said = message or {"content": None, "role": None}
        verdict = (verdicts[index] if index < len(verdicts) else None) or {}
        categories = verdict.get("categories") or {}
        user_messages += said["role"] == "user"
        messages.append(
            {
                "message_index": index,
                "turn_number": max(user_messages, 1),
                "role": said["role"],
                "text": said["content"],
                "is_flagged": verdict.get("flagged"),
                "flagged_categories": [c for c in CATEGORIES if categories.get(c)],
            }
        )
    return messages


def _facts(row: Mapping[str, Any]) -> str:
    messages = _messages(row)
    named = {category for message in messages for category in message["flagged_categories"]}
    flags = flag_text(sorted(named)) if any(map(needs_cover, messages)) else "none"
    if all(message["is_flagged"] is None for message in messages) and not named:
        flags = "no published verdict"
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
    flag = f" · {flag_text(message['flagged_categories'])}" if needs_cover(message) else ""
    return f"## Turn {message['turn_number']:,} · {role}{flag}"


def _block(text: str | None) -> str:
    """A code block whose fence is longer than any inside."""
    if not text:
        return "(no text)"
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _span(name: str | None) -> str:
    """A name as a code span on one line."""
    text = visible(" ".join((name or "").split()))
    if not text:
        return "(none)"
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if "`" in text else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
