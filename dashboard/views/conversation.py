import streamlit as st

from dashboard import navigation, session, url
from dashboard.components.conversation_facts import show_facts
from dashboard.components.transcript import PAGE_MESSAGES, show_transcript
from dashboard.covers import uncover, uncovered
from dashboard.paging import chosen_page, show_pages
from queries.conversations import conversation


def show_conversation(conversation_id: str) -> None:
    """What is known of a conversation, and a page of its messages."""
    found = conversation(session.store(), conversation_id)
    show_facts(found.facts)
    if found.messages.empty:
        st.info("This conversation has no messages.")
        return
    pages = -(-len(found.messages) // PAGE_MESSAGES)
    first = (chosen_page(pages) - 1) * PAGE_MESSAGES
    show_transcript(
        found.messages.iloc[first : first + PAGE_MESSAGES],
        uncovered=uncovered(conversation_id),
        on_uncover=uncover,
    )
    show_pages(pages)


conversation_id = url.parameter("conversation", "")
st.title("Conversation", anchor=False)
with st.container(horizontal=True, vertical_alignment="center"):
    is_from_search = url.is_from_search()
    st.page_link(
        navigation.page("search" if is_from_search else "browse"),
        label="Back to the search" if is_from_search else "Back to the list",
        icon=":material/arrow_back:",
        query_params=url.list_link(),
    )
    if conversation_id:
        navigation.show_way_to_like(conversation_id)
    st.button(
        "A random one", icon=":material/shuffle:", on_click=navigation.open_random, key="random"
    )
if conversation_id:
    show_conversation(conversation_id)
else:
    st.text_input("Open a conversation by its id", key="typed_id", on_change=navigation.open_typed)
