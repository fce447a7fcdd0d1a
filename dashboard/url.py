"""The address bar says what is shown: filters, page, sort. This module alone reads and writes it.

Streamlit can bind a widget to a parameter by itself, but then the parameter is the label of an
option, and our labels carry counts. And a bound change leaves no trace in the browser's history:
here every change of the slice is a step that Back undoes.
"""

from collections.abc import Mapping
from copy import copy
from urllib.parse import urlencode

import streamlit as st

from queries.errors import FilterError
from queries.filters import FIELD_NAMES, REPEATED, Filters, filters_from_pairs, parsed

Pairs = list[tuple[str, str]]

_WRITTEN = "url_written"
_ARRIVED = "url_arrived"
_RECENT = "url_recent"
_HELD = "url_held"
_RECENT_KEPT = 8
_HELD_KEPT = 3
_LIST_PAGE = "list_page"
_VIEWS = "views"
_SEARCH = ("q", "mode", "whose", "exact", "like", "like_turn")
_LIST = ("sort", "order", *_SEARCH)
"""Parameters that the list or the search has, which a conversation was opened from."""
_VIEW = (
    *("sort", "order", "log", "linear", "without_largest"),
    *("measure", "standardise", "top", "find", "section", "unit"),
    *("score_of", "role", "thresholds", "against", "of", "words"),
    *_SEARCH,
)
"""Parameters that say how a page is looked at, besides the filters."""


def pairs() -> Pairs:
    """The parameters in the address bar, in order."""
    return [(name, text) for name in st.query_params for text in st.query_params.get_all(name)]


def begin() -> None:
    """Look at the address once, before anything of a run reads or writes it.

    A second choice can leave the browser before what the first one wrote has come to it. It then
    comes with an address of before, which must not undo the first: where a widget holds what it
    has not held lately, a run comes from a choice, and its address is no news. What it has held
    lately can be what the browser still had when somebody went back.
    """
    came = pairs()
    written: Pairs | None = st.session_state.get(_WRITTEN)
    is_choice = any(
        key in st.session_state and st.session_state[key] not in lately
        for key, lately in st.session_state.get(_HELD, {}).items()
    )
    st.session_state[_ARRIVED] = came != written and not is_choice
    if written is not None and is_choice and came in st.session_state.get(_RECENT, []):
        _write(written)


def hold(*keys: str) -> None:
    """Remember what widgets hold, so that the next run knows whether one of them was changed."""
    held: dict[str, list[object]] = dict(st.session_state.get(_HELD, {}))
    for key in keys:
        if key in st.session_state:
            lately = [value for value in held.get(key, []) if value != st.session_state[key]]
            held[key] = [*lately, copy(st.session_state[key])][-_HELD_KEPT:]
    st.session_state[_HELD] = held


def has_arrived() -> bool:
    """Whether the address is one that we did not write: a link, a reload, Back or Forward."""
    return bool(st.session_state[_ARRIVED])


def rules(key: str) -> bool:
    """Whether a widget takes its value from the address now, and not from what it holds."""
    return has_arrived() or key not in st.session_state


def filters_in_url() -> tuple[Filters, list[str]]:
    """The filters in the address, and a sentence for each parameter that had to be left out."""
    kept: Pairs = []
    problems: list[str] = []
    for name, text in pairs():
        if name not in FIELD_NAMES:
            continue
        if name not in REPEATED and any(name == other for other, _ in kept):
            problems.append(f"The link gives the filter {name} twice; the first one counts.")
            continue
        try:
            parsed(name, text)
        except FilterError as error:
            problems.append(f"{error} It was left out.")
        else:
            kept.append((name, text))
    return filters_from_pairs(kept), problems


def write_filters(filters: Filters) -> bool:
    """Put the filters in the address, and say whether they are others than before."""
    others = [(name, text) for name, text in pairs() if name not in FIELD_NAMES]
    is_changed = sorted(_kept(*FIELD_NAMES)) != sorted(filters.pairs())
    if is_changed:
        # A changed slice begins at its first page: one step in the history, not two.
        _write([*filters.pairs(), *((name, text) for name, text in others if name != "page")])
    else:
        st.session_state[_WRITTEN] = pairs()
    return is_changed


def write_step(filters: Filters, values: Mapping[str, str]) -> None:
    """Put filters and parameters of the page in the address together: one step to go back."""
    others = [
        (name, text) for name, text in pairs() if name not in FIELD_NAMES and name not in values
    ]
    _write([*filters.pairs(), *others, *values.items()])


def parameter(name: str, default: str) -> str:
    """A parameter of the page, or its default."""
    return st.query_params.get(name, default)


def write_parameters(values: Mapping[str, str | None]) -> None:
    """Put parameters of the page in the address; None takes one out."""
    others = [(name, text) for name, text in pairs() if name not in values]
    _write([*others, *((name, text) for name, text in values.items() if text is not None)])


def link(extra: Pairs | None = None) -> dict[str, list[str]]:
    """Parameters of a link that stays in the slice."""
    return _grouped([*_kept(*FIELD_NAMES), *(extra or [])])


def remember_view(page: str) -> None:
    """Remember how a page is looked at, for the way back to it in this session."""
    st.session_state[_VIEWS] = {**st.session_state.get(_VIEWS, {}), page: _kept(*_VIEW)}


def view_link(page: str) -> dict[str, list[str]]:
    """Parameters of a link to a page that stays in the slice and looks as it did last."""
    return link(st.session_state[_VIEWS].get(page))


def conversation_address(conversation_id: str, *, page: int = 1) -> str:
    """Relative address of a conversation, which knows the way back to the list or the search.

    Args:
        conversation_id: which one.
        page: of its messages.
    """
    # In a conversation, `page` is a page of its messages.
    names = (_LIST_PAGE,) if _kept("conversation") else ("page",)
    place = [(_LIST_PAGE, text) for _, text in _kept(*names)]
    said = [*_kept(*FIELD_NAMES, *_LIST), *place[:1], ("conversation", conversation_id)]
    if page > 1:
        said.append(("page", str(page)))
    return f"conversation?{urlencode(said)}"


def list_link() -> dict[str, list[str]]:
    """Parameters of the way back from a conversation to where the list was."""
    return link([*_kept(*_LIST), *(("page", text) for _, text in _kept(_LIST_PAGE))])


def is_from_search() -> bool:
    """Whether a conversation was opened from the results of a search."""
    return bool(_kept("q", "like"))


def _kept(*names: str) -> Pairs:
    return [(name, text) for name, text in pairs() if name in names]


def _write(wanted: Pairs) -> None:
    before = pairs()
    if sorted(wanted) == sorted(before):
        st.session_state[_WRITTEN] = before
        return
    # First, because a run can be cut off by the next choice at any line.
    grouped = _grouped(wanted)
    st.session_state[_WRITTEN] = [(name, text) for name, texts in grouped.items() for text in texts]
    st.session_state[_RECENT] = [*st.session_state.get(_RECENT, []), before][-_RECENT_KEPT:]
    st.query_params.from_dict(grouped)


def _grouped(said: Pairs) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, text in said:
        grouped.setdefault(name, []).append(text)
    return grouped
