"""How good a search is: ``python -m tests.bench.quality``.

`tests/known_items.csv` holds what somebody who half remembers a message of the bundled sample would
type, and which message is meant. Found is any conversation in which a user says just that, alike
but for white space. MRR@10 is the mean of 1 / place of the first such conversation; 0 beyond 10.
"""

import argparse
import csv
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from queries.filters import Filters
from queries.layout import StorePath
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.search.embedder import BUNDLED, SentenceEmbedder
from queries.search.results import MODES, search
from queries.settings import Settings
from queries.store import Store, open_store

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "assets" / "sample" / "sample.parquet"
KNOWN_ITEMS = ROOT / "tests" / "known_items.csv"
DEPTH = 10
ALLOWED_LOSS = 0.02
"""By so much may both together fall behind the better of the two, in English."""


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A query, and the user message that whoever types it has in mind."""

    language: str
    conversation_id: str
    turn_number: int
    query: str


def known_items() -> tuple[KnownItem, ...]:
    with KNOWN_ITEMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        KnownItem(row["language"], row["conversation_id"], int(row["turn_number"]), row["query"])
        for row in rows
    )


@cache
def prompts() -> dict[tuple[str, int], str]:
    """What is said in each turn of each conversation of the sample, its white space made even."""
    rows = pq.read_table(SAMPLE, columns=["conversation_id", "conversation"]).to_pylist()
    said: dict[tuple[str, int], str] = {}
    for row in rows:
        texts = [one["content"] for one in row["conversation"] if one["role"] == "user"]
        for turn, text in enumerate(texts, start=1):
            said[row["conversation_id"], turn] = " ".join(text.split())
    return said


@cache
def sayers() -> dict[str, frozenset[str]]:
    """The conversations in which a user says a text."""
    found = defaultdict(set)
    for (conversation_id, _), text in prompts().items():
        found[text].add(conversation_id)
    return {text: frozenset(ids) for text, ids in found.items()}


def meant(item: KnownItem) -> str:
    """The message that an item is about."""
    return prompts()[item.conversation_id, item.turn_number]


def places(store: Store, items: Sequence[KnownItem]) -> pd.DataFrame:
    """Where each way to search finds each item: 1 is first, null is not among the first ten."""
    rows = []
    for item in items:
        row: dict[str, object] = {"language": item.language, "query": item.query}
        for mode in MODES:
            found = search(store, Filters(), item.query, mode=mode, row_limit=DEPTH).rows
            is_it = found["conversation_id"].isin(sayers()[meant(item)])
            row[mode] = int(is_it.argmax()) + 1 if is_it.any() else None
        rows.append(row)
    return pd.DataFrame(rows).astype(dict.fromkeys(MODES, "Int64"))


def mean_reciprocal_ranks(found: pd.DataFrame) -> pd.DataFrame:
    """MRR@10 of each way to search, by language and over all."""
    scores = found.assign(**{mode: (1 / found[mode]).fillna(0).astype(float) for mode in MODES})
    every = pd.concat([scores.assign(language="all"), scores])
    by_language = every.groupby("language", sort=False)
    table = by_language[list(MODES)].mean()
    table.insert(0, "queries", by_language.size())
    return table


def quality(store: Store) -> pd.DataFrame:
    """MRR@10 of each way to search an indexed store of the sample, by language and over all."""
    return mean_reciprocal_ranks(places(store, known_items()))


def loss(table: pd.DataFrame, language: str = "English") -> float:
    """By how much both together fall behind the better of the two; below 0 where they win."""
    of = table.loc[language].to_dict()
    return float(max(of["words"], of["meaning"]) - of["both"])


def indexed_store(raw: Path, folder: Path) -> Store:
    """A store of some raw data with an index of the bundled model."""
    path = StorePath(folder)
    build_store(str(raw), path, Silent())
    build_index(path, SentenceEmbedder(BUNDLED, "cpu"), Silent())
    return open_store(folder, Settings())


def main() -> int:
    """Print the table; 1 where both together are worse than they may be."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality", description=__doc__)
    parser.add_argument("--store", type=Path, help="an indexed store of the sample, if there is")
    parser.add_argument("--places", action="store_true", help="print the place of each query, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatscape-quality-") as folder:
        if options.store:
            store = open_store(options.store, Settings())
        else:
            store = indexed_store(SAMPLE, Path(folder) / "store")
        found = places(store, known_items())
        store.close()
    if options.places:
        sys.stdout.write(found.to_string(index=False, na_rep="-") + "\n\n")
    table = mean_reciprocal_ranks(found)
    sys.stdout.write(table.round(3).to_string() + "\n\n")
    lost = loss(table)
    sys.stdout.write(f"Both against the better of the two, English: {-lost:+.3f}\n")
    return int(lost > ALLOWED_LOSS)


if __name__ == "__main__":
    sys.exit(main())
