"""The page that asks users to sign in with an OpenID provider."""

import streamlit as st

from dashboard.state import query_params


def show_sign_in() -> None:
    """Draw the sign-in page. It shows none of the data."""
    with st.container(horizontal_alignment="center"), st.container(width=480):
        st.space("large")
        st.title("Chatscape", anchor=False)
        st.text("Sign in to see the conversations that your team explores here.")
        if query_params.get_param("sign_in", "") == "failed":
            st.error(
                "Signing in did not work. Try again; if it fails again, ask whoever runs this "
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
