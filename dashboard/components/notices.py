"""Notices: an empty slice, an error, a newer version of the data."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import formats
from dashboard.process.public_errors import public_text
from dashboard.state import filter_state, session
from queries.errors import DataError
from queries.filters import Filters
from queries.filters.describe import describe


def show_empty_slice(filters: Filters) -> None:
    """Say that the slice is empty and offer to clear the filters.

    The button is repeated here because narrow screens hide the sidebar.
    """
    if filters == Filters():
        st.info(
            "This store has no conversations. Prepare a dataset with `chatscape prepare`.",
            title="This store is empty",
            icon=":material/inventory_2:",
        )
        return
    st.info(
        f"No conversation matches: {formats.escape_markdown(describe(filters))}. "
        "Remove a filter in the sidebar, or clear all of them.",
        title="This slice is empty",
        icon=":material/filter_alt_off:",
    )
    st.button("Clear all filters", on_click=filter_state.clear_filters, key="clear_here")


def show_error(error: DataError) -> None:
    """Show the message of an error, which says what to do."""
    st.error(formats.escape_markdown(public_text(error)), icon=":material/error:")


@contextmanager
def error_boundary() -> Iterator[None]:
    """Show errors raised inside in place of what would be drawn, so that the page goes on."""
    try:
        yield
    except DataError as error:
        show_error(error)
    except Exception:  # Streamlit's own error box would not help the reader
        logging.getLogger(__name__).exception("a page could not be drawn")
        st.error(
            "Something went wrong. Reload the page. If it happens again, see the log of the "
            "server for the cause.",
            icon=":material/error:",
        )


def show_newer_version() -> None:
    """Offer a newer version of the data, or say that the page has switched to it."""
    if session.was_replaced():
        st.info(
            "The version of the data that you were viewing was replaced. This is the newest one."
        )
    name = session.newer_version()
    if name is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="newer"):
        st.markdown(":material/update: A newer version of the data is available.", width="stretch")
        st.button("Show it", on_click=session.switch_version, args=(name,))
