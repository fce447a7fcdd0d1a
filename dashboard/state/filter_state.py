"""The chosen filters: read from the address or the widgets, and written to both.

The key of a widget is the name of its field in `Filters`. The labels of its options carry counts,
and counts may change while a label is on its way from the browser: see `strip_count`.
"""

import re
from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

import streamlit as st

from dashboard.process.public_errors import public_text
from dashboard.state import filter_revision, query_params, session
from queries.errors import DataError, FilterError, IndexMissingError
from queries.filters import Filters
from queries.filters.clauses import HasText, IsNear
from queries.filters.filters import FIELD_NAMES, MULTI_VALUED, OPEN_CHOICES
from queries.filters.parsing import filters_from_dict, parse_value
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.store.map_regions import check_regions
from queries.store.model_hash import model_hash

LINK_PROBLEMS = "url_problems"
"""Key of a sentence for each filter of the link that was ignored."""

TEXT_PROBLEM = "text_problem"
"""Key of a sentence that says why the text filter was ignored."""

_COUNT = re.compile(r" · [\d,]+$")


def filters_from_page() -> Filters:
    """The filters of this rerun: from the address if it is new, else from the widgets.

    Call it before the widgets are drawn.
    """
    if query_params.is_new_address():
        filters, problems = query_params.get_filter_params()
        filters, unknown = drop_unknown_values(filters)
        st.session_state[LINK_PROBLEMS] = problems + unknown
        if _changes_widgets(filters):
            filter_revision.start_revision()
        _set_widgets(filters)
    else:
        filters = _with_topics_of_now(filters_from_widgets())
    query_params.track_widgets(*FIELD_NAMES)
    filters = _without_unsearchable_text(filters)
    filters = _without_foreign_near(filters)
    filter_revision.remember_values()
    return filters


def _with_topics_of_now(filters: Filters) -> Filters:
    """The filters with the names that topics have now; the widgets get them too."""
    named = session.store().relations.topic_names.in_plain_filters(filters)
    if named != filters:
        filter_revision.start_revision()
        _set_widgets(named)
    return named


def _without_unsearchable_text(filters: Filters) -> Filters:
    """The filters without a text filter that the index cannot answer; records the problem."""
    try:
        _ask_index(Filters(text=filters.text))
    except DataError as error:
        st.session_state[TEXT_PROBLEM] = f"{public_text(error)} The text filter was ignored."
        if isinstance(error, IndexMissingError):
            st.session_state["text"] = None  # Its box is disabled: the reader could not clear it.
        return replace(filters, text=None)
    if filters.text is not None or not st.session_state.get("text"):
        st.session_state.pop(TEXT_PROBLEM, None)
    return filters


def _without_foreign_near(filters: Filters) -> Filters:
    """The filters with the model of a filter by meaning, or without one that cannot be followed.

    It has no widget: what is ignored is gone, and the problem of the link says why.
    """
    filters = filters.with_model(model_hash(session.store().index_facts))
    try:
        _ask_index(Filters(near=filters.near))
    except DataError as error:
        problem = f"{public_text(error)} The filter by meaning was ignored."
        st.session_state[LINK_PROBLEMS] = [*st.session_state.get(LINK_PROBLEMS, []), problem]
        st.session_state["near"] = None
        return replace(filters, near=None)
    return filters


def _ask_index(filters: Filters) -> None:
    """Ask the search index for what some filters keep, to see whether it can answer."""
    for clause in filters.clauses():
        if isinstance(clause, HasText | IsNear):
            session.store().index_bits(clause)


def current_choice() -> Filters:
    """The filters including the choice just made. For callbacks."""
    filter_revision.merge_outdated()
    return filters_from_widgets()


def clear_filters() -> None:
    """Remove all filters. For callbacks."""
    set_filters(Filters())


def count_unique_prompts(*, is_on: bool) -> None:
    """Keep one conversation for each first prompt, or all of them. For callbacks."""
    set_filters(replace(current_choice(), unique_prompts=is_on))


def known_names(field: str) -> list[str]:
    """The values of a filter in the store, most frequent first; none for fixed options.

    Where some conversation has no name, what keeps these and what leaves them out come last.
    """
    if field not in OPEN_CHOICES:
        return []
    missing = [NONE_GIVEN, ANY_GIVEN] if session.has_unnamed(field) else []
    return list(dict.fromkeys([*session.names(field), *missing]))


def filters_from_widgets() -> Filters:
    """The filters that the widgets hold."""
    values: dict[str, Any] = {}
    last = session.current_filters()
    for known in fields(Filters):
        # Streamlit drops the value of a widget that was not drawn.
        value = st.session_state.get(known.name, _widget_value(last, known.name))
        if isinstance(value, list):
            options = known_names(known.name)
            value = [strip_count(text, options) for text in value]
        if value is not None and value != [] and not (value is False and known.default is False):
            values[known.name] = value
    _drop_unreadable_text(values)
    return filters_from_dict(values)


def _drop_unreadable_text(values: dict[str, Any]) -> None:
    """Leave out a text filter that cannot be parsed, and record why. Its box keeps the text."""
    try:
        if values.get("text"):
            parse_value("text", str(values["text"]))
        else:
            values.pop("text", None)
    except FilterError as error:
        st.session_state[TEXT_PROBLEM] = f"{public_text(error)} The text filter was ignored."
        del values["text"]


def set_filters(filters: Filters) -> None:
    """Set the filters and their widgets. For callbacks."""
    query_params.note_pressed()
    filter_revision.merge_outdated()
    filter_revision.start_revision()
    _set_widgets(filters)
    filter_revision.remember_values()


def _set_widgets(filters: Filters) -> None:
    session.set_current_filters(filters)
    for known in fields(Filters):
        value = _widget_value(filters, known.name)
        # Setting it overwrites what the reader chooses meanwhile, so only where it changes.
        if known.name not in st.session_state or st.session_state[known.name] != value:
            st.session_state[known.name] = value


def _changes_widgets(filters: Filters) -> bool:
    """Whether a widget that has been drawn holds another value than some filters give it."""
    return any(
        name in st.session_state and st.session_state[name] != _widget_value(filters, name)
        for name in FIELD_NAMES
    )


def _widget_value(filters: Filters, name: str) -> Any:  # noqa: ANN401
    """What the widget of a field holds for some filters."""
    value = getattr(filters, name)
    return [str(choice) for choice in value] if name in MULTI_VALUED else value


def drop_unknown_values(filters: Filters) -> tuple[Filters, list[str]]:
    """The filters without values that the store does not have, and a sentence for each of them."""
    filters = session.store().relations.topic_names.in_plain_filters(filters)
    values = filters.values()
    problems = []
    for name in OPEN_CHOICES:
        known = set(known_names(name))
        for value in getattr(filters, name):
            if value not in known:
                problems.append(f"This store has no {name} {value!r}: that filter was ignored.")
                values[name].remove(value)
    try:
        check_regions(filters, session.store().manifest)
    except FilterError as error:
        problems.append(f"{public_text(error)} That filter was ignored.")
        del values["region"]
    return filters_from_dict(values), problems


def strip_count(label: str, names: Collection[str]) -> str:
    """The name in the label of an option. A name may itself end like a count."""
    return label if label in names else _COUNT.sub("", label)
