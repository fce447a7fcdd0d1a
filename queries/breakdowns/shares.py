"""Shares with their intervals, as columns of a breakdown."""

import pandas as pd

from queries.statistics.intervals import wilson


def add_share(frame: pd.DataFrame, name: str, count: pd.Series, total: pd.Series) -> None:
    """Add columns with a share and its Wilson 95 % interval.

    Args:
        frame: gets ``{name}_share``, ``{name}_low`` and ``{name}_high``: fractions 0-1, null where
            the total is 0.
        name: the name of the share.
        count: what has the property, a row each.
        total: of how many.
    """
    frame[f"{name}_share"] = count / total.where(total > 0)
    frame[f"{name}_low"], frame[f"{name}_high"] = wilson(count, total)
