"""Widgets that say how a page is looked at, each kept in the address under its key."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from dashboard import url


def show_choice(
    label: str,
    key: str,
    options: Sequence[str],
    *,
    words: Callable[[str], str] = str,
    kind: Literal["list", "pills"] = "pills",
    help_: str | None = None,
    width: int | Literal["content", "stretch"] = "content",
    is_labelled: bool = True,
    on_change: Callable[[], None] | None = None,
) -> str:
    """One of some options; the first one is the default and not in the address.

    Args:
        label: what is chosen.
        key: the parameter of the address.
        options: what can be chosen.
        words: an option in words.
        kind: a list to open, or all options side by side.
        help_: what the choice means, where the label does not say it.
        width: of the widget.
        is_labelled: whether the label is seen, or only told to screen readers.
        on_change: called when another one is chosen.
    """
    visibility: Literal["visible", "collapsed"] = "visible" if is_labelled else "collapsed"
    if url.rules(key) or st.session_state[key] not in options:
        asked = url.parameter(key, options[0])
        st.session_state[key] = asked if asked in options else options[0]
    if kind == "list":
        st.selectbox(
            label,
            options,
            key=key,
            format_func=words,
            help=help_,
            width="stretch" if width == "content" else width,
            on_change=on_change,
        )
    else:
        st.segmented_control(
            label,
            options,
            key=key,
            format_func=words,
            required=True,
            help=help_,
            width=width,
            label_visibility=visibility,
            on_change=on_change,
        )
    url.hold(key)
    chosen = str(st.session_state[key])
    url.write_parameters({key: None if chosen == options[0] else chosen})
    return chosen


def show_switch(label: str, key: str, *, help_: str | None = None) -> bool:
    """A switch that is off unless the address says ``true``."""
    if url.rules(key):
        st.session_state[key] = url.parameter(key, "") == "true"
    is_on = st.toggle(label, key=key, help=help_)
    url.hold(key)
    url.write_parameters({key: "true" if is_on else None})
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
    """A text, e.g. a part of a name; empty unless the address has one.

    Args:
        label: what is written.
        key: the parameter of the address.
        placeholder: shown while it is empty.
        width: of the widget.
        max_chars: its longest text.
        is_labelled: whether the label is seen, or only told to screen readers.
        on_change: called when another text was entered.
    """
    if url.rules(key):
        st.session_state[key] = url.parameter(key, "")[:max_chars]
    text = st.text_input(
        label,
        key=key,
        placeholder=placeholder,
        width=width,
        max_chars=max_chars,
        label_visibility="visible" if is_labelled else "collapsed",
        on_change=on_change,
    )
    url.hold(key)
    url.write_parameters({key: text or None})
    return text
