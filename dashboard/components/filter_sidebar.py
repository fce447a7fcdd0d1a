"""The filter sidebar: active filters as chips, and a widget for each field of `Filters`."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle, groupby
from typing import Any, get_args

import streamlit as st

from dashboard import formats
from dashboard.state import filter_revision, session
from dashboard.state.filter_state import (
    LINK_PROBLEMS,
    TEXT_PROBLEM,
    clear_filters,
    current_choice,
    filters_from_widgets,
    known_names,
    set_filters,
    strip_count,
)
from queries.breakdowns.facets import Facets, facets
from queries.filters import Filters
from queries.filters.describe import filter_phrases
from queries.filters.filters import FILTER_SPECS, MULTI_VALUED
from queries.filters.min_score import ScoreRole, parse_min_score
from queries.filters.spec import FilterSpec, Placement
from queries.filters.values import WORD_CHARS_MAX
from queries.schema import CATEGORIES
from queries.text.query_language import QUERY_CHARS_MAX


def show_problems() -> None:
    """Show a warning for each filter of the link, or text filter, that was ignored."""
    text_problem = st.session_state.get(TEXT_PROBLEM)
    link_problems = st.session_state.get(LINK_PROBLEMS, [])
    for problem in [*link_problems, *([text_problem] if text_problem else [])]:
        st.warning(formats.escape_markdown(problem), icon=":material/link_off:")


def show_filters(filters: Filters) -> None:
    """Draw the filters into the sidebar: chips, then a widget for each field of `Filters`."""
    counts = facets(session.rows, filters)
    _show_chips(filters)
    _show_widgets("main", counts)
    with st.container():
        _show_text(filters)
    with st.expander("More filters", key="more_filters", on_change="rerun") as more:
        # Drawn only while it is open; filters chosen in it stay in force, as the chips show.
        if more.open:
            _show_widgets("more", counts)
            _show_unique_prompts(counts["unique_prompts"][True])
            st.text_input(
                FILTER_SPECS["word"].label, key="word", placeholder="any", max_chars=WORD_CHARS_MAX
            )
            _show_min_scores()
    _show_revision()


def _show_revision() -> None:
    """Send the revision of the filters to the browser; a style of the whole page hides it."""
    revision = filter_revision.current_revision()
    if st.session_state.get(filter_revision.REVISION_KEY) != revision:
        st.session_state[filter_revision.REVISION_KEY] = revision
    st.text_input("Revision of the filters", key=filter_revision.REVISION_KEY)


def _show_widgets(placement: Placement, counts: Facets) -> None:
    """Draw the widgets of one part of the sidebar, two number boxes in a row."""
    specs = [item for item in FILTER_SPECS.items() if item[1].placement == placement]
    for is_number, group in groupby(specs, key=lambda item: item[1].kind == "number"):
        if is_number:
            for column, (name, spec) in zip(cycle(st.columns(2, gap="small")), group, strict=False):
                with column:
                    st.number_input(spec.label, 0, value=None, step=1, key=name, placeholder="any")
        else:
            for name, spec in group:
                # A store without topics has none to choose from.
                if spec.options or session.names(name):
                    _show_options(name, spec, counts[name])


def _show_options(name: str, spec: FilterSpec, counts: Mapping[Any, int]) -> None:
    """Draw the options of a filter, each with the number of conversations it would leave."""
    options = spec.options or known_names(name)
    known = frozenset(options)

    def option_label(option: Any) -> str:  # noqa: ANN401
        value = strip_count(option, known) if isinstance(option, str) else option
        label = spec.option_labels.get(value) or formats.name(value)
        return f"{label} · {formats.count(counts.get(value, 0))}"

    if spec.is_multi_valued:
        st.multiselect(
            spec.label,
            options,
            key=name,
            format_func=option_label,
            placeholder="any",
            select_all=False,
        )
    else:
        st.pills(spec.label, options, key=name, format_func=option_label)


def _show_chips(filters: Filters) -> None:
    phrases = list(filter_phrases(filters))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Filters", anchor=False, width="stretch")
        if phrases:
            st.button("Clear all filters", on_click=clear_filters, type="tertiary", key="clear")
    if not phrases:
        st.caption("All conversations. Add a filter below to narrow them down.")
        return
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        for phrase in phrases:
            st.button(
                formats.escape_markdown(phrase.text),
                key=f"drop_{phrase.field}_{phrase.value}",
                on_click=_remove_filter,
                args=(phrase.field, phrase.value),
                icon=":material/close:",
                icon_position="right",
                # The chip cuts a long name off; the tooltip has it in full.
                help=f"Remove: {formats.escape_markdown(phrase.text)}",
            )


def _show_text(filters: Filters) -> None:
    st.text_input(
        FILTER_SPECS["text"].label,
        key="text",
        placeholder='any; "a phrase", prefix*, -without',
        max_chars=QUERY_CHARS_MAX,
        disabled=session.store().index_facts is None,
        help="Keeps the conversations with a message that contains all of the words. The Search "
        "page explains the query language. Needs a search index.",
    )
    if filters.text is not None:
        spec = FILTER_SPECS["text_role"]
        st.pills(spec.label, spec.options, key="text_role", label_visibility="collapsed")


def _show_unique_prompts(count: int) -> None:
    st.toggle(
        f"{FILTER_SPECS['unique_prompts'].label} · {formats.count(count)}",
        key="unique_prompts",
        help=(
            "This keeps one conversation per prompt in the "
            "whole dataset, the one with the smallest id; other filters apply to those. Prompts "
            "that differ only in case, the amount of spaces or the stop at their end count as the "
            "same."
        ),
    )


def _show_min_scores() -> None:
    """Draw the minimum scores in force, and a form that adds one."""
    scores = [str(floor) for floor in filters_from_widgets().min_score]
    label = FILTER_SPECS["min_score"].label
    st.multiselect(label, scores, key="min_score", placeholder="none; add one below")
    with st.form("add_min_score", border=False, enter_to_submit=False):
        st.selectbox("Category", CATEGORIES, key="new_score_category")
        st.segmented_control(
            "In a message of",
            get_args(ScoreRole),
            default="any",
            required=True,
            key="new_score_role",
        )
        st.number_input("Score, 0 to 1", 0.0, 1.0, 0.5, 0.05, key="new_score")
        st.form_submit_button("Add score filter", on_click=_add_min_score)
    st.caption("Scores are as published, and not calibrated probabilities.")


def _remove_filter(field: str, value: str | None) -> None:
    """Remove a filter, or one of its values, before the next run."""
    filters = current_choice()
    remaining: Any = getattr(Filters(), field)
    if field in MULTI_VALUED:
        remaining = tuple(item for item in getattr(filters, field) if str(item) != value)
    changed: dict[str, Any] = {field: remaining}
    set_filters(replace(filters, **changed))


def _add_min_score() -> None:
    """Add the minimum score of the form to the filters, before the next run."""
    role, category = st.session_state["new_score_role"], st.session_state["new_score_category"]
    text = f"{role}:{category}={float(st.session_state['new_score'])!r}"
    filters = current_choice()
    set_filters(replace(filters, min_score=(*filters.min_score, parse_min_score(text))))
