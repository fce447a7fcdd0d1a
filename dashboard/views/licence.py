"""The page before all others: whoever runs the dashboard accepts the licence of the data."""

import streamlit as st

from dashboard import people, session
from queries import licence


def show() -> None:
    """Ask for acceptance; nothing of the data is on this page."""
    with st.container(width=720):
        st.title("Before the data is shown", anchor=False)
        st.markdown(licence.terms())
        if not people.is_operator():
            st.info("An operator has to accept these terms before the data is shown to anybody.")
            return
        is_read = st.checkbox(
            "I have read this and I accept it for everyone who uses this dashboard."
        )
        if st.button("Accept and continue", icon=":material/check:", disabled=not is_read):
            licence.accept(session.store_path(), people.person().name)
            st.rerun()
        st.markdown("On a server: `chatscape accept-licence --store DIR`. Kept beside the log.")
