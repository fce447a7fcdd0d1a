"""DuckDB and LanceDB keep the same conversations for the same filters."""

import lancedb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.filters.compile import lance_where
from queries.store.layout import StorePath
from tests.support.slices import SLICES, ids_in_slice


@pytest.fixture(scope="module")
def index(sample_folder, tmp_path_factory):
    """The filter columns in LanceDB, as a search index will carry them."""
    table = StorePath(sample_folder).current().table("conversations")
    rows = pa.concat_tables([pq.read_table(path) for path in sorted(table.glob("*.parquet"))])
    database = lancedb.connect(tmp_path_factory.mktemp("lance"))
    return database.create_table("conversations", rows)


@pytest.mark.parametrize("filters", SLICES, ids=str)
def test_both_engines_keep_the_same_conversations(index, sample_store, filters):
    query = index.search().where(lance_where(filters.clauses())).select(["conversation_id"])
    ids = set(query.limit(5_000).to_arrow()["conversation_id"].to_pylist())
    assert ids == ids_in_slice(sample_store, filters)
