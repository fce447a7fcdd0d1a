"""Reads and writes the query parameters of the address; no other module does.

Streamlit can bind a widget to a parameter by itself. But then the parameter is the label of an
option, and our labels carry counts; and a bound change adds no entry to the browser's history,
while here Back undoes every change of the slice.
"""

from collections.abc import Mapping
from copy import copy

import streamlit as st

from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.filters import FIELD_NAMES, MULTI_VALUED
from queries.filters.parsing import filters_from_pairs, parse_value

Pairs = list[tuple[str, str]]

_WRITTEN = "url_written"
_IS_NEW = "url_is_new"
_RECENT = "url_recent"
_HELD = "url_held"
_PAGE = "url_page"
_DRAWN_ON = "url_widgets_drawn_on"
_HAS_PRESSED = "url_has_pressed"
_RECENT_MAX = 8
_HELD_MAX = 3


def get_pairs() -> Pairs:
    """The query parameters of the address, in order."""
    return [(name, text) for name in st.query_params for text in st.query_params.get_all(name)]


def sync_from_browser(page: str) -> None:
    """Decide whether this rerun was triggered by a new address or by a widget.

    The browser may still send an outdated address after a quick second choice; that must not undo
    the first. So where a widget has a value that it has not had recently, a widget triggered the
    rerun, and a recent address is outdated. A value that it had recently proves nothing: the
    browser may still have had it when the reader went back. So does a button that was pressed.

    An address that was not written here is always new: a browser that leaves a page before its
    widgets are drawn sends them empty together with the next address.

    Call this at the start of a rerun, before anything reads or writes the address.

    Args:
        page: name of the page that this rerun draws.
    """
    st.session_state[_PAGE] = page
    pairs = get_pairs()
    written: Pairs | None = st.session_state.get(_WRITTEN)
    recent = st.session_state.get(_RECENT, [])
    has_pressed = st.session_state.pop(_HAS_PRESSED, False)
    has_changed = any(
        key in st.session_state and st.session_state[key] not in values
        for key, values in st.session_state.get(_HELD, {}).items()
    )
    is_choice = (pairs == written or pairs in recent) and (has_pressed or has_changed)
    st.session_state[_IS_NEW] = pairs != written and not is_choice
    if written is not None and is_choice and pairs in recent:
        _write(written)


def note_pressed() -> None:
    """Record that the reader pressed a button, which Back and Forward never do. For callbacks.

    An outdated address would otherwise take back a choice that was made right before.
    """
    st.session_state[_HAS_PRESSED] = True


def end_run() -> None:
    """End a rerun: a fragment that reruns by itself must not find a new address."""
    st.session_state[_IS_NEW] = False


def track_widgets(*keys: str) -> None:
    """Record the values of widgets, so that the next rerun can tell whether one of them changed.

    Call this when they are drawn: it also records the page that they are drawn on.
    """
    drawn_on = st.session_state.get(_DRAWN_ON, {})
    st.session_state[_DRAWN_ON] = {**drawn_on, **dict.fromkeys(keys, st.session_state[_PAGE])}
    held: dict[str, list[object]] = dict(st.session_state.get(_HELD, {}))
    for key in keys:
        if key in st.session_state:
            others = [value for value in held.get(key, []) if value != st.session_state[key]]
            held[key] = [*others, copy(st.session_state[key])][-_HELD_MAX:]
    st.session_state[_HELD] = held


def is_new_address() -> bool:
    """Whether the reader came by a new address: a link, a reload, Back or Forward."""
    return bool(st.session_state[_IS_NEW])


def address_wins(key: str) -> bool:
    """Whether a widget of a page takes its value from the address in this rerun.

    Pages share keys. A widget that was last drawn on another page must not keep its value: to
    Streamlit it is a new widget, for which the browser may send an empty value.
    """
    is_other_page = st.session_state.get(_DRAWN_ON, {}).get(key) != st.session_state[_PAGE]
    return is_new_address() or is_other_page or key not in st.session_state


def get_filter_params() -> tuple[Filters, list[str]]:
    """The filters of the address, and a sentence for each parameter that was ignored."""
    valid: Pairs = []
    problems: list[str] = []
    for name, text in get_pairs():
        if name not in FIELD_NAMES:
            continue
        if name not in MULTI_VALUED and any(name == other for other, _ in valid):
            problems.append(f"The link has the filter {name} twice: the second one was ignored.")
            continue
        try:
            parse_value(name, text)
        except FilterError as error:
            problems.append(f"{error} It was ignored.")
        else:
            valid.append((name, text))
    return filters_from_pairs(valid), problems


def set_filter_params(filters: Filters) -> bool:
    """Write the filters to the address.

    Returns:
        Whether they differ from those in the address.
    """
    others = [(name, text) for name, text in get_pairs() if name not in FIELD_NAMES]
    is_changed = sorted(kept_pairs(*FIELD_NAMES)) != sorted(filters.pairs())
    if is_changed:
        # Go to the first page in the same step of the history.
        _write([*filters.pairs(), *((name, text) for name, text in others if name != "page")])
    else:
        st.session_state[_WRITTEN] = get_pairs()
    return is_changed


def set_filters_and_params(filters: Filters, values: Mapping[str, str]) -> None:
    """Write filters and parameters of the page to the address, as one step of the history."""
    others = [
        (name, text) for name, text in get_pairs() if name not in FIELD_NAMES and name not in values
    ]
    _write([*filters.pairs(), *others, *values.items()])


def get_param(name: str, default: str) -> str:
    """The value of a query parameter, or a default."""
    return st.query_params.get(name, default)


def get_number(name: str) -> int | None:
    """The value of a query parameter if it is a whole number from 1; otherwise None."""
    text = get_param(name, "")
    return int(text) or None if text.isdecimal() and len(text) < 9 else None


def set_params(values: Mapping[str, str | None]) -> None:
    """Write query parameters to the address; None removes one."""
    others = [(name, text) for name, text in get_pairs() if name not in values]
    _write([*others, *((name, text) for name, text in values.items() if text is not None)])


def kept_pairs(*names: str) -> Pairs:
    """The query parameters of these names, in order."""
    return [(name, text) for name, text in get_pairs() if name in names]


def _write(pairs: Pairs) -> None:
    before = get_pairs()
    if sorted(pairs) == sorted(before):
        st.session_state[_WRITTEN] = before
        return
    # Before the address, because the next choice may interrupt a rerun at any line.
    grouped = grouped_pairs(pairs)
    st.session_state[_WRITTEN] = [(name, text) for name, texts in grouped.items() for text in texts]
    st.session_state[_RECENT] = [*st.session_state.get(_RECENT, []), before][-_RECENT_MAX:]
    st.query_params.from_dict(grouped)


def grouped_pairs(pairs: Pairs) -> dict[str, list[str]]:
    """Query parameters as Streamlit takes them: a list of values for each name."""
    grouped: dict[str, list[str]] = {}
    for name, text in pairs:
        grouped.setdefault(name, []).append(text)
    return grouped
