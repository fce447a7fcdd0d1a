"""The filters: what is chosen as chips in words, and a widget for each field of `Filters`.

The key of a widget is the name of its field. Its options carry counts, so what a widget holds is
read through `_bare`, which takes a count off a label that was on its way while counts changed.
"""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, get_args

import streamlit as st

from dashboard import formats, session, url
from queries.describe import phrases
from queries.errors import DataError, FilterError, IndexMissingError
from queries.facets import Facets, facets
from queries.filter_values import Flagged, parsed_min_score, parsed_value
from queries.filters import FIELD_NAMES, REPEATED, Filters, filters_from
from queries.schema import CATEGORIES, ROLES
from queries.search.language import QUERY_CHARS_MAX

_PROBLEMS = "url_problems"
_TEXT_PROBLEM = "text_problem"
_SEEDED = "seeded_filters"

ECHO_SECONDS = 1.5
"""So long a browser may still send what it held before; changing one's mind takes longer."""

_MIXES = ("model", "language")
_COUNT = re.compile(r" · [\d,]+$")
_FLAGGED_LABELS = {"any": "any message", "none": "none", "user": "user", "assistant": "assistant"}


def restore_seeded() -> None:
    """Give widgets back what we made them hold a moment ago, where the browser undid it.

    With every choice a browser sends what all widgets hold. One that follows another at once leaves
    it before what we set has come there, and would set that back.
    """
    begun, before, after = st.session_state.get(_SEEDED, (0.0, {}, {}))
    if time.monotonic() - begun > ECHO_SECONDS:
        return
    for name, value in after.items():
        if value != before[name] and st.session_state.get(name) == before[name]:
            st.session_state[name] = value


def filters_from_page() -> Filters:
    """The slice that the address or the widgets ask for, before a widget is drawn."""
    if url.has_arrived():
        filters, problems = url.filters_in_url()
        filters, unknown = known_only(filters)
        st.session_state[_PROBLEMS] = problems + unknown
        _hold(filters)
    else:
        filters = _chosen()
    url.hold(*FIELD_NAMES)
    return _without_unfound(filters)


def _without_unfound(filters: Filters) -> Filters:
    """The filters without a words search that cannot be looked up, which is said."""
    try:
        session.store().find_text(filters)
    except DataError as error:
        st.session_state[_TEXT_PROBLEM] = f"{error} The words search was left out of the filters."
        if isinstance(error, IndexMissingError):
            st.session_state["text"] = None  # Its box is disabled: nobody could take it away.
        return replace(filters, text=None)
    if filters.text is not None or not st.session_state.get("text"):
        st.session_state.pop(_TEXT_PROBLEM, None)
    return filters


def chosen() -> Filters:
    """The filters that are chosen, from a callback: also by a choice just made."""
    restore_seeded()
    return _chosen()


def clear() -> None:
    """Take every filter away, before the next run."""
    seed(Filters())


def count_unique_prompts(*, is_wanted: bool) -> None:
    """Keep one conversation for each first prompt, or all, before the next run."""
    seed(replace(chosen(), unique_prompts=is_wanted))


def show_problems() -> None:
    """Say which parts of a link could not be followed."""
    of_text = st.session_state.get(_TEXT_PROBLEM)
    for problem in [*st.session_state.get(_PROBLEMS, []), *([of_text] if of_text else [])]:
        st.warning(formats.plain(problem), icon=":material/link_off:")


def show_filters(filters: Filters) -> None:
    """Draw the filters into the sidebar."""
    options = facets(session.rows, filters)
    _show_chips(filters)
    _multiselect("Model", "model", _options("model"), options.model)
    _multiselect("Language", "language", _options("language"), options.language)
    turns = (("min_turns", "Turns, at least"), ("max_turns", "Turns, at most"))
    for column, (key, label) in zip(st.columns(2, gap="small"), turns, strict=True):
        with column:
            st.number_input(label, 0, value=None, step=1, key=key, placeholder="any")
    _pills("Flagged", "flagged", get_args(Flagged), options.flagged, _FLAGGED_LABELS)
    _multiselect("Flagged as", "category", CATEGORIES, options.category)
    _show_text(filters)
    with st.expander("More filters", key="more_filters", on_change="rerun") as more:
        # Drawn only while it is open; what is chosen in it stays in force, as the chips say.
        if more.open:
            _show_more(options)


def _show_chips(filters: Filters) -> None:
    chosen = list(phrases(filters))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Filters", anchor=False, width="stretch")
        if chosen:
            st.button("Clear all filters", on_click=clear, type="tertiary", key="clear")
    if not chosen:
        st.caption("All conversations. Choose below to make a slice.")
        return
    with st.container(horizontal=True, gap="xsmall", key="chips"):
        for phrase in chosen:
            st.button(
                formats.plain(phrase.text),
                key=f"drop_{phrase.field}_{phrase.value}",
                on_click=_drop,
                args=(phrase.field, phrase.value),
                icon=":material/close:",
                icon_position="right",
                # In full: a long name is cut on the chip.
                help=f"Take away: {formats.plain(phrase.text)}",
            )


def _show_text(filters: Filters) -> None:
    st.text_input(
        "Words in a message",
        key="text",
        placeholder='any; "a phrase", begin*, -without',
        max_chars=QUERY_CHARS_MAX,
        disabled=session.store().index_facts is None,
        help="Keeps the conversations with a message that has all of the words. The page Search "
        "says how to write more than that. Needs a search index.",
    )
    if filters.text is not None:
        st.pills("In a message of", ROLES, key="text_role", label_visibility="collapsed")


