import streamlit as st

from dashboard import people, session
from dashboard.components.log import show_events, show_removed
from queries.access_log import noted
from queries.removal.register import removed

st.title("Log", anchor=False)
people.must_be_operator("see the log")
show_events(noted(session.store_path()))
show_removed(removed(session.store_path()).to_pandas())
