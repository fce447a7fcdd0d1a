import streamlit as st

from dashboard import roles, session
from dashboard.components.log import show_events, show_removed
from queries.access_log import noted
from queries.removal.register import removed

st.title("Log", anchor=False)
if roles.is_operator():
    show_events(noted(session.store_path()))
    show_removed(removed(session.store_path()).to_pandas())
else:
    st.info(
        "The log is for whoever runs this dashboard: open it in a browser of that machine, or run "
        "`chatscape log` there."
    )
