"""Who asks a slow question, and what is said while it waits for its turn."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from queries.pool import Asker, Pool, usual_places

SAID = (
    "Several slow questions are being worked on, and nobody has two at the same time: "
    "this one waits for its turn."
)


class _Reader:
    """A session, which sees where its question waits."""

    def __init__(self, session_id: str) -> None:
        self.person = session_id
        self._place: DeltaGenerator | None = None

    def wait(self) -> None:
        # Drawn each time, though it stays the same: here Streamlit ends a script that somebody has
        # gone away from, and its question waits no longer.
        self._place = self._place or st.empty()
        self._place.info(SAID, icon=":material/hourglass_top:")

    def go_on(self) -> None:
        if self._place is not None:
            self._place.empty()


def _asker() -> Asker | None:
    """The session of the script that is running in this thread; None for work in the background."""
    context = get_script_run_ctx(suppress_warning=True)
    return None if context is None else _Reader(context.session_id)


pool = Pool(usual_places(), _asker)
"""The places of this process, for all stores that it has open."""
