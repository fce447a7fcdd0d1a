"""Which conversations an export is of: the slice by DuckDB, then its picks."""

import hashlib
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from queries.errors import DataError
from queries.export.parts import Ranks, conversation_columns, parts_of
from queries.export.plan import ExportPlan, Pick, Sample
from queries.export.prompts import first_prompts, prompt_words
from queries.prepare.plan import ids_sha256
from queries.schema import CATEGORIES, ROLES, Role, score_column
from queries.store import Store


@dataclass(frozen=True, slots=True)
class Chosen:
    """The conversations that an export is of.

    Attributes:
        ranks: of their ids, ascending: the order in which they are written.
        ids_sha256: of their ids, sorted, each followed by a line feed.
    """

    ranks: Ranks
    ids_sha256: str

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ranks)


def chosen(store: Store, plan: ExportPlan) -> Chosen:
    """The conversations that a plan means, of this version of the store.

    Raises:
        FilterError: there is nothing to look for in a words search.
        IndexMissingError: there is one, and no search index.
        SlowQueryError: the slice took longer than the store's limit.
        VersionGoneError: the version was cleaned up while it was open.
    """
    ranks = reduce(np.union1d, [picked(store, plan, pick) for pick in plan.picks])
    return Chosen(ranks, ids_sha256(conversation_ids(store, ranks)))


def has_removed(store: Store, found: Chosen) -> bool:
    """Whether any of some conversations was removed meanwhile, or that cannot be told any more."""
    try:
        return bool(np.isin(store.removed_ranks, found.ranks).any())
    except DataError:
        return True


def conversation_ids(store: Store, ranks: Ranks) -> list[str]:
    """The ids of some conversations, sorted."""
    ids: list[str] = conversation_columns(store, ranks, ["conversation_id"])[0].to_pylist()
    return ids


def picked(store: Store, plan: ExportPlan, pick: Pick) -> Ranks:
    """The conversations of one pick."""
    rows = store.run("slice_ranks", plan.slice_of(pick))["id_rank"]
    ranks: Ranks = np.sort(rows.to_numpy().astype(np.int64))
    if pick.reads_prompts:
        ranks = _by_prompt(store, pick, ranks)
    if pick.distinct == "prompts":
        groups = conversation_columns(store, ranks, ["prompt_group"])["prompt_group"]
        ranks = _first_of_each(ranks, groups.to_pandas())
    if pick.sample is None:
        return ranks
    categories = pick.filters.category or plan.filters.category or CATEGORIES
    return _sampled(store, pick.sample, ranks, categories)


def _by_prompt(store: Store, pick: Pick, ranks: Ranks) -> Ranks:
    """Those whose first prompt is as long as it has to be; one for each where that is wanted."""
    low, high = pick.min_prompt_chars, pick.max_prompt_chars
    kept, words = [np.empty(0, np.int64)], []
    for part in parts_of(store, ranks):
        rows = first_prompts(part, with_text=pick.distinct == "words").to_pandas()
        fits = rows["text_chars"] >= (low or 0)
        rows = rows[fits if high is None else fits & (rows["text_chars"] <= high)]
        kept.append(rows["id_rank"].to_numpy().astype(np.int64))
        if pick.distinct == "words":
            words += [hash_of(prompt_words(text)) for text in rows["text"]]
    found: Ranks = np.concatenate(kept)
    return _first_of_each(found, pd.Series(words)) if pick.distinct == "words" else found


def hash_of(text: str) -> bytes:
    """A short name for a text, so that those of a million can be held."""
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def _first_of_each(ranks: Ranks, values: "pd.Series[Any]") -> Ranks:
    """The first conversation of each value; none for no value."""
    is_first = (values.notna() & ~values.duplicated()).to_numpy()
    first: Ranks = ranks[is_first]
    return first


def _sampled(store: Store, sample: Sample, ranks: Ranks, categories: tuple[str, ...]) -> Ranks:
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
    best = [_first(group, sample.rows)["id_rank"].to_numpy() for group in groups]
    found: Ranks = np.unique(np.concatenate([np.empty(0, np.int64), *best]))
    return found


def _sortable(store: Store, ranks: Ranks, sample: Sample) -> pd.DataFrame:
    """What a sample is drawn by: ``id_rank``, ``place`` in the shuffle, ``score``, ``per``."""
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
    rows["place"] = _shuffle(table["conversation_id"], sample.seed)
    rows["score"] = 0.0 if sample.order == "shuffled" else rows[scores].max(axis=1)
    return rows


def _shuffle(ids: pa.ChunkedArray, seed: int) -> npt.NDArray[np.int64]:
    """The place of each id in the order of the MD5 of id and seed, as ``sort=shuffled`` has it."""
    digests = b"".join(hash_of(f"{one}{seed}") for one in ids.to_pylist())
    high, low = np.frombuffer(digests, ">u8").reshape(-1, 2).T
    places = np.empty(len(ids), np.int64)
    places[np.lexsort((low, high))] = np.arange(len(ids))
    return places


def _of_category(rows: pd.DataFrame, category: str, sample: Sample) -> pd.DataFrame:
    """Conversations that are flagged in a category, with their score in it."""
    is_flagged = np.array([category in flagged for flagged in rows["flagged_categories"]], bool)
    found = rows[is_flagged].copy()
    if sample.order != "shuffled":
        roles: tuple[Role, ...] = ("user",) if sample.order == "user_score" else ROLES
        found["score"] = found[[score_column(role, category) for role in roles]].max(axis=1)
    return found


def _first(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Rows with the highest score; equal ones in the order of the shuffle, missing ones last."""
    return rows.sort_values(["score", "place"], ascending=[False, True]).head(count)
