"""The map of prompts: a point for each, what colours it, and which points a slice has."""

from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.conversations import listing
from queries.display.covers import REVEALED_ONE_BY_ONE
from queries.display.readable_rows import readable_opening
from queries.filters import Filters
from queries.serialisation.records import records
from queries.store.store import Store

MapColour = Literal["topic", "model", "language", "flagged", "score", "length"]
"""What points can be coloured by."""

MAP_COLOURS: tuple[MapColour, ...] = get_args(MapColour)

MAP_CLASSES: dict[MapColour, tuple[str, ...]] = {
    "flagged": ("not flagged", "flagged"),
    "score": ("below 0.001", "0.001 to 0.01", "0.01 to 0.1", "0.1 to 0.5", "0.5 and above"),
    "length": ("below 100", "100 to 299", "300 to 999", "1,000 to 2,999", "3,000 and above"),
}
"""The values of ``sql/map_values.sql`` by colours that have the same ones in every store."""


class MapPoints(NamedTuple):
    """The points of a map: one for each prompt that has a place and is not removed.

    Attributes:
        prompt_groups: the prompt of each point, ascending.
        places: `map_x` and `map_y` of each.
    """

    prompt_groups: npt.NDArray[np.int64]
    places: npt.NDArray[np.uint16]


class PointPreview(NamedTuple):
    """What a point shows of its prompt.

    Attributes:
        conversation_id: the first conversation with the prompt.
        text: its opening, covered and masked as in lists; None if it is never shown beside others.
        model: its model.
        language: its language.
        conversation_count: conversations with the prompt.
    """

    conversation_id: str
    text: str | None
    model: str | None
    language: str | None
    conversation_count: int


def map_points(store: Store) -> MapPoints:
    """All points of the map.

    Source: ``sql/map_points.sql``.
    """
    rows = store.run("map_points", Filters())
    places = rows[["map_x", "map_y"]].to_numpy().astype(np.uint16)
    return MapPoints(rows["prompt_group"].to_numpy().astype(np.int64), places)


def map_members(store: Store, filters: Filters, points: MapPoints) -> npt.NDArray[np.bool_]:
    """For each point, whether a conversation with its prompt is in the slice.

    Source: ``sql/map_members.sql``.
    """
    groups = store.run("map_members", filters)["prompt_group"].to_numpy()
    members = np.zeros(len(points.prompt_groups), bool)
    indices = np.searchsorted(points.prompt_groups, groups)
    # A prompt may have gone since the points were read.
    is_point = indices < len(members)
    indices, groups = indices[is_point], groups[is_point]
    members[indices[points.prompt_groups[indices] == groups]] = True
    return members


def map_values(store: Store, colour: MapColour) -> "pd.Series[str]":
    """What each point is coloured by, in the order of `map_points`: of its first conversation.

    Source: ``sql/map_values.sql``.
    """
    return store.run("map_values", Filters(), params={"colour_by": colour})["map_value"]


def map_size(store: Store, filters: Filters) -> pd.DataFrame:
    """How many conversations and prompts of the slice are on the map: one row.

    Source: ``sql/map_size.sql``.
    """
    return store.run("map_size", filters)


def map_labels(store: Store, filters: Filters) -> pd.DataFrame:
    """Topics and subtopics with the median place of their prompts in the slice, largest first.

    Source: ``sql/map_labels.sql``.
    """
    return store.run("map_labels", filters)


def point_preview(store: Store, prompt_group: int) -> PointPreview | None:
    """What the point of a prompt shows; None if it has no conversation, or not any more.

    Source: ``sql/slice_rows.sql``.
    """
    rows = listing.slice_rows(store, Filters(prompt_group=prompt_group), row_limit=1)
    if rows.empty:
        return None
    (row,) = records(rows)
    hidden = Filters(prompt_group=prompt_group, category=(REVEALED_ONE_BY_ONE,))
    is_hidden = not store.run("slice_members", hidden).empty
    text = readable_opening(row, is_uncovered=False, is_unmasked=False)
    return PointPreview(
        conversation_id=str(row["conversation_id"]),
        text=None if is_hidden else " ".join(text.split()),
        model=_name(row["model"]),
        language=_name(row["language"]),
        conversation_count=int(row["prompt_group_size"]),
    )


def _name(value: object) -> str | None:
    return value if isinstance(value, str) else None
