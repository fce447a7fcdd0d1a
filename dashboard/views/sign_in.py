"""The page before all others where people sign in with an OpenID provider."""

import streamlit as st

from dashboard import url


def show() -> None:
    """Ask to sign in; nothing of the data is on this page."""
    with st.container(horizontal_alignment="center"), st.container(width=480):
        st.space("large")
        st.title("Chatscape", anchor=False)
        st.text("Sign in to see the conversations that your team explores here.")
        if url.parameter("sign_in", "") == "failed":
            st.error(
                "Signing in did not work. Try again; if it goes wrong again, ask whoever runs this "
                "dashboard: its log says why.",
                icon=":material/error:",
            )
        st.button(
            "Sign in",
            icon=":material/login:",
            type="primary",
            width="stretch",
            on_click=st.login,
        )
