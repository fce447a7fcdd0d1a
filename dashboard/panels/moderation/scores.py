"""Moderation scores, and what other thresholds would flag."""

from dataclasses import replace

import streamlit as st

from dashboard import formats
from dashboard.charts.moderation import score_histogram_chart
from dashboard.components.chart_card import show_card_header, show_chart
from dashboard.components.url_widgets import show_choice, show_switch
from dashboard.panels.moderation.threshold_workbench import show_workbench
from dashboard.state import filter_state, query_params, session
from queries.breakdowns import moderation
from queries.errors import UsageError
from queries.filters import Filters
from queries.filters.min_score import MinScore, ScoreRole
from queries.schema import CATEGORIES

_ROLES: tuple[ScoreRole, ...] = ("any", "user", "assistant")
_DEFAULT = " ".join(f"{category}=0.5" for category in CATEGORIES)


def show_scores(filters: Filters) -> None:
    """Draw a histogram of one category's scores, and the threshold workbench."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        category = show_choice("Scores of", "score_of", CATEGORIES, kind="list", width=240)
        is_linear = show_switch("Linear counts", "linear")
    levels = session.rows(moderation.score_histogram, filters, category=category)
    total = session.rows(moderation.threshold_totals, filters)["message_count"].iloc[0]
    scored = levels["message_count"].sum()
    known = (
        f"n = {formats.count(scored)} messages with a verdict"
        if scored == total
        else f"verdicts and scores known for {formats.count(scored)} of {formats.count(total)} "
        "messages"
    )
    show_chart(
        "score_histogram",
        f"Scores of {category}",
        f"{known}; filled: flagged as {category}",
        score_histogram_chart(levels, category, "linear" if is_linear else "log"),
        levels,
        empty_text="Nothing to show: no message in the slice has a verdict.",
    )
    _show_thresholds(filters)


def _show_thresholds(filters: Filters) -> None:
    with st.container(border=True, key="card_thresholds"):
        text, thresholds = _requested_thresholds()
        header = st.container()
        chosen = show_choice("In messages of", "role", _ROLES)
        role = next(role for role in _ROLES if role == chosen)
        messages, conversations = (
            session.rows(
                moderation.threshold_verdicts, filters, unit=unit, role=role, thresholds=text
            )
            for unit in ("messages", "conversations")
        )
        with header:
            show_card_header(
                "threshold_verdicts",
                "Threshold workbench",
                "What your own thresholds would flag, compared with the published flags",
                messages,
                key="threshold_verdicts",
            )
        show_workbench(
            messages,
            conversations,
            thresholds=thresholds,
            on_change=_set_thresholds,
            on_filter=lambda category: _filter_by(category, role, thresholds.get(category)),
        )


def _requested_thresholds() -> tuple[str, dict[str, float]]:
    """The thresholds in the address, as text and by category; by default 0.5 for all."""
    text = query_params.get_param("thresholds", _DEFAULT)
    try:
        return text, dict(moderation.parse_thresholds(text))
    except UsageError as error:
        st.warning(formats.escape_markdown(f"{error} All thresholds are set to 0.5."))
        return _DEFAULT, dict(moderation.parse_thresholds(_DEFAULT))


def _set_thresholds(text: str) -> None:
    query_params.set_params({"thresholds": None if text == _DEFAULT else text or "none"})


def _filter_by(category: str, role: ScoreRole, score: float | None) -> None:
    """Filter by a threshold, replacing one of the same category and role."""
    if score is None:
        return  # A slider that is off has no such button.
    chosen = filter_state.current_choice()
    others = [s for s in chosen.min_score if (s.category, s.role) != (category, role)]
    filter_state.set_filters(replace(chosen, min_score=(*others, MinScore(category, score, role))))
