"""Selects the conversations of an export: the slice by DuckDB, then the selections in Python."""

import hashlib
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from queries.errors import DataError
from queries.export.first_prompts import first_prompt_rows, prompt_words
from queries.export.plan import ExportPlan, Sample, Selection
from queries.schema import CATEGORIES, ROLES, Role, score_column
from queries.store.checksums import ids_sha256
from queries.store.part_reader import Ranks, conversation_columns, part_readers
from queries.store.store import Store


@dataclass(frozen=True, slots=True)
class SelectedIds:
    """The conversations of an export.

    Attributes:
        ranks: the ranks of their ids, ascending, which is the order in which they are written.
        ids_sha256: the SHA-256 of their sorted ids, each followed by a line feed.
    """

    ranks: Ranks
    ids_sha256: str

    @property
    def count(self) -> int:
        """The number of conversations."""
        return len(self.ranks)


def select_conversations(store: Store, plan: ExportPlan) -> SelectedIds:
    """The conversations that a plan selects in this version of the store.

    Raises:
        FilterError: a text filter has no words to search for.
        IndexMissingError: there is a text filter, and no search index.
        SlowQueryError: the slice took longer than the store's time limit.
        VersionGoneError: the version was deleted while it was open.
    """
    selections = [apply_selection(store, plan, selection) for selection in plan.picks]
    ranks = reduce(np.union1d, selections)
    return SelectedIds(ranks, ids_sha256(conversation_ids(store, ranks)))


def has_removed(store: Store, selected: SelectedIds) -> bool:
    """Whether any of the conversations has been removed, or the tombstones cannot be read."""
    try:
        return bool(np.isin(store.removed_ranks, selected.ranks).any())
    except DataError:
        return True


def conversation_ids(store: Store, ranks: Ranks) -> list[str]:
    """The sorted ids of some conversations."""
    ids: list[str] = conversation_columns(store, ranks, ["conversation_id"])[0].to_pylist()
    return ids


def apply_selection(store: Store, plan: ExportPlan, selection: Selection) -> Ranks:
    """The conversations of one selection."""
    rows = store.run("slice_members", plan.slice_of(selection))["id_rank"]
    ranks: Ranks = np.sort(rows.to_numpy().astype(np.int64))
    if selection.reads_prompts:
        ranks = _by_prompt(store, selection, ranks)
    if selection.distinct == "prompts":
        groups = conversation_columns(store, ranks, ["prompt_group"])["prompt_group"]
        ranks = _first_of_each(ranks, groups.to_pandas())
    if selection.sample is None:
        return ranks
    categories = selection.filters.category or plan.filters.category or CATEGORIES
    return _draw_sample(store, selection.sample, ranks, categories)


def _by_prompt(store: Store, selection: Selection, ranks: Ranks) -> Ranks:
    """Those whose first prompt is within the bounds; with `words`, one for each prompt."""
    low, high = selection.min_prompt_chars, selection.max_prompt_chars
    within, words = [np.empty(0, np.int64)], []
    for part in part_readers(store, ranks):
        rows = first_prompt_rows(part, with_text=selection.distinct == "words").to_pandas()
        fits = rows["text_chars"] >= (low or 0)
        rows = rows[fits if high is None else fits & (rows["text_chars"] <= high)]
        within.append(rows["id_rank"].to_numpy().astype(np.int64))
        if selection.distinct == "words":
            words += [text_hash(prompt_words(text)) for text in rows["text"]]
    matching: Ranks = np.concatenate(within)
    return _first_of_each(matching, pd.Series(words)) if selection.distinct == "words" else matching


def text_hash(text: str) -> bytes:
    """A 16-byte hash of a text, so that a million of them fit in memory."""
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def _first_of_each(ranks: Ranks, values: "pd.Series[Any]") -> Ranks:
    """The first conversation of each value; none for missing values."""
    is_first = (values.notna() & ~values.duplicated()).to_numpy()
    first: Ranks = ranks[is_first]
    return first


def _draw_sample(store: Store, sample: Sample, ranks: Ranks, categories: tuple[str, ...]) -> Ranks:
    rows = _sortable(store, ranks, sample)
    if sample.per == "category":
        rows = rows[rows["flagged_categories"].map(len) > 0]
        groups = [_of_category(rows, category, sample) for category in categories]
    elif sample.per is not None:
        groups = [frame for _, frame in rows.groupby(sample.per, dropna=False, sort=True)]
        if sample.groups is not None:
            groups = sorted(groups, key=len, reverse=True)[: sample.groups]
    else:
        groups = [rows]
    best = [_top(group, sample.rows)["id_rank"].to_numpy() for group in groups]
    drawn: Ranks = np.unique(np.concatenate([np.empty(0, np.int64), *best]))
    return drawn


def _sortable(store: Store, ranks: Ranks, sample: Sample) -> pd.DataFrame:
    """The columns that a sample is drawn by: ``id_rank``, ``position``, ``score`` and ``per``."""
    roles: tuple[Role, ...] = ("user",) if sample.order == "user_score" else ROLES
    scores = [score_column(role, c) for c in CATEGORIES for role in roles]
    columns = ["conversation_id"]
    if sample.order != "shuffled":
        columns += scores
    if sample.per is not None:
        columns.append("flagged_categories" if sample.per == "category" else sample.per)
    table = conversation_columns(store, ranks, columns)
    rows = table.select(columns[1:]).to_pandas() if len(columns) > 1 else pd.DataFrame()
    rows["id_rank"] = ranks
    rows["position"] = _shuffle(table["conversation_id"], sample.seed)
    rows["score"] = 0.0 if sample.order == "shuffled" else rows[scores].max(axis=1)
    return rows


def _shuffle(ids: pa.ChunkedArray, seed: int) -> npt.NDArray[np.int64]:
    """The position of each id in the order of the MD5 of id and seed, as with ``sort=shuffled``."""
    digests = b"".join(text_hash(f"{id_}{seed}") for id_ in ids.to_pylist())
    high, low = np.frombuffer(digests, ">u8").reshape(-1, 2).T
    positions = np.empty(len(ids), np.int64)
    positions[np.lexsort((low, high))] = np.arange(len(ids))
    return positions


def _of_category(rows: pd.DataFrame, category: str, sample: Sample) -> pd.DataFrame:
    """The conversations flagged in a category, with their score in it."""
    is_flagged = np.array([category in names for names in rows["flagged_categories"]], bool)
    flagged = rows[is_flagged].copy()
    if sample.order != "shuffled":
        roles: tuple[Role, ...] = ("user",) if sample.order == "user_score" else ROLES
        flagged["score"] = flagged[[score_column(role, category) for role in roles]].max(axis=1)
    return flagged


def _top(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """The rows with the highest scores; ties in the order of the shuffle, missing scores last."""
    return rows.sort_values(["score", "position"], ascending=[False, True]).head(count)
