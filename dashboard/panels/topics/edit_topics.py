"""The form of the page Topics that renames, merges, hides and restores topics, for operators."""

from collections.abc import Callable

import streamlit as st

from dashboard import formats
from dashboard.process import open_stores
from dashboard.process.public_errors import public_text
from dashboard.state import current_user, session
from queries.errors import DataError
from queries.state import topic_edits
from queries.state.topic_edits import TOPIC_LABEL_CHARS_MAX
from queries.store.topic_names import TopicName, is_other, number_in

_TOPIC, _LABEL, _INTO = "edited_topic", "new_topic_label", "merge_topic_into"
_PROBLEM = "edit_topic_problem"


def show_topic_edits() -> None:
    """Draw the form; nothing for readers."""
    if not current_user.is_operator():
        return
    names = session.store().relations.topic_names.names
    topics = {_number(name): name for name in names["topic"]}
    every = topics | {_number(name): name for name in names["subtopic"]}
    with st.expander("Rename, merge or hide topics", key="edit_topics"):
        st.text(
            "All pages, exports and links follow at once, for all users. Numbers stay. "
            "Each change is recorded in the audit log."
        )
        st.selectbox(
            "Topic or subtopic to change",
            sorted(every, key=lambda number: (number.strip("0") == "", number)),
            key=_TOPIC,
            format_func=lambda number: _described(every[number]),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("New label", key=_LABEL, max_chars=TOPIC_LABEL_CHARS_MAX)
            st.button("Rename", key="rename_topic", on_click=_apply, args=(_rename,))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            others = [number for number, name in topics.items() if not is_other(name.stored)]
            st.selectbox(
                "Merge into",
                sorted(others),
                key=_INTO,
                format_func=lambda number: _described(topics[number]),
            )
            st.button("Merge", key="merge_topic", on_click=_apply, args=(_merge,))
        with st.container(horizontal=True):
            st.button("Hide among other prompts", key="hide_topic", on_click=_apply, args=(_hide,))
            st.button("Restore as built", key="restore_topic", on_click=_apply, args=(_restore,))
        with st.container():
            if problem := st.session_state.pop(_PROBLEM, None):
                st.error(formats.escape_markdown(problem))


def _number(name: TopicName) -> str:
    return name.stored.partition(" ")[0]


def _described(name: TopicName) -> str:
    """The name, and where its prompts are if not there."""
    if name.shown is None:
        return f"{formats.name(name.stored)} (hidden)"
    if number_in(name.shown) == number_in(name.stored):
        return formats.name(name.shown)
    place = "hidden" if is_other(name.shown) else f"merged into {name.shown.partition(' ')[0]}"
    return f"{formats.name(name.stored)} ({place})"


def _apply(change: Callable[[str, str], object]) -> None:
    """Apply a change to the chosen topic. For callbacks."""
    try:
        current_user.require_operator("change topics")
        change(str(st.session_state[_TOPIC]), current_user.current_user().name)
    except DataError as error:
        st.session_state[_PROBLEM] = public_text(error)
    else:
        st.session_state[_LABEL] = ""


def _rename(number: str, who: str) -> None:
    topic_edits.rename_topic(open_stores.store_path(), number, st.session_state[_LABEL], who)


def _merge(number: str, who: str) -> None:
    topic_edits.merge_topic(open_stores.store_path(), number, st.session_state[_INTO], who)


def _hide(number: str, who: str) -> None:
    topic_edits.hide_topic(open_stores.store_path(), number, who)


def _restore(number: str, who: str) -> None:
    topic_edits.restore_topic(open_stores.store_path(), number, who)
