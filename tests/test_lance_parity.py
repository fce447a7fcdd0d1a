"""DuckDB and LanceDB keep the same conversations for the same filters."""

import lancedb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.clauses import lance_where
from queries.filter_values import MinScore
from queries.filters import Filters
from queries.layout import StorePath
from tests.test_filters import ids

SLICES = [
    Filters(model=("gpt-4",)),
    Filters(model=("vicuna-13b", "it's not a model", 'a "quoted" one \\ %')),
    Filters(language=("English", "unknown")),
    Filters(min_turns=2, max_turns=5),
    Filters(flagged="any"),
    Filters(flagged="none", has_code=True),
    Filters(flagged="user", language=("English",)),
    Filters(flagged="assistant"),
    Filters(category=("hate", "self-harm/intent", "sexual/minors")),
    Filters(min_score=(MinScore("violence", 0.25),)),
    Filters(min_score=(MinScore("harassment", 1e-7, "user"), MinScore("hate", 0.01, "assistant"))),
    Filters(redacted=True, unique_prompts=True),
]


@pytest.fixture(scope="module")
def index(sample_folder, tmp_path_factory):
    """The filter columns in LanceDB, as a search index will carry them."""
    table = StorePath(sample_folder).current().table("conversations")
    rows = pa.concat_tables([pq.read_table(path) for path in sorted(table.glob("*.parquet"))])
    database = lancedb.connect(tmp_path_factory.mktemp("lance"))
    return database.create_table("conversations", rows)


@pytest.mark.parametrize("filters", SLICES, ids=str)
def test_both_engines_keep_the_same_conversations(index, sample_store, filters):
    kept = index.search().where(lance_where(filters.clauses())).select(["conversation_id"])
    found = set(kept.limit(5_000).to_arrow()["conversation_id"].to_pylist())
    assert found == ids(sample_store, filters)
