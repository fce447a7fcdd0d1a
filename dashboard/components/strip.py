"""The moderation of a whole conversation at a glance: a heat map of messages and categories."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from dashboard.components.registration import registered
from dashboard.message import scores
from queries.reading import flag_text, needs_cover
from queries.records import records
from queries.schema import CATEGORIES

RISE = 10
"""A highest score that is so many times that of the message before it by the same role."""

RISE_FROM = 0.01
"""A lower score is noise: its rise is none."""

_STRIP = registered("strip")


def show_strip(conversation_id: str, messages: pd.DataFrame, *, key: str = "strip") -> None:
    """Draw rows of ``sql/messages.sql``; nothing where no message has a verdict."""
    rows = records(messages)
    columns = [_column(conversation_id, row) for row in rows]
    if not any(column["scores"] for column in columns):
        return
    for column, change in zip(columns, changes(rows), strict=True):
        column |= {"change": change, "isChange": bool(change)}
    _STRIP(
        key=key,
        data={
            "categories": list(CATEGORIES),
            "messages": columns,
            "summary": _summary(rows, columns),
            "isBlank": not any(any(one["scores"] or ()) or one["flagged"] for one in columns),
        },
    )


def changes(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Of each message what changes with it; empty where nothing does.

    A verdict changes, or the categories that it is of; or the highest score is ten times that of
    the message before it by the same role, and at least 0.01.
    """
    before: dict[str, tuple[bool, list[str], float]] = {}
    for row in rows:
        found = scores(row)
        if found is None:
            yield ""
            continue
        highest = max(score or 0 for score in found)
        category = CATEGORIES[[score or 0 for score in found].index(highest)]
        is_flagged, flags = needs_cover(row), list(row["flagged_categories"])
        was_flagged, had, was = before.get(str(row["role"]), (False, [], highest))
        before[str(row["role"])] = (is_flagged, flags, highest)
        if is_flagged != was_flagged:
            yield "flagged" if is_flagged else "no longer flagged"
        elif flags != had:
            yield flag_text(flags)
        elif highest >= RISE_FROM and highest >= was * RISE:
            yield f"{category} {was:.2g} → {highest:.2g}"
        else:
            yield ""


def _column(conversation_id: str, row: dict[str, Any]) -> dict[str, Any]:
    found = scores(row)
    flags = list(row["flagged_categories"])
    said = f"turn {int(row['turn_number'])}, {row['role']}"
    highest = sorted(zip(found or [], CATEGORIES, strict=False), key=lambda one: -(one[0] or 0))
    named = ", ".join(f"{category} {score:.2g}" for score, category in highest[:3] if score)
    flagged = f"; flagged as {', '.join(flags)}" if flags else ""
    return {
        "key": f"{conversation_id}:{int(row['message_index'])}",
        "isUser": row["role"] == "user",
        "label": said,
        "title": f"{said}: {named or 'no published verdict'}{flagged}",
        "scores": found,
        "flagged": [CATEGORIES.index(one) for one in flags if one in CATEGORIES],
    }


def _summary(rows: Sequence[dict[str, Any]], columns: Sequence[dict[str, Any]]) -> str:
    flagged = sum(needs_cover(row) for row in rows)
    found = [
        (score, category, column["label"])
        for column in columns
        for score, category in zip(column["scores"] or [], CATEGORIES, strict=False)
        if score is not None
    ]
    count = f"{flagged} of {len(rows)} messages flagged" if flagged else "No message flagged"
    if not found:
        return f"{count}."
    score, category, where = max(found)
    if not score:
        return f"{count}; all scores are 0."
    return f"{count}; highest score: {category} {score:.2g} in {where}."
