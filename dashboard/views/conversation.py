import streamlit as st

from dashboard import navigation, session, url
from dashboard.components.conversation_page import show_conversation
from dashboard.components.removal import show_removal

conversation_id = url.parameter("conversation", "")
with st.container(horizontal=True, vertical_alignment="center", key="conversation_head"):
    st.title("Conversation", anchor=False, width="stretch")
    if conversation_id:
        navigation.show_way_to_like(conversation_id)
    if conversation_id:
        show_removal(conversation_id)
    st.button(
        "A random one", icon=":material/shuffle:", on_click=navigation.open_random, key="random"
    )
if conversation_id:
    show_conversation(conversation_id, session.current_filters())
else:
    st.text_input("Open a conversation by its id", key="typed_id", on_change=navigation.open_typed)
