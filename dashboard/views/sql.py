import streamlit as st

from dashboard import session
from dashboard.components.sql_page import show_answer, show_question
from queries import breakdowns

filters = session.current_filters()
total = int(session.rows(breakdowns.slice_size, filters)["conversation_count"].iloc[0])
st.title("SQL", anchor=False)
show_answer(show_question(filters, total))
