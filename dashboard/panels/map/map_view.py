"""The map itself: a component that gets the points from a route of the server, not from here."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.colours import OTHERS_COLOUR
from dashboard.charts.map_classes import is_other_topic, map_classes
from dashboard.components.custom_component import custom_component
from dashboard.process import map_arrays, open_stores
from dashboard.process.base_path import base_path
from dashboard.process.map_address import MAP_BASE
from dashboard.state import filter_state, links, session
from dashboard.state.cross_filter import toggle_filter_token
from queries.conversations.map_points import MAP_CLASSES, MapColour
from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.region import region_corners, region_text
from queries.serialisation.records import records
from queries.text.control_characters import escape_control_characters

_MAP = custom_component(
    __name__,
    *("geometry", "point_canvas", "map_camera", "map_labels"),
    *("map_hand", "map_source", "map_captions"),
)
_KEY = "prompt_map"


def show_map(filters: Filters, labels: pd.DataFrame, *, colour: MapColour, alt: str) -> None:
    """Draw the map.

    Args:
        filters: the slice; all other points are pale.
        labels: the rows of ``map_points.map_labels``.
        colour: what points are coloured by.
        alt: name of the map for screen readers.
    """
    path, snapshot = open_stores.store_path().path, session.store().snapshot
    removals = map_arrays.removals_code(snapshot)
    address = MAP_BASE.format(version=snapshot.version, removals=removals)
    names = map_arrays.colour_classes(path, snapshot, colour)
    _MAP(
        key=_KEY,
        data={
            "base": base_path() + address,
            "colour": colour,
            "query": urlencode(filters.pairs()),
            "classes": map_classes(colour, names),
            "isOrdered": colour in MAP_CLASSES,
            "noneName": formats.MISSING_NAME,
            "otherColour": OTHERS_COLOUR,
            "labels": [_label(row) for row in records(labels) if not is_other_topic(row["topic"])],
            "region": [list(corner) for corner in region_corners(filters.region or "")],
            "conversationLink": links.plain_conversation_link(""),
            "alt": alt,
        },
        on_chosen_change=_choose,
        on_enclosed_change=_enclose,
        on_outdated_change=_do_nothing,
    )


def _label(row: dict[str, Any]) -> dict[str, Any]:
    is_topic = not isinstance(row["subtopic"], str)
    name = row["topic"] if is_topic else row["subtopic"]
    return {
        "name": escape_control_characters(formats.name(name)),
        "isTopic": is_topic,
        "x": int(row["map_x"]),
        "y": int(row["map_y"]),
    }


def _choose() -> None:
    if (token := st.session_state[_KEY].chosen) is not None:
        toggle_filter_token(str(token))


def _enclose() -> None:
    """Keep the conversations of the region that was drawn, instead of an earlier one."""
    region = drawn_region(st.session_state[_KEY].enclosed)
    if region is not None:
        filter_state.set_filters(replace(filter_state.current_choice(), region=region))


def drawn_region(corners: object) -> str | None:
    """The filter `region` of what a browser has sent; None if it is no region of the map."""
    facts = session.store().manifest["steps"].get("map")
    if facts is None or not isinstance(corners, Sequence):
        return None
    try:
        return region_text(facts["projection"], [(int(x), int(y)) for x, y in corners])
    except (FilterError, TypeError, ValueError):
        return None  # Only a manipulated page sends something else.


def _do_nothing() -> None:
    """The rerun itself is what a page with an outdated address needs."""
