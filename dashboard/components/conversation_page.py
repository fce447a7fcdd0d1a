"""A conversation: what is known of it, its scores, its messages, and what stands around it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats, people, reader, session, url
from dashboard.components import notices
from dashboard.components.around import show_around
from dashboard.components.conversation_facts import show_facts
from dashboard.components.reading_controls import show_controls
from dashboard.components.strip import show_strip
from dashboard.components.transcript import Column, show_transcript
from dashboard.components.way import show_way
from dashboard.place import place_in_list
from queries.access_log import note
from queries.conversations import Conversation, conversation
from queries.documents import markdown_document, published_json
from queries.errors import DataError
from queries.filters import Filters
from queries.published_row import published_conversation
from queries.reading import needs_cover, visible
from queries.store import Store

_LINKED = "linked_read"


def show_conversation(conversation_id: str, filters: Filters) -> None:
    """Draw it, with another one beside it where the address names one.

    Args:
        conversation_id: which one.
        filters: the slice that the list it was opened from is of.
    """
    way = st.container(key="way_place")
    st.session_state[_LINKED] = url.parameter("read", "")
    found = conversation(session.store(), conversation_id)
    beside = _beside(conversation_id)
    shown = [found, *([beside] if beside else [])]
    reader.open_conversations(*(str(one.facts["conversation_id"]) for one in shown))
    name = f"{formats.name(found.facts['model'])} · {conversation_id[:8]}"
    st.set_page_config(page_title=f"{visible(name)} · Chatscape")
    show_facts(found.facts)
    if beside:
        _show_strips(shown)
    elif not found.messages.empty:
        show_strip(conversation_id, found.messages)
    if found.messages.empty:
        st.info("This conversation has no messages.")
    else:
        _show_messages(shown)
    # After the messages: one can read while the list is looked through.
    _show_ways(way, found, filters)
    show_around(found.facts)


@st.fragment
def _show_messages(shown: Sequence[Conversation]) -> None:
    first = str(shown[0].facts["conversation_id"])
    document = partial(_document, session.store(), people.person().name, first, _as_shown(first))
    how = show_controls(
        has_flagged=any(needs_cover(one.facts) for one in shown),
        published=partial(document, published_json, "published"),
        markdown=partial(document, markdown_document, "Markdown"),
        name=f"conversation-{first}",
    )
    is_published = how == "published"
    show_transcript(
        [
            Column(
                conversation_id=str(one.facts["conversation_id"]),
                title=formats.name(one.facts["model"]) if len(shown) > 1 else "",
                messages=one.messages,
                published=_published_messages(one) if is_published else None,
            )
            for one in shown
        ],
        how,
        turn=url.number("turn"),
    )
    # The messages are there at once; the links around them learn how they are read after that.
    if url.parameter("read", "") != st.session_state[_LINKED]:
        st.rerun()


def _beside(conversation_id: str) -> Conversation | None:
    """The conversation to read beside it; none where the address names none that there is."""
    wanted = url.parameter("beside", "")
    if not wanted or wanted == conversation_id:
        return None
    with notices.errors_shown():
        return conversation(session.store(), wanted)
    return None


def _show_strips(shown: Sequence[Conversation]) -> None:
    for number, (place, one) in enumerate(zip(st.columns(len(shown)), shown, strict=True)):
        with place:
            show_strip(str(one.facts["conversation_id"]), one.messages, key=f"strip_{number}")


def _show_ways(head: DeltaGenerator, found: Conversation, filters: Filters) -> None:
    """The way on, above the messages and below them."""
    place, note = None, ""
    try:
        place = place_in_list(str(found.facts["conversation_id"]), filters)
    except DataError as error:
        note = str(error)
    else:
        note = "" if place else "not in this list"
    has_flagged = needs_cover(found.facts)
    with head:
        show_way(place, note, has_flagged=has_flagged)
    show_way(place, note, has_flagged=has_flagged, is_foot=True)


def _published_messages(found: Conversation) -> list[Mapping[str, Any]]:
    """Each message as published, with its verdict."""
    row = published_conversation(session.store(), str(found.facts["conversation_id"]))
    verdicts = row["openai_moderation"] or []
    return [
        {"message": message, "openai_moderation": verdicts[n] if n < len(verdicts) else None}
        for n, message in enumerate(row["conversation"] or [])
    ]


def _document(
    store: Store,
    who: str,
    conversation_id: str,
    as_shown: dict[str, Any],
    document: Callable[..., str],
    shape: str,
) -> str:
    """A conversation as a file, and in the log; outside of any session, when it is fetched."""
    text = document(published_conversation(store, conversation_id), **as_shown)
    masked = "unmasked" if as_shown["is_unmasked"] else "masked"
    note(store.path, who, "exported", f"{masked}; {conversation_id} as {shape}")
    return text


def _as_shown(conversation_id: str) -> dict[str, Any]:
    """What is covered and masked in a file: what is so on the page."""
    return {
        "is_unmasked": reader.is_unmasked(conversation_id),
        "is_uncovered": reader.is_uncovered(conversation_id),
        "shown": [index for one, index in reader.reader().uncovered if one == conversation_id],
    }
