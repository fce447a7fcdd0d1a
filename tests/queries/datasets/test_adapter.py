"""The seam between a published dataset and the rest, shown with a second dataset."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.conversations.documents import published_json
from queries.conversations.source_row import canonical_row
from queries.datasets import registry
from queries.datasets.adapter import DatasetInfo
from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.conform import conform, schema_problems
from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.datasets.model_catalogue import maker, model_catalogue
from queries.errors import DataError, SourceError
from queries.open_store import open_store
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.exports import AS_PUBLISHED, exported, rows_of
from tests.support.odd_rows import ODD_ROWS
from tests.support.removals import purged, removed_from
from tests.support.stores import prepare_store

ROWS = [
    *tiny_dataset.ROWS,
    *({**row, "conversation_id": f"odd-{n}"} for n, row in enumerate(ODD_ROWS)),
]


class HashedChat:
    """LMSYS-Chat-1M with other names for the ids and the conversation."""

    name = "hashed-chat"
    info = DatasetInfo(title="Hashed-Chat", folder="hashed_chat", caveat="It is made up.")
    id_column = "hash"
    names = ("hash", "model", "chat", *CANONICAL_SCHEMA.names[3:])
    published_schema = pa.schema(
        [field.with_name(name) for name, field in zip(names, CANONICAL_SCHEMA, strict=True)]
    )

    def problems(self, schema):
        return schema_problems(schema, self.published_schema)

    def to_conversations(self, batch):
        columns = [conform(batch[field.name], field.type) for field in self.published_schema]
        return pa.record_batch(columns, schema=CANONICAL_SCHEMA)

    def to_published(self, rows):
        return rows.rename_columns(self.names)


HASHED_CHAT = HashedChat()


@pytest.fixture(autouse=True)
def two_datasets(monkeypatch):
    monkeypatch.setattr(registry, "DATASETS", (LMSYS_CHAT, HASHED_CHAT))
    monkeypatch.setattr(DatasetInfo, "_text", lambda _, name: f"The text\n{name}.")


def write_hashed(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(HASHED_CHAT.to_published(tiny_dataset.table(rows)), path)
    return path


@pytest.fixture
def folder(tmp_path):
    prepare_store(write_hashed(tmp_path / "raw.parquet", ROWS), tmp_path / "store")
    return tmp_path / "store"


def published(row):
    return dict(zip(HASHED_CHAT.names, row.values(), strict=True))


def in_order(row):
    """A row with its columns in the order of the schema."""
    return {name: row[name] for name in CANONICAL_SCHEMA.names}


def test_a_store_knows_its_dataset(folder):
    store = open_store(folder, Settings())
    assert store.manifest["dataset"] == "hashed-chat"
    assert store.dataset is HASHED_CHAT
    assert store.dataset.info.notice == "The text notice."
    store.close()


def test_rows_are_exported_as_they_were_published(folder, tmp_path):
    store = open_store(folder, Settings())
    exported(store, tmp_path / "out.parquet", shape="published", **AS_PUBLISHED)
    assert pq.read_schema(tmp_path / "out.parquet").names == list(HASHED_CHAT.names)
    expected = [published(row) for row in tiny_dataset.table(ROWS).to_pylist()]
    assert rows_of(tmp_path / "out.parquet") == sorted(expected, key=lambda row: row["hash"])
    exported(store, tmp_path / "masked.parquet", shape="published", columns=("chat",))
    assert "jo@example.com" not in str(rows_of(tmp_path / "masked.parquet"))
    row = canonical_row(store, "2" * 32)
    document = published_json(row, store.dataset, is_unmasked=True)
    assert json.loads(document) == published(row)
    store.close()


def test_a_purge_confirms_the_hash_of_the_published_row(folder):
    removed_from(folder, ["a" * 32])
    facts = json.loads(purged(folder).with_suffix(".json").read_text())
    row = published(in_order(tiny_dataset.table(ROWS).to_pylist()[0]))
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    [confirmed] = facts["conversations"]
    assert confirmed["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert StorePath(folder).current().manifest()["dataset"] == "hashed-chat"


def test_files_of_two_datasets_are_not_mixed(tmp_path):
    write_hashed(tmp_path / "raw" / "a.parquet", ROWS[:3])
    tiny_dataset.write(tmp_path / "raw" / "b.parquet", ROWS[3:])
    with pytest.raises(SourceError, match=r"a\.parquet is Hashed-Chat and .*b\.parquet is LMSYS"):
        prepare_store(tmp_path / "raw", tmp_path / "store")


def test_a_file_of_no_dataset_is_compared_with_the_nearest(tmp_path):
    rows = HASHED_CHAT.to_published(tiny_dataset.table(ROWS)).drop_columns("turn")
    pq.write_table(rows, tmp_path / "raw.parquet")
    with pytest.raises(SourceError, match=r"fit Hashed-Chat, the nearest .* lacks the column 'tu"):
        prepare_store(tmp_path / "raw.parquet", tmp_path / "store")


def test_ids_are_checked_by_their_published_name(tmp_path):
    with pytest.raises(SourceError, match=r"1 id occurs more than once in the column 'hash'"):
        prepare_store(write_hashed(tmp_path / "raw.parquet", [ROWS[0]] * 2), tmp_path / "store")


def test_a_manifest_without_a_dataset_means_lmsys_and_an_unknown_one_is_refused():
    assert registry.dataset_of({"sources": []}) is LMSYS_CHAT
    with pytest.raises(DataError, match="the dataset later, which this version of Chatscape does"):
        registry.dataset_of({"dataset": "later"})


def test_a_dataset_may_have_no_catalogue_of_models():
    assert maker(LMSYS_CHAT.info, "gpt-4") == "OpenAI"
    assert maker(LMSYS_CHAT.info, None) is None
    assert maker(HASHED_CHAT.info, "gpt-4") is None
    assert model_catalogue(HASHED_CHAT.info).reindex(["gpt-4"])["maker"].isna().all()
