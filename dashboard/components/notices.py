"""Pages and lines for when there is nothing to show, or something is in the way."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import formats, session, sidebar
from queries.describe import describe
from queries.errors import DataError
from queries.filters import Filters


def show_empty_slice(filters: Filters) -> None:
    """Say that no conversation is in the slice, and what to do; here too, for narrow screens."""
    if filters == Filters():
        st.info(
            "This store holds no conversation: prepare one with `chatscape prepare`.",
            title="Nothing in this store",
            icon=":material/inventory_2:",
        )
        return
    st.info(
        f"No conversation matches: {formats.plain(describe(filters))}. "
        "Take a filter away in the sidebar, or clear them all.",
        title="Nothing in this slice",
        icon=":material/filter_alt_off:",
    )
    st.button("Clear all filters", on_click=sidebar.clear, key="clear_here")


def show_error(error: DataError) -> None:
    """One sentence with the way out."""
    st.error(formats.plain(str(error)), icon=":material/error:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error of what is drawn inside in its place, and go on."""
    try:
        yield
    except DataError as error:
        show_error(error)
    except Exception:  # what nobody foresaw: Streamlit's own box says nothing of use
        logging.getLogger(__name__).exception("a page could not be drawn")
        st.error(
            "Something unexpected went wrong. Reload the page; if it comes again, the log of the "
            "server says what it was.",
            icon=":material/error:",
        )


def show_newer_version() -> None:
    """Offer a version of the data that arrived while the page was open, or say that it came."""
    if session.was_replaced():
        st.info("The version of the data that you looked at is gone: this is the newest one.")
    name = session.newer_version()
    if name is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="newer"):
        st.markdown(":material/update: A newer version of the data is ready.", width="stretch")
        st.button("Show it", on_click=session.open_version, args=(name,))
