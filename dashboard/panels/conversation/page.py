"""The Conversation page: title, list navigation, facts, scores, messages, related ones."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats
from dashboard.components import notices
from dashboard.components.page_header import show_title
from dashboard.panels.conversation.facts import show_facts
from dashboard.panels.conversation.list_navigation import show_list_navigation
from dashboard.panels.conversation.menu import show_menu
from dashboard.panels.conversation.message_view import TextMode
from dashboard.panels.conversation.related import show_related
from dashboard.panels.conversation.score_strip import show_score_strip
from dashboard.panels.conversation.title import show_conversation_title
from dashboard.panels.conversation.toolbar import show_toolbar
from dashboard.panels.conversation.transcript import TranscriptColumn, show_transcript
from dashboard.process import open_stores
from dashboard.process.public_errors import public_text
from dashboard.state import current_user, query_params, reveal, session
from dashboard.state.list_position import list_position
from queries.conversations.detail import Conversation, conversation
from queries.conversations.documents import markdown_document, published_json
from queries.conversations.source_row import canonical_row
from queries.datasets.verdict_dealing import dealt_verdicts
from queries.display.covers import is_sensitive
from queries.errors import DataError
from queries.filters import Filters
from queries.state.audit_log import record_event
from queries.text.control_characters import escape_control_characters

_LINKED = "linked_read"


def show_conversation(conversation_id: str, filters: Filters) -> None:
    """Draw a conversation, and a second one beside it if the address names one.

    Args:
        conversation_id: the conversation to draw.
        filters: the slice of the list that it was opened from.
    """
    # Two conversations beside each other take all the room there is.
    with st.container(
        key="readers" if query_params.get_param("beside", "") else "reader", gap="xxsmall"
    ):
        _show_reader(conversation_id, filters)


def _show_reader(conversation_id: str, filters: Filters) -> None:
    head = st.container(horizontal=True, vertical_alignment="center", key="conversation_head")
    with head:
        heading = st.container(width="stretch", key="heading")
        show_menu(conversation_id)
    navigation_bar = st.container(key="navigation_bar")
    st.session_state[_LINKED] = query_params.get_param("read", "")
    try:
        main = conversation(session.store(), conversation_id)
    except DataError:
        with heading:
            show_title()
        raise
    with heading:
        show_conversation_title(main.messages)
    beside = _beside(conversation_id)
    both = [main, *([beside] if beside else [])]
    reveal.open_conversations(*(str(item.facts["conversation_id"]) for item in both))
    name = f"{formats.name(main.facts['model'])} · {conversation_id[:8]}"
    st.set_page_config(page_title=f"{escape_control_characters(name)} · Chatscape")
    if main.messages.empty:
        show_facts(main.facts)
        st.info("This conversation has no messages.")
    else:
        _show_messages(both)
    # After the messages, so that they can be read while the list is queried.
    _show_navigation(navigation_bar, main, filters)
    show_related(main.facts)


@st.fragment
def _show_messages(conversations: Sequence[Conversation]) -> None:
    first = str(conversations[0].facts["conversation_id"])
    document = partial(
        _document,
        session.store().version.name,
        current_user.current_user().name,
        first,
        _display_options(first),
    )
    with st.container(gap="xxsmall", key="messages"):
        _show_reading(conversations, first, document)
    # The fragment has drawn the messages; a rerun updates the links around them to the new mode.
    if query_params.get_param("read", "") != st.session_state[_LINKED]:
        st.rerun()


def _show_reading(
    conversations: Sequence[Conversation], first: str, document: Callable[..., str]
) -> None:
    with st.container(
        horizontal=True, vertical_alignment="top", gap="xsmall", key="reading_controls"
    ):
        with st.container(width="stretch"):
            show_facts(conversations[0].facts)
        mode = show_toolbar(
            first,
            has_flagged=any(is_sensitive(item.facts) for item in conversations),
            published=partial(document, published_json, "published"),
            markdown=partial(document, markdown_document, "Markdown"),
        )
    if len(conversations) > 1:
        _show_strips(conversations)
    with st.container(key="reading"):
        if len(conversations) == 1:
            show_score_strip(first, conversations[0].messages)
        _show_texts(conversations, mode)


def _show_texts(conversations: Sequence[Conversation], mode: TextMode) -> None:
    show_transcript(
        [
            TranscriptColumn(
                conversation_id=str(item.facts["conversation_id"]),
                title=formats.name(item.facts["model"]) if len(conversations) > 1 else "",
                messages=item.messages,
                published=_published_messages(item) if mode == "published" else None,
            )
            for item in conversations
        ],
        mode,
        turn=query_params.get_number("turn"),
    )


def _beside(conversation_id: str) -> Conversation | None:
    """The second conversation that the address names; None if it names none that exists."""
    beside_id = query_params.get_param("beside", "")
    if not beside_id or beside_id == conversation_id:
        return None
    with notices.error_boundary():
        return conversation(session.store(), beside_id)
    return None


def _show_strips(both: Sequence[Conversation]) -> None:
    for number, (column, item) in enumerate(zip(st.columns(len(both)), both, strict=True)):
        with column:
            show_score_strip(
                str(item.facts["conversation_id"]), item.messages, key=f"strip_{number}"
            )


def _show_navigation(head: DeltaGenerator, main: Conversation, filters: Filters) -> None:
    """Draw the list navigation above and below the messages."""
    position, note = None, ""
    try:
        position = list_position(str(main.facts["conversation_id"]), filters)
    except DataError as error:
        note = public_text(error)
    else:
        note = "" if position else "not in this list"
    has_flagged = is_sensitive(main.facts)
    with head:
        show_list_navigation(position, note, has_flagged=has_flagged)
    show_list_navigation(position, note, has_flagged=has_flagged, is_foot=True)


def _published_messages(item: Conversation) -> list[Mapping[str, Any]]:
    """The messages as published, each with its verdict."""
    row = canonical_row(session.store(), str(item.facts["conversation_id"]))
    return [
        {"message": message, "openai_moderation": verdict}
        for message, verdict in zip(
            row["conversation"] or [], dealt_verdicts(row).of_messages, strict=True
        )
    ]


def _document(
    version: str,
    who: str,
    conversation_id: str,
    options: dict[str, Any],
    document: Callable[..., str],
    shape: str,
) -> str:
    """Build the file of a download and record it in the audit log.

    Runs when the browser fetches the file, outside of any session.

    Raises:
        VersionGoneError: the version that the page showed was deleted.
        RemovedError: the conversation was removed.
        AuditLogError: it cannot be recorded, so it is refused.
    """
    store = open_stores.store_of_version(version)
    text = document(canonical_row(store, conversation_id), store.dataset, **options)
    masked = "unmasked" if options["is_unmasked"] else "masked"
    record_event(store.path, who, "exported", f"{masked}; {conversation_id} as {shape}")
    return text


def _display_options(conversation_id: str) -> dict[str, Any]:
    """Covers and masking of a download: the same as on the page."""
    return {
        "is_unmasked": reveal.is_unmasked(conversation_id),
        "is_uncovered": reveal.is_uncovered(conversation_id),
        "revealed": [
            index for key, index in reveal.reveal_state().uncovered if key == conversation_id
        ],
    }
