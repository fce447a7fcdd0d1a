"""The page before all others where people sign in with an OpenID provider."""

import streamlit as st


def show() -> None:
    """Ask to sign in; nothing of the data is on this page."""
    with st.container(width=720):
        st.title("Chatscape", anchor=False)
        st.text("Sign in to see the conversations that your team explores here.")
        st.button("Sign in", icon=":material/login:", type="primary", on_click=st.login)
