"""How good a search is, of labelled queries, by the real model on a part of the sample.

The figures of the whole sample: ``python -m tests.bench.quality``.
"""

from collections import Counter

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from queries.search.service import MODES
from tests.bench.known_items import SAMPLE, known_items
from tests.bench.quality import (
    ALLOWED_LOSS,
    indexed_store,
    loss,
    mean_reciprocal_ranks,
    quality,
    sample_data,
)

pytestmark = pytest.mark.slow

DISTRACTORS = 150
DISTINCTIVE = 2
"""So many conversations, at most, say what an item is about: a place in a list then says much."""

ITEMS = known_items()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The quality in a store of the labelled conversations among others: quick vectors, full."""
    folder = tmp_path_factory.mktemp("quality")
    rows = pq.read_table(SAMPLE)
    labelled = pa.array({item.conversation_id for item in ITEMS})
    is_labelled = pc.is_in(rows["conversation_id"], value_set=labelled)
    others = rows.filter(pc.invert(is_labelled))
    spread = range(0, len(others), len(others) // DISTRACTORS)
    part = pa.concat_tables([rows.filter(is_labelled), others.take(list(spread))])
    pq.write_table(part, folder / "part.parquet")
    measured = {}
    for choice in ("only", "auto"):
        store = indexed_store(folder / "part.parquet", folder / "store", choice)
        measured["quick" if choice == "only" else "full"] = quality(store)
        store.close()
    return measured


@pytest.fixture
def table(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The quality with vectors of the model."""
    return tables["full"]


def test_there_are_sixty_queries_in_six_languages():
    languages = Counter(item.language for item in ITEMS)
    assert languages.total() == 60
    assert languages.pop("English") == 30
    assert set(languages.values()) == {6}
    assert len(languages) == 5


def test_every_conversation_is_asked_for_once():
    assert len({item.conversation_id for item in ITEMS}) == len(ITEMS)
    assert len({item.query for item in ITEMS}) == len(ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.query)
def test_a_query_is_what_somebody_would_type(item):
    data = sample_data()
    assert (item.conversation_id, item.turn_number) in data.prompts()
    assert len(data.right_ids(item)) <= DISTINCTIVE
    assert item.query == " ".join(item.query.split())
    assert item.query.lower() not in data.meant(item).lower()
    # Chinese has no spaces: about two characters a word.
    words = len(item.query) // 2 if item.language == "Chinese" else len(item.query.split())
    assert 3 <= words <= 10


def test_labels_say_the_language_of_their_conversation():
    rows = pq.read_table(SAMPLE, columns=["conversation_id", "language"]).to_pylist()
    languages = {row["conversation_id"]: row["language"] for row in rows}
    assert [languages[item.conversation_id] for item in ITEMS] == [i.language for i in ITEMS]


def test_the_mean_is_of_the_first_right_place():
    ranks = pd.DataFrame(
        {
            "language": ["English", "English", "German"],
            "query": ["a", "b", "c"],
            "words": [1, None, None],
            "meaning": [2, 4, 10],
            "both": [1, 2, None],
        }
    ).astype(dict.fromkeys(MODES, "Int64"))
    table = mean_reciprocal_ranks(ranks)
    assert table.loc["English"].to_list() == [2, 0.5, 0.375, 0.75]
    assert table.loc["German"].to_list() == [1, 0, 0.1, 0]
    assert table.loc["all", "both"] == 0.5
    assert loss(table) == -0.25
    assert loss(table, "German") == pytest.approx(0.1)


def test_both_ways_together_are_as_good_as_the_better_one(table):
    assert table.loc["all", "queries"] == len(ITEMS)
    assert loss(table) <= ALLOWED_LOSS, table.to_string()


def test_each_way_finds_what_it_is_for(table):
    english = table.loc["English"]
    # A search by words finds the queries that repeat words; one by meaning, most of the others too.
    assert english["words"] > 0.4
    assert english["meaning"] > 0.7


def test_quick_vectors_serve_until_those_of_the_model_are_there(tables):
    # 0.76 in the whole sample, where more is similar.
    assert tables["quick"].loc["all", "both"] >= 0.72, tables["quick"].to_string()
