"""Widgets whose value is kept in the address, under the key of the widget."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from dashboard.state import query_params


def show_choice(
    label: str,
    key: str,
    options: Sequence[str],
    *,
    label_of: Callable[[str], str] = str,
    kind: Literal["list", "pills"] = "pills",
    help_: str | None = None,
    width: int | Literal["content", "stretch"] = "content",
    is_labelled: bool = True,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Draw a choice of one option; the first one is the default and stays out of the address.

    Args:
        label: label of the widget.
        key: query parameter that holds the choice.
        options: the options.
        label_of: gives the label of an option.
        kind: a drop-down list, or all options side by side.
        help_: text of the tooltip.
        width: width of the widget.
        is_labelled: whether the label is visible, or for screen readers only.
        on_change: called when the choice changes.

    Returns:
        The chosen option.
    """
    visibility: Literal["visible", "collapsed"] = "visible" if is_labelled else "collapsed"
    if query_params.address_wins(key) or st.session_state[key] not in options:
        requested = query_params.get_param(key, options[0])
        st.session_state[key] = requested if requested in options else options[0]
    if kind == "list":
        st.selectbox(
            label,
            options,
            key=key,
            format_func=label_of,
            help=help_,
            width="stretch" if width == "content" else width,
            on_change=on_change,
        )
    else:
        st.segmented_control(
            label,
            options,
            key=key,
            format_func=label_of,
            required=True,
            help=help_,
            width=width,
            label_visibility=visibility,
            on_change=on_change,
        )
    query_params.track_widgets(key)
    chosen = str(st.session_state[key])
    query_params.set_params({key: None if chosen == options[0] else chosen})
    return chosen


def show_switch(label: str, key: str, *, help_: str | None = None) -> bool:
    """Draw a switch; it is on if its query parameter is ``true``."""
    if query_params.address_wins(key):
        st.session_state[key] = query_params.get_param(key, "") == "true"
    is_on = st.toggle(label, key=key, help=help_)
    query_params.track_widgets(key)
    query_params.set_params({key: "true" if is_on else None})
    return is_on


def show_text(
    label: str,
    key: str,
    *,
    placeholder: str,
    width: int | Literal["stretch"] = "stretch",
    max_chars: int = 60,
    is_labelled: bool = True,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Draw a text box.

    Args:
        label: label of the widget.
        key: query parameter that holds the text.
        placeholder: text shown while the box is empty.
        width: width of the widget.
        max_chars: maximum length of the text.
        is_labelled: whether the label is visible, or for screen readers only.
        on_change: called when the text changes.

    Returns:
        The text, which may be empty.
    """
    if query_params.address_wins(key):
        st.session_state[key] = query_params.get_param(key, "")[:max_chars]
    text = st.text_input(
        label,
        key=key,
        placeholder=placeholder,
        width=width,
        max_chars=max_chars,
        label_visibility="visible" if is_labelled else "collapsed",
        on_change=on_change,
    )
    query_params.track_widgets(key)
    query_params.set_params({key: text or None})
    return text
