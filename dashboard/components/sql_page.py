"""The page SQL: the editor, what may be seen, the waiting, and what came of the statement."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import asking, formats, people, session, url
from dashboard.afterwards import do_afterwards
from dashboard.components.flagged_switch import show_flagged_switch
from dashboard.components.notices import errors_shown
from dashboard.components.sql_away import show_command, show_files
from dashboard.components.sql_editor import show_sql_editor
from dashboard.components.sql_result import RESULT_KEYS, show_result
from queries.console.asking import Question
from queries.describe import describe
from queries.filters import Filters

_UNLIMITED, _UNMASKED, _UNCOVERED = "sql_unlimited", "sql_unmasked", "uncover_sql"


def show_question(filters: Filters, total: int) -> Question:
    """Draw what is asked with: the slice in words, the editor, the switches; and give what it says.

    Args:
        filters: what the view `slice` keeps.
        total: how many conversations these are.
    """
    st.text(f"The view slice has {formats.conversations(total)}: {describe(filters)}")
    show_sql_editor(asking.statement(), key="sql_editor", on_run=asking.ask_for)
    is_operator = people.is_operator()
    with st.container(horizontal=True, vertical_alignment="center", key="sql_switches"):
        is_uncovered = show_flagged_switch("Flagged texts too", _UNCOVERED)
        is_unmasked = is_operator and st.toggle(
            "Nothing masked",
            key=_UNMASKED,
            help="Contact data and keys as they are. Each statement is noted in the log.",
        )
        if is_operator:
            st.toggle("No time limit", key=_UNLIMITED, help="Until it is done, or stopped.")
    return Question(asking.statement(), filters, is_uncovered=is_uncovered, is_unmasked=is_unmasked)


def show_answer(question: Question) -> None:
    """Draw what came of it, or ask it when the page is drawn."""
    if not question.sql:
        if asking.is_out_of_reach():
            st.warning(
                "The statement of this link was too long for an address: ask whoever gave you the "
                "link for its text.",
                icon=":material/link_off:",
            )
        asking.make_ready()
        return
    came = asking.outcome(question)
    place = st.empty()
    if came is None:
        if url.has_arrived():
            # What the address says of a result is read when it is there, in another run.
            for key in RESULT_KEYS:
                st.session_state.pop(key, None)
        do_afterwards(lambda: _ask(question, place))
        return
    with place.container():
        show_result(came)
        show_files(came)
        show_command(came.question)
    asking.make_ready()


def _ask(question: Question, place: DeltaGenerator) -> None:
    is_unlimited = bool(st.session_state.get(_UNLIMITED))
    seconds = session.settings().sql_seconds
    limit = "" if is_unlimited and people.is_operator() else f" of {seconds:g} s"
    with place.container(), errors_shown():
        said = st.empty()
        st.button("Stop", key="sql_stop", icon=":material/stop:", on_click=_stop, args=(question,))
        # Each call draws, which is where a run is cut off when somebody stops or asks again.
        asking.ask(
            question,
            is_unlimited=is_unlimited,
            beat=_beat(said, limit),
            queued=lambda before: _say_place(said, before),
        )
        # The widgets of a result are those of the page only where its own script draws them.
        st.rerun()


def _stop(question: Question) -> None:
    asking.stop(question)


def _beat(said: DeltaGenerator, limit: str) -> Callable[[float], None]:
    def beat(seconds: float) -> None:
        words = f"Running: {seconds:.1f} s{limit}" if seconds else "Getting ready"
        said.text(words)

    return beat


def _say_place(said: DeltaGenerator, before: int) -> None:
    many = "1 statement is" if before == 1 else f"{before:,} statements are"
    said.text(f"{many} before yours")
