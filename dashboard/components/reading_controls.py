"""How a conversation is read: as what, with what covered and masked; and taking it away."""

from collections.abc import Callable

import streamlit as st

from dashboard import formats, people, reader
from dashboard.components.view_choice import show_choice
from dashboard.message import How
from queries.errors import DataError
from queries.masking import KINDS

_WAYS: dict[str, str] = {
    "plain": "Plain",
    "rendered": "Rendered",
    "published": "Published",
}
_COVERS: dict[str, str] = {
    "covered": "Covered",
    "conversation": "Shown here",
    "session": "Shown this session",
}
_COVERS_KEY = "covers"


def show_controls(
    *, has_flagged: bool, published: Callable[[], str], markdown: Callable[[], str], name: str
) -> How:
    """Draw them, and say how texts are to be shown.

    Args:
        has_flagged: whether there is something to cover.
        published: the conversation as published, as JSON.
        markdown: the conversation as Markdown.
        name: of the files, without an ending.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="reading_controls"):
        how = show_choice(
            "Text",
            "read",
            list(_WAYS),
            words=_WAYS.__getitem__,
            help_=(
                "Plain is the text as it was written. Rendered draws its Markdown, tables and "
                "maths; pictures are never loaded, and a link does nothing until you click it. "
                "Published is the JSON of the dataset. Key r"
            ),
        )
        if has_flagged:
            _show_covers()
        _show_masking()
        with st.popover("Download", icon=":material/download:"):
            _show_downloads(published, markdown, name)
    return "rendered" if how == "rendered" else "published" if how == "published" else "plain"


def _show_covers() -> None:
    st.session_state[_COVERS_KEY] = reader.covers()
    st.segmented_control(
        "Flagged messages",
        list(_COVERS),
        key=_COVERS_KEY,
        format_func=_COVERS.__getitem__,
        required=True,
        on_change=_cover,
        help=(
            "A flagged message is covered until you show it: by itself, all of this conversation, "
            "or all until the page is reloaded. One flagged as sexual/minors is only ever shown by "
            "itself."
        ),
    )


def _cover() -> None:
    reader.set_covers(st.session_state[_COVERS_KEY])


def _show_masking() -> None:
    is_unmasked = all(map(reader.is_unmasked, reader.reader().shown))
    label = "Nothing masked" if is_unmasked else "Masked"
    with st.popover(label, icon=":material/visibility:" if is_unmasked else ":material/password:"):
        kinds = ", ".join(KINDS)
        st.text(
            f"Patterns find what looks like contact data or a secret ({kinds}); "
            "they miss some, and hit some that is none."
        )
        if is_unmasked:
            st.button("Mask it again", key="mask", on_click=reader.mask)
            return
        if not people.is_operator():
            st.text("Only an operator may show it.")
            return
        st.text("Showing it on this page is written to the log of this store.")
        st.button("Show what is masked", key="unmask", on_click=_unmask)
        if problem := st.session_state.pop("unmask_problem", None):
            st.error(formats.plain(problem))


def _unmask() -> None:
    try:
        reader.unmask()
    except DataError as error:
        st.session_state["unmask_problem"] = str(error)


def _show_downloads(published: Callable[[], str], markdown: Callable[[], str], name: str) -> None:
    st.text("The whole conversation; what is covered or masked here is so in the file too.")
    st.download_button(
        "Published JSON",
        published,
        file_name=f"{name}.json",
        mime="application/json",
        on_click="ignore",
        key="download_json",
    )
    st.download_button(
        "Markdown",
        markdown,
        file_name=f"{name}.md",
        mime="text/markdown",
        on_click="ignore",
        key="download_markdown",
    )
