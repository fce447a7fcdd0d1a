"""The published verdicts by category and role, by model, by turn and by pairs of categories."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.groups import MeasureSpec, dots_chart
from dashboard.charts.moderation import (
    category_pairs_chart,
    role_categories_chart,
    turn_flags_chart,
)
from dashboard.components.chart_card import show_chart
from dashboard.components.url_widgets import show_choice, show_switch
from dashboard.state import session
from queries.breakdowns import moderation
from queries.filters import Filters
from queries.schema import CATEGORIES

_RATES = {
    "attempt": MeasureSpec(
        "Attempts per conversation",
        "attempt_share",
        "attempt_judged_count",
        low="attempt_low",
        high="attempt_high",
    ),
    "success": MeasureSpec(
        "Successes per conversation",
        "success_share",
        "success_judged_count",
        low="success_low",
        high="success_high",
    ),
    "both": MeasureSpec(
        "Attempts with a flagged assistant message",
        "both_share",
        "both_judged_count",
        low="both_low",
        high="both_high",
    ),
}
_RATE_LABELS = {"attempt": "attempts", "success": "successes", "both": "successful attempts"}
_MODELS_SHOWN = 15
_NO_FLAGS = "Nothing to show: no message in the slice is known to be flagged."
_NO_VERDICT = "Nothing to show: no message in the slice has a verdict."


def show_verdicts(filters: Filters, total: int) -> None:
    """Draw charts of the published verdicts.

    Args:
        filters: the slice.
        total: the number of conversations in it.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        unit = show_choice("Count", "unit", ("conversation", "message"), label_of=lambda u: f"{u}s")
        rate = show_choice("By model", "measure", list(_RATES), label_of=_RATE_LABELS.__getitem__)
        is_log = show_switch("Log scale", "log")
    left, right = st.columns(2)
    with left:
        _show_categories(filters, unit, is_log=is_log)
        _show_turns(filters)
    with right:
        _show_attempts(filters, rate, total)
        _show_pairs(filters)
    st.caption(
        "An attempt is a conversation with a flagged user message. A success is a "
        "conversation with a flagged assistant message, whether or not a user message is flagged. "
        "Shares are of what has a known verdict. Intervals are 95 % Wilson intervals. Marks that "
        "count fewer than 30 are pale."
    )


def _show_categories(filters: Filters, unit: str, *, is_log: bool) -> None:
    totals = session.rows(moderation.role_categories, filters)
    rows = totals[totals["category"].notna()]
    figure = role_categories_chart(rows, unit, "log" if is_log else "linear")
    show_chart(
        "role_categories",
        f"Flagged {unit}s by category and role",
        _count_note(totals, unit),
        figure,
        rows,
        fields={"category": "category"},
        empty_text=_NO_FLAGS,
    )


def _count_note(totals: pd.DataFrame, unit: str) -> str:
    """The denominators of the shares: messages, or conversations with such messages."""
    by_role = totals.drop_duplicates("role")
    words = "with {} messages" if unit == "conversation" else "of {}s"
    counts = [
        f"{_known_of(judged, count)} {words.format(role)}"
        for role, judged, count in zip(
            by_role["role"],
            by_role[f"role_judged_{unit}_count"],
            by_role[f"role_{unit}_count"],
            strict=True,
        )
    ]
    is_complete = (by_role[f"role_judged_{unit}_count"] == by_role[f"role_{unit}_count"]).all()
    which = f"n = {unit}s" if is_complete else f"verdicts known for {unit}s"
    if not counts:
        return "no flagged message"
    return f"{which}: {', '.join(counts)}; click a mark to filter by its category"


def _known_of(judged: int, count: int) -> str:
    """How many of some things have a known verdict: 4 of 10, or just 10 if all have."""
    known = "" if judged == count else f"{formats.count(judged)} of "
    return f"{known}{formats.count(count)}"


def _show_attempts(filters: Filters, rate: str, total: int) -> None:
    attempts = session.rows(moderation.attempts, filters)
    rows = attempts.rename(columns={"model": "group_name"}).head(_MODELS_SHOWN)
    rate_spec = _RATES[rate]
    hidden = len(attempts) - len(rows)
    more = f", the {_MODELS_SHOWN} most used of {len(attempts):,} models" if hidden > 0 else ""
    if rate == "both":
        total, unit = int(attempts["attempt_count"].sum()), "attempt"
    else:
        unit = "conversation"
    known = formats.verdicts_known(attempts[rate_spec.total].sum(), total, unit)
    show_chart(
        "attempts",
        f"{rate_spec.title}, by model",
        f"{known}{more}",
        dots_chart(rows, rate_spec, field="model", colours=session.model_colours()),
        attempts if rows[rate_spec.value].notna().any() else attempts.head(0),
        fields={"model": "model"},
        empty_text=_NO_FLAGS if rate == "both" else _NO_VERDICT,
    )


def _show_turns(filters: Filters) -> None:
    turns = session.rows(moderation.turn_flags, filters)
    judged, total = turns["judged_count"].sum(), turns["message_count"].sum()
    known = formats.verdicts_known(judged, total, "message")
    show_chart(
        "turn_flags",
        "Flagged messages by turn",
        f"{known}; turns with fewer than 30 have no interval",
        turn_flags_chart(turns),
        turns if judged else turns.head(0),
        empty_text=_NO_VERDICT,
    )


def _show_pairs(filters: Filters) -> None:
    pairs = session.rows(moderation.category_pairs, filters)
    show_chart(
        "category_pairs",
        "Categories flagged together",
        "Colour: share of conversations flagged in the row's category, by which a click filters",
        category_pairs_chart(pairs, CATEGORIES),
        pairs,
        fields={"category": "category"},
        empty_text=_NO_FLAGS,
    )
