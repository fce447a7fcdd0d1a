"""The signed-in user and the sign-out button."""

import streamlit as st

from dashboard import formats
from dashboard.state import current_user


def show_account() -> None:
    """Draw the name and role of the user, and a button to sign out if the session allows it.

    Draws nothing if sign-in is switched off.
    """
    if not current_user.has_sign_in():
        return
    person = current_user.current_user()
    st.caption(formats.escape_markdown(f"{person.name}, {person.role}"))
    if current_user.can_sign_out():
        st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout)
