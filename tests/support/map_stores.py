"""Stores with a map whose places are known: each prompt stands where its subject is."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from queries.store.layout import StorePath

PROJECTION = "0123abcd"
CORNERS = {"cats": (0, 0), "code": (1, 0), "travel": (0, 1), "food": (1, 1)}
"""The quarter of the map that each subject of `topic_stores` stands in."""


def put_on_map(store: StorePath, place_of) -> None:
    """Give each conversation of the live version a place.

    Args:
        store: a store.
        place_of: gives `map_x` and `map_y` for an id, or None for no place.
    """
    version = store.current()
    for path in sorted(version.table("conversations").glob("*.parquet")):
        rows = pq.read_table(path)
        places = [
            place_of(identifier) or (None, None)
            for identifier in rows["conversation_id"].to_pylist()
        ]
        for name, values in zip(("map_x", "map_y"), zip(*places, strict=True), strict=True):
            column = pa.array(values, pa.uint16())
            has_it = name in rows.column_names
            rows = (
                rows.set_column(rows.column_names.index(name), name, column)
                if has_it
                else rows.append_column(name, column)
            )
        path.chmod(0o600)
        pq.write_table(rows, path)
    path = version.path / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["steps"]["map"] = {
        "projection": PROJECTION,
        "points": 1,
        "neighbours": 10,
        "trustworthiness": 0.9,
        "neighbour_overlap": 0.25,
        "method": "by hand",
    }
    path.chmod(0o600)
    path.write_text(json.dumps(manifest))


def quarter_places(subjects):
    """A function for `put_on_map` that puts each subject into its quarter, by rank of the id."""
    random = np.random.default_rng(7)
    places = {}
    for identifier, subject in sorted(subjects.items()):
        across, up = CORNERS[subject]
        x, y = random.integers(4_000, 28_000, 2)
        places[identifier] = (int(x + across * 32_768), int(y + up * 32_768))
    return places.get
