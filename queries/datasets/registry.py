"""Every dataset that `prepare` can read, and the search for the one that a file belongs to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.errors import DataError

DATASETS: tuple[DatasetAdapter, ...] = (LMSYS_CHAT,)
"""All adapters. The first one that accepts a file prepares it."""

_BEFORE_ADAPTERS = LMSYS_CHAT.name
"""The dataset of stores that were prepared before manifests named it."""


def dataset_named(name: str) -> DatasetAdapter:
    """The adapter with a name.

    Raises:
        DataError: there is none, because a newer version of Chatscape prepared the store.
    """
    for dataset in DATASETS:
        if dataset.name == name:
            return dataset
    raise DataError(
        f"This store was prepared from the dataset {name}, which this version of Chatscape does "
        "not know. Install the version that prepared it, or a newer one."
    )


def dataset_of(manifest: Mapping[str, Any]) -> DatasetAdapter:
    """The dataset that a version of a store was prepared from, by its manifest.

    Raises:
        DataError: this version of Chatscape does not know it.
    """
    return dataset_named(manifest.get("dataset", _BEFORE_ADAPTERS))


def published_field(name: str) -> pa.Field | None:
    """The column with a name in the first dataset that has it; None if none has."""
    schemas = (dataset.published_schema for dataset in DATASETS)
    return next((schema.field(name) for schema in schemas if name in schema.names), None)


def match_dataset(schema: pa.Schema) -> tuple[DatasetAdapter, list[str]]:
    """The dataset of a file.

    Returns:
        The first adapter without problems, and no problems. If there is none, the nearest adapter
        (the one with the fewest problems) and what it lacks.
    """
    return _nearest_dataset(lambda _: schema)


def match_columns(names: Sequence[str]) -> tuple[DatasetAdapter, list[str]]:
    """The dataset of a file whose columns have names, but no types.

    Returns:
        As `match_dataset`.
    """

    def as_published(published: pa.Schema) -> pa.Schema:
        return pa.schema(
            [
                published.field(name) if name in published.names else pa.field(name, pa.string())
                for name in names
            ]
        )

    return _nearest_dataset(as_published)


def _nearest_dataset(
    schema_for: Callable[[pa.Schema], pa.Schema],
) -> tuple[DatasetAdapter, list[str]]:
    """The first dataset without problems, or the one with the fewest.

    Args:
        schema_for: the schema of the file, where the published one gives the types.
    """
    candidates = []
    for dataset in DATASETS:
        problems = list(dataset.problems(schema_for(dataset.published_schema)))
        if not problems:
            return dataset, []
        candidates.append((dataset, problems))
    return min(candidates, key=lambda candidate: len(candidate[1]))
