import streamlit as st

from dashboard.components.page_header import show_title
from dashboard.panels.conversation.menu import show_random_button
from dashboard.panels.conversation.page import show_conversation
from dashboard.state import navigation, query_params, session

conversation_id = query_params.get_param("conversation", "")
if conversation_id:
    show_conversation(conversation_id, session.current_filters())
else:
    with st.container(horizontal=True, vertical_alignment="center"):
        show_title()
        show_random_button()
    st.text_input("Open a conversation by its id", key="typed_id", on_change=navigation.open_typed)
