"""The page Map: every different first prompt as a point, near those of a like meaning."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import streamlit as st

from dashboard import formats
from dashboard.components.url_widgets import show_choice
from dashboard.panels.map.map_view import show_map
from dashboard.panels.map.topic_list import show_topic_list
from dashboard.state import session
from queries.conversations import map_points
from queries.conversations.map_points import MAP_COLOURS, MapColour
from queries.filters import Filters
from queries.serialisation.records import records


def show_map_page(filters: Filters) -> None:
    """Draw the page for a slice with conversations."""
    facts = session.store().manifest["steps"].get("map")
    if facts is None:
        st.info(
            "This store has no map yet. Whoever runs it makes one with: "
            "chatscape map --store DIR. It needs a search index with vectors.",
            icon=":material/scatter_plot:",
        )
        return
    (size,) = records(session.rows(map_points.map_size, filters))
    st.caption(" ".join(_sizes(size)))
    has_topics = session.store().manifest["steps"].get("topics") is not None
    colours = [colour for colour in MAP_COLOURS if has_topics or colour != "topic"]
    left, right = st.columns([3, 1.25], gap="medium")
    with left:
        colour = cast(MapColour, show_choice("Colour by", "colour", colours))
        labels = session.rows(map_points.map_labels, Filters())
        show_map(filters, labels, colour=colour, alt=_alt(size))
    with right:
        show_topic_list(filters)
    st.caption(" ".join(_explanations(facts)))


def _sizes(size: Mapping[str, Any]) -> Iterator[str]:
    points = size["prompt_count"]
    yield "1 point:" if points == 1 else f"{points:,} points:"
    yield "one for each different first prompt of the slice."
    without = size["conversation_count"] - size["placed_count"]
    if without:
        yield (
            f"{formats.conversations(without)} of it {'has' if without == 1 else 'have'} no place: "
            "the map was made without a vector of their first prompt."
        )


def _alt(size: Mapping[str, Any]) -> str:
    return (
        f"Map of {size['prompt_count']:,} first prompts. Arrow keys move it, plus and minus zoom, "
        "0 shows all of it. The list of topics filters in the same way."
    )


def _explanations(facts: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "Prompts of a like meaning, for the model of the search index, are near each other; "
        "directions and far distances mean nothing."
    )
    yield (
        f"Of the {facts['neighbours']} prompts nearest to one here, "
        f"{formats.share(facts['neighbour_overlap'])} are among the "
        f"{facts['neighbours']} nearest in meaning too; trustworthiness "
        f"{facts['trustworthiness']:.2f}, where 1 is best and 0.5 is chance."
    )
    yield (
        "Colours are those of the first conversation with a prompt. Pale points are not in the "
        "slice. Lasso and Box filter all pages by a region; its chip removes it."
    )
