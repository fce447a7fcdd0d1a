"""Who made a model, and whether its weights can be had: `assets/models.csv`, for 25 names."""

from functools import cache

import pandas as pd

from queries.assets import asset


@cache
def model_catalogue() -> pd.DataFrame:
    """The 25 models of LMSYS-Chat-1M.

    Returns:
        One row a model: ``model`` (its index), ``maker``, ``access`` (`open`: the weights can be
        downloaded; `proprietary`: they cannot).
    """
    with asset("models.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col="model")


def maker(model: object) -> str | None:
    """Who made a model; None for one that the catalogue does not have."""
    known = model_catalogue()["maker"]
    return str(known[model]) if isinstance(model, str) and model in known.index else None
