"""The published verdicts: by category and role, by model, by turn, and together."""

import pandas as pd
import streamlit as st

from dashboard import formats, session
from dashboard.charts.dots import Shown, dots_chart
from dashboard.charts.heat import category_pairs_chart
from dashboard.charts.roles import role_categories_chart, turn_flags_chart
from dashboard.components.chart_card import show_chart
from dashboard.components.view_choice import show_choice, show_switch
from queries import moderation
from queries.filters import Filters
from queries.schema import CATEGORIES

_RATES = {
    "attempt": Shown(
        "Attempts, of the conversations",
        "attempt_share",
        low="attempt_low",
        high="attempt_high",
    ),
    "success": Shown(
        "Successes, of the conversations",
        "success_share",
        low="success_low",
        high="success_high",
    ),
    "both": Shown(
        "Attempts with a flagged assistant message",
        "both_share",
        "attempt_count",
        low="both_low",
        high="both_high",
    ),
}
_RATE_WORDS = {"attempt": "attempts", "success": "successes", "both": "successful attempts"}
_MODELS_SHOWN = 15
_NO_FLAGS = "Nothing to show: no message of the slice is flagged."


def show_verdicts(filters: Filters, total: int) -> None:
    """Draw what the published verdicts say of a slice.

    Args:
        filters: the slice.
        total: how many conversations it has.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        unit = show_choice("Count", "unit", ("conversation", "message"), words=lambda u: f"{u}s")
        rate = show_choice("Of each model", "measure", list(_RATES), words=_RATE_WORDS.__getitem__)
        is_log = show_switch("Log scale", "log")
    left, right = st.columns(2)
    with left:
        _show_categories(filters, unit, is_log=is_log)
        _show_turns(filters)
    with right:
        _show_attempts(filters, rate, total)
        _show_pairs(filters)
    st.caption(
        "After the paper, an attempt is a conversation with a flagged user message, and a success "
        "one with a flagged assistant message, whether a user message is flagged or not. Intervals "
        "are Wilson's, at 95 %; marks of fewer than 30 are pale."
    )


def _show_categories(filters: Filters, unit: str, *, is_log: bool) -> None:
    found = session.rows(moderation.role_categories, filters)
    rows = found[found["category"].notna()]
    figure = role_categories_chart(rows, unit, "log" if is_log else "linear")
    show_chart(
        "role_categories",
        f"Flagged {unit}s by category and role",
        _counted(found, unit),
        figure,
        rows,
        fields={"category": "category"},
        nothing=_NO_FLAGS,
    )


def _counted(found: pd.DataFrame, unit: str) -> str:
    """Of how many messages, or conversations with such messages, the shares are."""
    each = found.drop_duplicates("role")
    words = "with {} messages" if unit == "conversation" else "of {}s"
    said = [
        f"{formats.count(count)} {words.format(role)}"
        for role, count in zip(each["role"], each[f"role_{unit}_count"], strict=True)
    ]
    if not said:
        return "no flagged message"
    return f"n = {unit}s: {', '.join(said)}; a mark filters its category"


def _show_attempts(filters: Filters, rate: str, total: int) -> None:
    found = session.rows(moderation.attempts, filters)
    rows = found.rename(columns={"model": "group_name"}).head(_MODELS_SHOWN)
    shown = _RATES[rate]
    hidden = len(found) - len(rows)
    more = f", the {_MODELS_SHOWN} most used of {len(found):,} models" if hidden > 0 else ""
    show_chart(
        "attempts",
        f"{shown.title}, by model",
        f"n = {formats.conversations(total)}{more}",
        dots_chart(rows, shown, field="model", colors=session.model_colors()),
        found,
        fields={"model": "model"},
    )


def _show_turns(filters: Filters) -> None:
    turns = session.rows(moderation.turn_flags, filters)
    messages = formats.count(turns["message_count"].sum())
    show_chart(
        "turn_flags",
        "Flagged messages by turn",
        f"n = {messages} messages; of fewer than 30 in a turn the interval is not drawn",
        turn_flags_chart(turns),
        turns,
    )


def _show_pairs(filters: Filters) -> None:
    pairs = session.rows(moderation.category_pairs, filters)
    show_chart(
        "category_pairs",
        "Categories flagged in one conversation",
        "Colour: share of those flagged in the category of the row; a cell filters that category",
        category_pairs_chart(pairs, CATEGORIES),
        pairs,
        fields={"category": "category"},
        nothing=_NO_FLAGS,
    )
