"""All differences between two slices in one frame."""

import pandas as pd

from queries.breakdowns.comparison import MIXES, comparison, shifts
from queries.breakdowns.registry import breakdown
from queries.filters import Filters
from queries.store.store import Store

MIX_ROWS = 5
"""The number of values of each mix: those with the largest differences."""


@breakdown(
    "slice_measures",
    "model_mix",
    "language_mix",
    "topic_mix",
    "category_counts",
    "turn_histogram",
    grain="All differences between two slices but those that follow from what they were chosen by.",
)
def all_differences(store: Store, filters: Filters, *, against: str) -> pd.DataFrame:
    """The differences of all measures, and the largest ones of each mix.

    Args:
        store: the store.
        filters: slice A.
        against: slice B, as for `comparison`.

    Returns:
        One row per difference: ``of`` (`measure`, or one of `MIXES`), ``name`` (of a measure) and
        ``value`` (of a mix), one of them null, and the columns of `comparison`. Without rows that
        are decided, that cannot be computed, or that are 0 because neither slice has any. P values
        are adjusted over all measures, and over all values of a mix.
    """
    parts = [comparison(store, filters, against=against).rename(columns={"measure": "name"})]
    parts[0].insert(0, "of", "measure")
    for of in MIXES:
        rows = shifts(store, filters, against=against, of=of)
        rows.insert(0, "of", of)
        parts.append(rows)
    return pd.concat([_telling(rows) for rows in parts], ignore_index=True).drop(
        columns="is_decided"
    )


def _telling(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that can be drawn; of a mix, the largest ones."""
    is_nothing = (rows["value_a"] == 0) & (rows["value_b"] == 0)
    rows = rows[~rows["is_decided"].astype(bool) & ~is_nothing & rows["difference"].notna()]
    columns = rows.reindex(columns=["of", "name", "value", *rows.columns.drop(["of"])])
    columns = columns.loc[:, ~columns.columns.duplicated()].astype(
        {"name": object, "value": object}
    )
    return columns if "measure" in set(rows["of"]) else columns.head(MIX_ROWS)
