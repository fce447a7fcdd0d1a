"""Build the map of a store: a place in two dimensions for every first prompt with a vector.

The new version shares the files of the live one but for its conversations, whose columns `map_x`
and `map_y` are filled.
"""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.errors import DataError
from queries.prepare.build import clean_up, disk_full_errors
from queries.prepare.group_columns import publish_group_columns
from queries.prepare.index.work_folder import index_work
from queries.prepare.map.projection import (
    METHOD,
    Coordinates,
    choose_landmarks,
    fit_landmarks,
    on_map,
    place_others,
    projection_hash,
)
from queries.prepare.map.quality import map_quality
from queries.prepare.map.settings import MAP_SEED
from queries.prepare.topics.first_prompts import FirstPrompts, distinct_first_prompts
from queries.runtime.progress import Progress
from queries.search.index import SearchIndex
from queries.statistics.k_means import Rows
from queries.statistics.neighbour_embedding import EARLY_STEPS, LATE_STEPS
from queries.statistics.unit_rows import are_alike
from queries.store.layout import StorePath, Version
from queries.store.tombstones import removed_ids
from queries.store.write_lock import write_lock

POINTS_MIN = 10
"""Fewer first prompts have no map."""

STEP = "map"
"""The entry of the map in the manifest."""


class NoMapError(DataError):
    """A store whose first prompts cannot be laid out on a map."""


@dataclass(frozen=True, slots=True)
class MapResult:
    """The live version, and the entry of its map in the manifest."""

    version: Version
    facts: dict[str, Any]


def build_map(store: StorePath, progress: Progress, *, seed: int = MAP_SEED) -> MapResult:
    """Build the map of the live version, and publish it as a new version.

    Args:
        store: a prepared store whose index has vectors.
        progress: shows the steps.
        seed: the same store and seed give the same map.

    Raises:
        IndexMissingError: there is no index.
        IndexWithoutModelError: the index has no vectors.
        NoMapError: there are too few first prompts, or all are alike.
        StoreBusyError: another process writes to this store.
        StoreFullError: the disk is full.
    """
    with write_lock(store), disk_full_errors(store):
        started = time.monotonic()
        live = store.current()
        index = SearchIndex(live)
        index.check_has_vectors()
        prompts = distinct_first_prompts(live, index, removed_ids(store))
        if len(prompts) < POINTS_MIN:
            raise NoMapError(
                f"A map needs {POINTS_MIN} different first prompts; this store has "
                f"{len(prompts):,} with a vector."
            )
        coordinates, facts = _Map(index, prompts, seed, progress).build()
        facts["seconds"] = round(time.monotonic() - started, 1)
        places = pa.table(
            {
                "prompt_group": pa.array(prompts.groups),
                "map_x": pa.array(coordinates[:, 0]),
                "map_y": pa.array(coordinates[:, 1]),
            }
        )
        work = index_work(store, STEP).path
        version = publish_group_columns(store, live, work, (STEP, facts), places, progress)
        clean_up(store, version)
        return MapResult(version, facts)


class _Map:
    """One run: the places of some first prompts."""

    def __init__(
        self, index: SearchIndex, prompts: FirstPrompts, seed: int, progress: Progress
    ) -> None:
        self._index, self._prompts = index, prompts
        self._seed, self._progress = seed, progress

    def build(self) -> tuple[Coordinates, dict[str, Any]]:
        """Fit, place and measure; returns the coordinates and the entry for the manifest."""
        total = len(self._prompts)
        landmarks = choose_landmarks(self._vectors, total, self._seed)
        if are_alike(landmarks.rows):
            raise NoMapError(
                "All first prompts of this store mean the same to the model of its index, so there "
                "is no map of them. Another model may tell them apart: chatscape index --model"
            )
        steps = EARLY_STEPS + LATE_STEPS
        with self._progress.step("Fitting the map", steps, "steps") as advance:
            places = fit_landmarks(landmarks, self._seed, advance)
        others = total - len(places)
        with self._progress.step("Placing prompts", others, "prompts") as advance:
            points = place_others(self._vectors, total, landmarks, places, advance)
        coordinates = on_map(points)
        quality = asdict(map_quality(self._vectors, coordinates, self._seed))
        return coordinates, {
            "projection": projection_hash(self._prompts.groups, coordinates),
            "method": METHOD,
            "seed": self._seed,
            "points": total,
            "landmarks": len(places),
            **{name: round(value, 4) for name, value in quality.items()},
            "index_key": self._index.manifest["key"],
            "model": self._index.manifest["model"]["name"],
        }

    def _vectors(self, numbers: npt.NDArray[np.int64]) -> Rows:
        return self._index.vectors(self._prompts.prompts[numbers])