def _show_more(options: Facets) -> None:
    yes_no = {True: "yes", False: "no"}
    _pills("Names redacted", "redacted", (True, False), options.redacted, yes_no)
    _pills("Has a code block", "has_code", (True, False), options.has_code, yes_no)
    st.toggle(
        f"One for each first prompt · {formats.count(options.unique_prompts)}",
        key="unique_prompts",
        help=(
            "About half of all first prompts repeat. This keeps one conversation for each prompt "
            "of the whole dataset, the one with the smallest id; other filters choose among these. "
            "Prompts that differ only in case, spaces or punctuation count as the same."
        ),
    )
    st.text_input("A word of the first prompt", key="word", placeholder="any", max_chars=40)
    held = [str(floor) for floor in _chosen().min_score]
    st.multiselect("Scores at least", held, key="min_score", placeholder="none; add one below")
    with st.form("add_min_score", border=False, enter_to_submit=False):
        st.selectbox("Category", CATEGORIES, key="new_score_category")
        st.segmented_control(
            "In a message of",
            ("any", "user", "assistant"),
            default="any",
            required=True,
            key="new_score_role",
        )
        st.number_input("Score, 0 to 1", 0.0, 1.0, 0.5, 0.05, key="new_score")
        st.form_submit_button("Add score filter", on_click=_add_min_score)
    st.caption("Scores of 2023's moderation model are not calibrated probabilities.")


def _multiselect(label: str, key: str, names: Sequence[str], counts: Mapping[str, int]) -> None:
    known = frozenset(names)

    def labelled(name: str) -> str:
        bare = _bare(name, known)
        return f"{formats.name(bare)} · {formats.count(counts.get(bare, 0))}"

    st.multiselect(label, names, key=key, format_func=labelled, placeholder="any", select_all=False)


def _pills(
    label: str,
    key: str,
    names: Sequence[Any],
    counts: Mapping[Any, int],
    words: Mapping[Any, str],
) -> None:
    def labelled(name: object) -> str:
        return f"{words[name]} · {formats.count(counts[name])}"

    st.pills(label, names, key=key, format_func=labelled)


def _options(field: str) -> list[str]:
    """All models or languages of the store, most frequent first; none for another field."""
    return session.names(field) if field in _MIXES else []


def _chosen() -> Filters:
    """The filters that the widgets hold."""
    values: dict[str, Any] = {}
    last = session.current_filters()
    for known in fields(Filters):
        # Streamlit forgets what a widget held once it is not drawn.
        value = st.session_state.get(known.name, _held(last, known.name))
        if isinstance(value, list):
            options = _options(known.name)
            value = [_bare(text, options) for text in value]
        if value is not None and value != [] and not (value is False and known.default is False):
            values[known.name] = value
    _drop_unreadable_text(values)
    return filters_from(values)


def _drop_unreadable_text(values: dict[str, Any]) -> None:
    """Leave a words search out that cannot be read, and say so; what was typed stays."""
    try:
        if values.get("text"):
            parsed_value("text", str(values["text"]))
        else:
            values.pop("text", None)
    except FilterError as error:
        st.session_state[_TEXT_PROBLEM] = f"{error} It was left out of the filters."
        del values["text"]


def seed(filters: Filters) -> None:
    """Make the widgets hold some filters, from a callback, before the next run."""
    before = {known.name: st.session_state.get(known.name) for known in fields(Filters)}
    _hold(filters)
    after = {name: st.session_state[name] for name in before}
    st.session_state[_SEEDED] = time.monotonic(), before, after


def _hold(filters: Filters) -> None:
    session.set_current_filters(filters)
    for known in fields(Filters):
        held = _held(filters, known.name)
        # What is set reaches the browser as the value of its widget, over one chosen meanwhile.
        if known.name not in st.session_state or st.session_state[known.name] != held:
            st.session_state[known.name] = held


def _held(filters: Filters, name: str) -> Any:  # noqa: ANN401
    """What the widget of a field holds for some filters."""
    value = getattr(filters, name)
    return [str(one) for one in value] if name in REPEATED else value


def _drop(field: str, value: str | None) -> None:
    before = chosen()
    kept: Any = getattr(Filters(), field)
    if field in REPEATED:
        kept = tuple(one for one in getattr(before, field) if str(one) != value)
    changed: dict[str, Any] = {field: kept}
    seed(replace(before, **changed))


def _add_min_score() -> None:
    role, category = st.session_state["new_score_role"], st.session_state["new_score_category"]
    text = f"{role}:{category}={float(st.session_state['new_score'])!r}"
    before = chosen()
    seed(replace(before, min_score=(*before.min_score, parsed_min_score(text))))


def known_only(filters: Filters) -> tuple[Filters, list[str]]:
    """The filters without models and languages that the store does not have, each named."""
    values = filters.values()
    problems = []
    for name in _MIXES:
        known = set(_options(name))
        for value in getattr(filters, name):
            if value not in known:
                problems.append(f"This store has no {name} {value!r}: that filter was left out.")
                values[name].remove(value)
    return filters_from(values), problems


def _bare(label: str, names: Collection[str]) -> str:
    """The name in a label; a name can itself end like a count."""
    return label if label in names else _COUNT.sub("", label)
