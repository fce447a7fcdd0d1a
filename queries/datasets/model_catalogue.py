"""Who made a model and whether its weights are public: ``models.csv`` of a dataset."""

from functools import cache

import pandas as pd

from queries.assets import asset
from queries.datasets.adapter import DatasetInfo


def model_catalogue(info: DatasetInfo) -> pd.DataFrame:
    """The models of a dataset.

    Returns:
        One row per model: ``model`` (the index), ``maker``, and ``access``: `open` if the weights
        can be downloaded, else `proprietary`. No rows for a dataset without ``models.csv``.
    """
    return _read(info.folder)


def maker(info: DatasetInfo, model: object) -> str | None:
    """Who made a model; None if the catalogue does not list it."""
    makers = model_catalogue(info)["maker"]
    return str(makers[model]) if isinstance(model, str) and model in makers.index else None


@cache
def _read(folder: str) -> pd.DataFrame:
    path = asset(f"datasets/{folder}/models.csv")
    if not path.is_file():
        return pd.DataFrame(
            {"maker": [], "access": []}, index=pd.Index([], name="model"), dtype=str
        )
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col="model")
