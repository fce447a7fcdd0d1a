"""The score strip: a heat map of the messages and the notable categories of a conversation."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from dashboard.components.custom_component import custom_component
from dashboard.panels.conversation.message_view import message_scores
from queries.display.covers import flag_text, is_flagged
from queries.schema import CATEGORIES
from queries.serialisation.records import records

RISE = 10
"""Factor by which a highest score must exceed that of the role's previous message to be marked."""

RISE_FROM = 0.01
"""Lower scores are noise and never marked."""

NOTABLE_FROM = 0.1
"""A category has a row if a message is flagged in it or scored so high; the others on demand."""

_STRIP = custom_component(__name__)


def show_score_strip(conversation_id: str, messages: pd.DataFrame, *, key: str = "strip") -> None:
    """Draw the strip; nothing if no message has a verdict.

    Args:
        conversation_id: the conversation.
        messages: its rows of ``sql/messages.sql``.
        key: key of the strip on its page.
    """
    rows = records(messages)
    columns = [_column(conversation_id, row) for row in rows]
    if not any(column["scores"] for column in columns):
        return
    for column, change in zip(columns, score_changes(rows), strict=True):
        column |= {"change": change, "isChange": bool(change)}
    _STRIP(
        key=key,
        data={
            "categories": list(CATEGORIES),
            "messages": columns,
            "notable": notable_categories(columns),
            "summary": _summary(rows, columns),
            "isBlank": not any(any(item["scores"] or ()) or item["flagged"] for item in columns),
        },
    )


def score_changes(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """For each message, how its moderation differs from the role's previous message.

    That is a change of its verdict or of its flagged categories, or a highest score of at least
    `RISE_FROM` that is `RISE` times as high. Empty if nothing changes.
    """
    before: dict[str, tuple[bool, list[str], float]] = {}
    for row in rows:
        values = message_scores(row)
        if values is None:
            yield ""
            continue
        highest = max(score or 0 for score in values)
        category = CATEGORIES[[score or 0 for score in values].index(highest)]
        is_now, flags = is_flagged(row), list(row["flagged_categories"])
        was_flagged, had, was = before.get(str(row["role"]), (False, [], highest))
        before[str(row["role"])] = (is_now, flags, highest)
        if is_now != was_flagged:
            yield "flagged" if is_now else "no longer flagged"
        elif flags != had:
            yield flag_text(flags)
        elif highest >= RISE_FROM and highest >= was * RISE:
            yield f"{category} {was:.2g} → {highest:.2g}"
        else:
            yield ""


def notable_categories(columns: Sequence[dict[str, Any]]) -> list[int]:
    """The categories that have a row from the start, by their place in `CATEGORIES`.

    Args:
        columns: for each message ``flagged``, a list of such places, and ``scores`` or None.
    """
    return [
        place
        for place in range(len(CATEGORIES))
        if any(
            place in column["flagged"]
            or (column["scores"] and (column["scores"][place] or 0) >= NOTABLE_FROM)
            for column in columns
        )
    ]


def _column(conversation_id: str, row: dict[str, Any]) -> dict[str, Any]:
    values = message_scores(row)
    flags = list(row["flagged_categories"])
    label = f"turn {int(row['turn_number'])}, {row['role']}"
    highest = sorted(zip(values or [], CATEGORIES, strict=False), key=lambda pair: -(pair[0] or 0))
    top_scores = ", ".join(f"{category} {score:.2g}" for score, category in highest[:3] if score)
    without_scores = "all scores 0" if values else "no scores"
    if pd.isna(row["is_flagged"]) and not values:
        without_scores = "no published verdict"
    flagged = f"; flagged as {', '.join(flags)}" if flags else ""
    return {
        "key": f"{conversation_id}:{int(row['message_index'])}",
        "isUser": row["role"] == "user",
        "label": label,
        "title": f"{label}: {top_scores or without_scores}{flagged}",
        "scores": values,
        "flagged": [CATEGORIES.index(flag) for flag in flags if flag in CATEGORIES],
    }


def _summary(rows: Sequence[dict[str, Any]], columns: Sequence[dict[str, Any]]) -> str:
    flagged = sum(is_flagged(row) for row in rows)
    unknown = sum(bool(pd.isna(row["is_flagged"])) for row in rows)
    scored = [
        (score, category, column["label"])
        for column in columns
        for score, category in zip(column["scores"] or [], CATEGORIES, strict=False)
        if score is not None
    ]
    count = f"{flagged} of {len(rows)} messages flagged" if flagged else "No message flagged"
    if unknown:
        count += f"; {unknown} of {len(rows)} {'has' if unknown == 1 else 'have'} no verdict"
    if not scored:
        return f"{count}."
    score, category, where = max(scored)
    if not score:
        return f"{count}; all scores are 0."
    return f"{count}; highest score: {category} {score:.2g} in {where}."
