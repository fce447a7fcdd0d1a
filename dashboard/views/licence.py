"""The page that asks an operator to accept the licence, before any data is shown."""

import streamlit as st

from dashboard.process import open_stores
from dashboard.state import current_user, session
from queries.state import licence


def show_licence() -> None:
    """Draw the terms and ask for acceptance. The page shows none of the data."""
    with st.container(width=720):
        st.title("Before the data is shown", anchor=False)
        st.markdown(licence.terms(session.store().version))
        if not current_user.is_operator():
            st.info("An operator has to accept these terms before anybody can see the data.")
            return
        is_read = st.checkbox(
            "I have read this and I accept it for everyone who uses this dashboard."
        )
        if st.button("Accept and continue", icon=":material/check:", disabled=not is_read):
            licence.accept(open_stores.store_path(), current_user.current_user().name)
            st.rerun()
        st.markdown(
            "On a server: `chatscape accept-licence --store DIR`. The acceptance is recorded."
        )
