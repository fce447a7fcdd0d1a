"""The toolbar of a conversation: how to view texts, masking and downloads."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard import formats
from dashboard.components.download_button import show_download_button
from dashboard.components.url_widgets import show_choice
from dashboard.panels.conversation.message_view import TextMode
from dashboard.process.public_errors import public_text
from dashboard.state import current_user, reveal
from queries.errors import DataError
from queries.masking.placeholders import KINDS

_MODES: dict[str, str] = {
    "plain": "Plain",
    "rendered": "Rendered",
    "published": "Published",
}
_COVERS: dict[str, str] = {
    "covered": "Covered",
    "conversation": "Show all here",
    "session": "Show all this session",
}
_COVERS_KEY = "covers"


def show_toolbar(
    conversation_id: str,
    *,
    has_flagged: bool,
    published: Callable[[], str],
    markdown: Callable[[], str],
) -> TextMode:
    """Draw the toolbar into a row; returns how to show texts.

    Args:
        conversation_id: the conversation of the downloads.
        has_flagged: whether there is a message to cover.
        published: builds the published JSON of the conversation.
        markdown: builds the conversation as Markdown.
    """
    with st.popover("View", icon=":material/tune:", key="view"):
        mode = show_choice(
            "Text",
            "read",
            list(_MODES),
            label_of=_MODES.__getitem__,
            help_=(
                "Plain shows the text as written. Rendered shows its Markdown, tables and maths; "
                "images are never loaded, and links open only when you click them. Published shows "
                "the JSON of the dataset. Shortcut: r"
            ),
        )
        if has_flagged:
            _show_covers()
    _show_masking()
    with st.popover("Download", icon=":material/download:"):
        _show_downloads(conversation_id, published, markdown)
    return "rendered" if mode == "rendered" else "published" if mode == "published" else "plain"


def _show_covers() -> None:
    st.session_state[_COVERS_KEY] = reveal.cover_mode()
    st.segmented_control(
        "Flagged messages",
        list(_COVERS),
        key=_COVERS_KEY,
        format_func=_COVERS.__getitem__,
        required=True,
        on_change=_cover,
        help=(
            "Flagged messages are covered until you show them: one at a time, all in this "
            "conversation, or all until you reload the page. Messages flagged as sexual/minors can "
            "only be shown one at a time."
        ),
    )


def _cover() -> None:
    reveal.set_cover_mode(st.session_state[_COVERS_KEY])


def _show_masking() -> None:
    is_unmasked = all(map(reveal.is_unmasked, reveal.reveal_state().conversation_ids))
    label = "Unmasked" if is_unmasked else "Masked"
    with st.popover(label, icon=":material/visibility:" if is_unmasked else ":material/password:"):
        kinds = ", ".join(KINDS)
        st.text(
            f"Patterns detect what looks like contact data or secrets ({kinds}). "
            "They miss some, and match some other text by mistake."
        )
        if is_unmasked:
            st.button("Mask again", key="mask", on_click=reveal.mask)
            return
        if not current_user.is_operator():
            st.text("Only an operator can unmask.")
            return
        st.text("The audit log will record that you unmasked this page.")
        st.button("Unmask", key="unmask", on_click=_unmask)
        if problem := st.session_state.pop("unmask_problem", None):
            st.error(formats.escape_markdown(problem))


def _unmask() -> None:
    try:
        reveal.unmask()
    except DataError as error:
        st.session_state["unmask_problem"] = public_text(error)


def _show_downloads(
    conversation_id: str, published: Callable[[], str], markdown: Callable[[], str]
) -> None:
    st.text("The whole conversation, with the same covers and masking as on this page.")
    show = partial(show_download_button, ids=[conversation_id])
    name = f"conversation-{conversation_id}"
    show(
        "Published JSON",
        published,
        file_name=f"{name}.json",
        mime="application/json",
        key="download_json",
    )
    show(
        "Markdown",
        markdown,
        file_name=f"{name}.md",
        mime="text/markdown",
        key="download_markdown",
    )
