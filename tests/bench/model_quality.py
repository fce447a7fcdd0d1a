"""How well embedding models find known items, by language.

Every query is looked up by search by meaning, exactly, in the slice of the language of its message,
and in the whole store. Two models side by side are fused by rank.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.prepare.index.quick_step import QuickChoice
from queries.runtime.progress import Silent
from queries.search.embedder import SentenceEmbedder
from queries.search.quick_model import quick_name
from queries.search.service import Mode, search
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.store import Store
from tests.bench.known_items import KnownItem, LabelledData

DEPTH = 10
ACROSS = "across languages"
FUSED = "both models, fused"
_RANKED = 100
_RRF = 60


def measure(
    data: LabelledData, models: Sequence[str], folder: Path, quick: QuickChoice = "auto"
) -> pd.DataFrame:
    """Where each model finds each item of some data.

    Args:
        data: the source file, and its items.
        models: names of models.
        folder: for the stores, one a model; those that are there are used.
        quick: ``only`` measures the quick vectors of the models instead of their own.

    Returns:
        One row per item, model and scope: ``language`` (or `ACROSS`), ``query``, ``model`` (or
        `FUSED`, if there are two), ``scope`` (``language`` or ``store``), ``meaning`` and ``both``
        (1 is first; null if not among the first ten).
    """
    rankings = {model: _rankings(data, model, folder, quick) for model in models}
    if quick == "only":
        rankings = {quick_name(model): rows for model, rows in rankings.items()}
    rows = []
    for item in data.items:
        right = data.right_ids(item)
        for scope in ("language", "store"):
            ids: dict[str, dict[Mode, list[str]]] = {
                model: {mode: rankings[model][item, scope, mode] for mode in _MODES}
                for model in rankings
            }
            if len(models) == 2:
                ids[FUSED] = {
                    mode: _fused([ids[model][mode] for model in rankings]) for mode in _MODES
                }
            rows += [
                {
                    "language": ACROSS if item.is_across else item.language,
                    "query": item.query,
                    "model": model,
                    "scope": scope,
                    **{mode: _place(ids[model][mode], right) for mode in _MODES},
                }
                for model in ids
            ]
    return pd.DataFrame(rows).astype(dict.fromkeys(_MODES, "Int64"))


_MODES: tuple[Mode, ...] = ("meaning", "both")


def by_language(places: pd.DataFrame, column: str = "meaning") -> pd.DataFrame:
    """The quality of each model by language: ``queries``, ``first``, ``first_ten`` and ``mrr``.

    Args:
        places: what `measure` returns, of one scope.
        column: ``meaning`` or ``both``.

    Returns:
        One row per model and language, and one for ``all``.
    """
    scores = places.assign(
        first=places[column].eq(1).fillna(value=False).astype(int),
        first_ten=places[column].notna().astype(int),
        mrr=(1 / places[column]).fillna(0).astype(float),
    )
    every = pd.concat([scores.assign(language="all"), scores])
    groups = every.groupby(["model", "language"], sort=False)
    table = groups[["first", "first_ten"]].sum().assign(mrr=groups["mrr"].mean())
    table.insert(0, "queries", groups.size())
    return table


def markdown(table: pd.DataFrame) -> str:
    """The mean reciprocal ranks as a Markdown table, a row per model."""
    rows = table["mrr"].unstack("language", sort=False)
    counts = table["queries"].groupby("language", sort=False).first()
    lines = ["| model | " + " | ".join(rows.columns) + " |"]
    lines.append("| --- " * (len(rows.columns) + 1) + "|")
    lines.append("| queries | " + " | ".join(str(counts[c]) for c in rows.columns) + " |")
    lines += [
        f"| {model} | " + " | ".join(f"{value:.2f}" for value in values) + " |"
        for model, values in zip(rows.index, rows.to_numpy(), strict=True)
    ]
    return "\n".join(lines)


def figures(table: pd.DataFrame, both: pd.DataFrame) -> str:
    """The figures as `queries/search/language_quality.toml` holds them.

    Args:
        table: what `by_language` returns of search by meaning.
        both: what it returns of search by both.
    """
    rows = table.assign(both=both["mrr"])
    rows = rows[rows.index.get_level_values("model") != FUSED]
    blocks = []
    for model, of_model in rows.groupby(level="model", sort=False):
        lines = [f'["{model}"]']
        lines += [
            f'"{language}" = {{ queries = {row["queries"]:.0f}, first = {row["first"]:.0f}, '
            f"first_ten = {row['first_ten']:.0f}, mrr = {row['mrr']:.2f}, "
            f"both = {row['both']:.2f} }}"
            for language, row in of_model.droplevel("model").iterrows()
        ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


_Rankings = dict[tuple[KnownItem, str, Mode], list[str]]


def _rankings(data: LabelledData, model: str, folder: Path, quick: QuickChoice) -> _Rankings:
    store = _store(data.path, model, folder, quick)
    rankings: _Rankings = {}
    for item in data.items:
        for scope, filters in _scopes(item).items():
            for mode in _MODES:
                results = search(
                    store, filters, item.query, mode=mode, is_exact=True, row_limit=_RANKED
                )
                rankings[item, scope, mode] = results.rows["conversation_id"].to_list()
    store.close()
    return rankings


def _scopes(item: KnownItem) -> dict[str, Filters]:
    return {"language": Filters(language=(item.language,)), "store": Filters()}


def _store(raw: Path, model: str, folder: Path, quick: QuickChoice) -> Store:
    kind = "-quick" if quick == "only" else ""
    path = StorePath(folder / f"{raw.stem}-{model.rpartition('/')[2]}{kind}")
    build_store(str(raw), path, Silent())
    build_index(path, lambda: SentenceEmbedder(model, "cpu"), Silent(), quick=quick)
    return open_store(path.path, Settings())


def _fused(rankings: Iterable[list[str]]) -> list[str]:
    scores: dict[str, float] = {}
    for ids in rankings:
        for place, conversation_id in enumerate(ids, start=1):
            scores[conversation_id] = scores.get(conversation_id, 0) + 1 / (_RRF + place)
    return sorted(scores, key=lambda conversation_id: -scores[conversation_id])


def _place(ids: list[str], right: frozenset[str]) -> int | None:
    places = (
        n for n, conversation_id in enumerate(ids[:DEPTH], start=1) if conversation_id in right
    )
    return next(places, None)
