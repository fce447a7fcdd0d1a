"""The scores behind the verdicts, and what other thresholds would flag."""

from dataclasses import replace

import streamlit as st

from dashboard import formats, session, sidebar, url
from dashboard.charts.spreads import score_levels_chart
from dashboard.components.chart_card import show_card_head, show_chart
from dashboard.components.view_choice import show_choice, show_switch
from dashboard.components.workbench import show_workbench
from queries import moderation
from queries.errors import UsageError
from queries.filter_values import MinScore, ScoreRole
from queries.filters import Filters
from queries.schema import CATEGORIES

_ROLES: tuple[ScoreRole, ...] = ("any", "user", "assistant")
_DEFAULT = " ".join(f"{category}=0.5" for category in CATEGORIES)


def show_scores(filters: Filters) -> None:
    """Draw the spread of one category's scores, and the workbench."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        category = show_choice("Scores of", "score_of", CATEGORIES, kind="list", width=240)
        is_linear = show_switch("Linear counts", "linear")
    levels = session.rows(moderation.score_levels, filters, category=category)
    count = formats.count(levels["message_count"].sum())
    show_chart(
        "score_levels",
        f"Scores of {category}",
        f"n = {count} messages with a verdict; filled: flagged as {category}",
        score_levels_chart(levels, category, "linear" if is_linear else "log"),
        levels,
        nothing="Nothing to show: no message of the slice has a verdict.",
    )
    _show_thresholds(filters)


def _show_thresholds(filters: Filters) -> None:
    with st.container(border=True, key="card_thresholds"):
        text, thresholds = _asked()
        head = st.container()
        chosen = show_choice("In messages of", "role", _ROLES)
        role = next(known for known in _ROLES if known == chosen)
        messages, conversations = (
            session.rows(
                moderation.threshold_verdicts, filters, unit=unit, role=role, thresholds=text
            )
            for unit in ("messages", "conversations")
        )
        with head:
            show_card_head(
                "threshold_verdicts",
                "Threshold workbench",
                "What thresholds of your own would flag, beside what is flagged as published",
                messages,
                key="threshold_verdicts",
            )
        show_workbench(
            messages,
            conversations,
            thresholds=thresholds,
            on_change=_set_thresholds,
            on_filter=lambda category: _keep(category, role, thresholds.get(category)),
        )


def _asked() -> tuple[str, dict[str, float]]:
    """The thresholds in the address, as a text and by category; 0.5 for all without any."""
    text = url.parameter("thresholds", _DEFAULT)
    try:
        return text, dict(moderation.parsed_thresholds(text))
    except UsageError as error:
        st.warning(formats.plain(f"{error} All thresholds are at 0.5."))
        return _DEFAULT, dict(moderation.parsed_thresholds(_DEFAULT))


def _set_thresholds(text: str) -> None:
    url.write_parameters({"thresholds": None if text == _DEFAULT else text or "none"})


def _keep(category: str, role: ScoreRole, score: float | None) -> None:
    """Make a filter of a threshold, in the place of one of the same category and role."""
    if score is None:
        return  # Only a page that was tampered with asks for one that is off.
    chosen = sidebar.chosen()
    others = [s for s in chosen.min_score if (s.category, s.role) != (category, role)]
    sidebar.seed(replace(chosen, min_score=(*others, MinScore(category, score, role))))
