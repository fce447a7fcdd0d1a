"""Numbers our changes to the filter widgets, so that outdated values of a browser undo none.

With each choice, a browser sends the values of all widgets. When a second choice quickly follows
one that made us change the widgets (a mark of a chart, a chip), the browser may not have received
our change yet: it then sends the values from before.

So each of our changes has a number, the revision. A hidden widget, drawn after those of the
filters, takes it to the browser, which sends it back with every choice. If it comes back with an
older revision, a value that this browser has sent before is outdated, and ours stands; any other
value is what the reader just chose.

A browser with an older revision may yet apply a change that is on its way to it. So then we send
the values of all filters again, even those that the browser already seems to have: after Back and
at once Forward, a box would otherwise be emptied by Back after Forward had filled it.
"""

from copy import copy

import streamlit as st

from queries.filters.filters import FIELD_NAMES

REVISION_KEY = "filter_revision"
"""Key of the hidden widget; its value is a revision in decimal digits."""

_CURRENT = "filter_revision_current"
_OURS = "filter_values"
_SENT = "filter_values_by_revision"
_REVISIONS_KEPT = 8

Values = dict[str, object]


def current_revision() -> str:
    """The number of our last change in this session, as the hidden widget holds it."""
    return str(st.session_state.get(_CURRENT, 0))


def merge_outdated() -> None:
    """Put our values back where the browser sent outdated ones.

    Call it before anything reads the widgets, in callbacks as well. A second call in the same rerun
    does nothing.
    """
    revision = st.session_state.get(REVISION_KEY, current_revision())
    sent: dict[str, Values] = st.session_state.get(_SENT, {})
    if revision == current_revision() or revision not in sent:
        return
    values, ours = _widget_values(), st.session_state[_OURS]
    for name in FIELD_NAMES:
        if name in st.session_state:
            is_outdated = values[name] == sent[revision][name]
            # To assign a value, even the same one, is to send it to the browser.
            st.session_state[name] = copy(ours[name] if is_outdated else values[name])
    st.session_state[_SENT] = {**sent, revision: values}
    st.session_state[REVISION_KEY] = current_revision()


def start_revision() -> None:
    """Begin a change of the widgets: what they hold now belongs to the revision before it."""
    sent = {**st.session_state.get(_SENT, {}), current_revision(): _widget_values()}
    st.session_state[_SENT] = dict(list(sent.items())[-_REVISIONS_KEPT:])
    st.session_state[_CURRENT] = int(current_revision()) + 1
    st.session_state[REVISION_KEY] = current_revision()


def remember_values() -> None:
    """Remember what the widgets hold now, for the next merge."""
    st.session_state[_OURS] = _widget_values()


def _widget_values() -> Values:
    return {name: copy(st.session_state.get(name)) for name in FIELD_NAMES}
