"""Who is signed in, and the way out."""

import streamlit as st

from dashboard import formats, people


def show_person() -> None:
    """Draw it; nothing where nobody signs in."""
    if not people.is_told_apart():
        return
    person = people.person()
    st.caption(formats.plain(f"{person.name}, {person.role}"))
    if people.can_sign_out():
        st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout)
