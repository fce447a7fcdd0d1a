"""The map of prompts as the browser takes it: bytes, a few for each point.

Points stand in the order of `queries.conversations.map_points`, which is the same for a version
and the state of its removals. The browser tells from the revision whether both are still so.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import formats
from dashboard.process.open_stores import shared_store
from dashboard.process.query_cache import cached_rows
from dashboard.process.text_caches import clear_on_removal
from queries.breakdowns.facets import option_breakdown
from queries.conversations import map_points
from queries.conversations.map_points import MAP_CLASSES, MapColour, MapPoints
from queries.filters import Filters
from queries.store.relations import Snapshot
from queries.text.control_characters import escape_control_characters

NO_CLASS = 255
"""The colour class of a point without a value."""

OTHER_CLASS = 254
"""The colour class of values for which no number is left."""

_MAPS_CACHED = 4


def removals_code(snapshot: Snapshot) -> str:
    """A short text for an address that changes with the removals and the names of topics."""
    return sha256(f"{snapshot.removals} {snapshot.topics}".encode()).hexdigest()[:16]


@lru_cache(_MAPS_CACHED)
def cached_points(path: Path, snapshot: Snapshot) -> MapPoints:
    """The points of the map, read once for each snapshot of a store. Do not write to them."""
    return map_points.map_points(shared_store(path, snapshot))


def place_bytes(path: Path, snapshot: Snapshot) -> bytes:
    """The places of all points: x and y of each, two bytes a number, the lower one first."""
    return cached_points(path, snapshot).places.astype("<u2").tobytes()


def colour_classes(path: Path, snapshot: Snapshot, colour: MapColour) -> list[str]:
    """The values that points are coloured by; the place of each is its colour class."""
    if colour in MAP_CLASSES:
        return list(MAP_CLASSES[colour])
    rows = cached_rows(option_breakdown(colour), Filters(), (), path, snapshot)
    names: list[str] = rows[colour].dropna().tolist()
    return names


@lru_cache(_MAPS_CACHED * len(MAP_CLASSES))
def colour_bytes(path: Path, snapshot: Snapshot, colour: MapColour) -> bytes:
    """The colour class of each point, a byte each."""
    values = map_points.map_values(shared_store(path, snapshot), colour)
    return _class_numbers(values, colour_classes(path, snapshot, colour)).tobytes()


def member_bytes(path: Path, snapshot: Snapshot, filters: Filters) -> bytes:
    """Which points are in a slice: a bit for each, the lowest bit of a byte first."""
    points = cached_points(path, snapshot)
    members = map_points.map_members(shared_store(path, snapshot), filters, points)
    return np.packbits(members, bitorder="little").tobytes()


def preview(path: Path, snapshot: Snapshot, index: int) -> dict[str, object] | None:
    """What a point shows of its prompt, with plain values; None if there is no such point."""
    groups = cached_points(path, snapshot).prompt_groups
    if index >= len(groups):
        return None
    group = int(groups[index])
    shown = map_points.point_preview(shared_store(path, snapshot), group)
    if shown is None:
        return None
    names = {
        name: escape_control_characters(formats.name(value))
        for name, value in (("model", shown.model), ("language", shown.language))
    }
    text = None if shown.text is None else escape_control_characters(shown.text)
    return {**shown._asdict(), **names, "text": text, "prompt_group": group}


def _class_numbers(values: "pd.Series[str]", names: Sequence[str]) -> npt.NDArray[np.uint8]:
    codes = pd.Categorical(values, categories=list(names)).codes.astype(np.int64)
    numbers = np.where(codes < 0, NO_CLASS, np.minimum(codes, OTHER_CLASS))
    return numbers.astype(np.uint8)


clear_on_removal(cached_points.cache_clear)
clear_on_removal(colour_bytes.cache_clear)
