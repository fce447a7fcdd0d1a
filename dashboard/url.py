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
_VIEWS = "views"
_SEARCH = ("q", "mode", "whose", "exact", "like", "like_turn")
_LIST = ("sort", "order", "seed", *_SEARCH)
"""Parameters that the list or the search has, which a conversation was opened from."""
_READING = ("read",)
"""Parameters that stay while one goes from conversation to conversation."""
_VIEW = (
    *("sort", "order", "seed", "log", "linear", "without_largest"),
    *("measure", "standardise", "top", "find", "section", "unit"),
    *("score_of", "role", "thresholds", "against", "of", "words"),
    *(*_SEARCH, *_READING, "export_of", "shape"),
    *("sql", "sql_of", "chart", "x", "y"),
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
    lately can be what the browser still had when somebody went back. An address that was never
    written here is always news: a browser that leaves a page before its widgets are there sends
    them empty with the next address.
    """
    came = pairs()
    written: Pairs | None = st.session_state.get(_WRITTEN)
    recent = st.session_state.get(_RECENT, [])
    is_choice = (came == written or came in recent) and any(
        key in st.session_state and st.session_state[key] not in lately
        for key, lately in st.session_state.get(_HELD, {}).items()
    )
    st.session_state[_ARRIVED] = came != written and not is_choice
    if written is not None and is_choice and came in recent:
        _write(written)


def settle() -> None:
    """At the end of a run: a part that is drawn again by itself finds no news in the address."""
    st.session_state[_ARRIVED] = False


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


def number(name: str) -> int | None:
    """A parameter of the page that is a whole number from 1; None where it is anything else."""
    text = parameter(name, "")
    return int(text) or None if text.isdecimal() and len(text) < 9 else None


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


def conversation_address(
    conversation_id: str,
    *,
    page: int | None = None,
    turn: int | None = None,
    beside: str | None = None,
) -> str:
    """Relative address of a conversation, which knows the list or the search it was opened from.

    Args:
        conversation_id: which one.
        page: of the list, where it is on another one than that in the address.
        turn: to begin at.
        beside: another conversation to read beside it.
    """
    said = [*_kept(*FIELD_NAMES, *_LIST, *_READING), ("conversation", conversation_id)]
    if page is None:
        said += _kept("page")[:1]
    elif page > 1:
        said.append(("page", str(page)))
    said += [("turn", str(turn))] if turn else []
    said += [("beside", beside)] if beside else []
    return f"conversation?{urlencode(said)}"


def shuffled_address(conversation_id: str, seed: int) -> str:
    """Relative address of the first conversation of the slice in an order shuffled by a seed."""
    order = [("sort", "shuffled"), ("seed", str(seed)), ("conversation", conversation_id)]
    return f"conversation?{urlencode([*_kept(*FIELD_NAMES, *_READING), *order])}"


def permalink(conversation_id: str, turn: int | None = None) -> str:
    """Relative address of a conversation that says nothing of any list."""
    said = [("conversation", conversation_id), *([("turn", str(turn))] if turn else [])]
    return f"conversation?{urlencode(said)}"


def way_to(conversation_id: str) -> str:
    """Relative address of a conversation from a page that is no list of conversations."""
    return f"conversation?{urlencode([*_kept(*FIELD_NAMES), ('conversation', conversation_id)])}"


def slice_address(filters: Filters) -> str:
    """Relative address of the list of a slice."""
    return f"browse?{urlencode(filters.pairs())}"


def list_address(page: int) -> str:
    """Relative address of the list or the search that a conversation was opened from."""
    view = "search" if is_from_search() else "browse"
    said = [*_kept(*FIELD_NAMES, *_LIST, *_READING), *([("page", str(page))] if page > 1 else [])]
    return f"{view}?{urlencode(said)}" if said else view


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
