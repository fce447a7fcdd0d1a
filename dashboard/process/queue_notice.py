"""The queue for slow queries of this process, and the notice that a waiting reader sees."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import streamlit_internals
from queries.runtime.fair_queue import FairQueue, Requester, default_slots

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

NOTICE = (
    "Several slow queries are running, and each person may run one at a time: "
    "this one waits for its turn."
)


class _Notice:
    """The notice of one waiting query, drawn where the query runs."""

    def __init__(self) -> None:
        self._placeholder: DeltaGenerator | None = None

    def show(self, _: int) -> None:
        # Drawn each time, although it stays the same: drawing lets Streamlit interrupt a script
        # whose reader has left, and then its query no longer waits.
        self._placeholder = self._placeholder or st.empty()
        self._placeholder.info(NOTICE, icon=":material/hourglass_top:")

    def clear(self) -> None:
        if self._placeholder is not None:
            self._placeholder.empty()


def _requester() -> Requester | None:
    """The session whose script runs in this thread; None for background work."""
    session_id = streamlit_internals.session_id()
    if session_id is None:
        return None
    notice = _Notice()
    return Requester(session_id, lambda ahead: notice.show(ahead), notice.clear)


queue = FairQueue(default_slots(), _requester)
"""The slots of this process, shared by all stores that it has open."""
