"""What is exported is the slice: every shape, every format, as published or masked."""

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.datasets.lmsys_chat import CURRENT_SCHEMA, EARLY_SCHEMA
from queries.export.chat_rows import NO_MESSAGE, NO_REPLY, NO_TEXT, OTHER_ROLE
from queries.export.plan import ExportPlan
from queries.export.selection import select_conversations
from queries.export.shapes import EMPTY, NO_PROMPT
from queries.filters import Filters
from queries.filters.min_score import MinScore
from queries.open_store import open_store
from queries.settings import Settings
from tests.support import tiny_dataset
from tests.support.exports import AS_PUBLISHED, csv_of, exported, in_many_parts, rows_of
from tests.support.odd_rows import ODD_ROWS
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store
from tests.support.strategies import published_rows, slices

SOURCE = {row["conversation_id"]: row for row in pq.read_table(SAMPLE).to_pylist()}
PAGE = {
    "sort": "conversation_id",
    "is_descending": False,
    "seed": "0",
    "row_limit": 2_000,
    "row_offset": 0,
}

EACH_ALONE = [
    Filters(),
    Filters(model=("gpt-4",)),
    Filters(language=("English", "unknown")),
    Filters(min_turns=3),
    Filters(max_turns=1),
    Filters(flagged="any"),
    Filters(flagged="none"),
    Filters(flagged="user"),
    Filters(flagged="assistant"),
    Filters(category=("hate", "violence")),
    Filters(min_score=(MinScore("violence", 0.5),)),
    Filters(redacted=True),
    Filters(has_code=True),
    Filters(word="python"),
    Filters(unique_prompts=True),
    Filters(text="python -java"),
    Filters(text="the", text_role="assistant"),
]


@pytest.fixture(scope="module")
def parted_store(tmp_path_factory):
    """The sample in many parts."""
    store = open_store(in_many_parts(tmp_path_factory.mktemp("parted")), Settings())
    yield store
    store.close()


@pytest.fixture(scope="module")
def odd_store(tmp_path_factory):
    """Fourteen conversations as odd as the schema allows."""
    folder = tmp_path_factory.mktemp("odd")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", ODD_ROWS), folder / "store")
    store = open_store(folder / "store", Settings())
    yield store
    store.close()


def size(store, filters):
    return int(store.run("slice_size", filters)["conversation_count"].iloc[0])


def by_id(rows):
    return sorted(rows, key=lambda row: row["conversation_id"])


@pytest.mark.parametrize("filters", EACH_ALONE, ids=str)
def test_as_many_as_the_slice_has_for_each_filter(indexed_store, tmp_path, filters):
    manifest = exported(indexed_store, tmp_path / "x.parquet", filters=filters, shape="ids")
    count = size(indexed_store, filters)
    assert count > 0
    assert manifest["counts"]["conversations"] == manifest["counts"]["rows"] == count
    assert pq.read_metadata(tmp_path / "x.parquet").num_rows == count
    assert manifest["plan"]["filters"] == filters.values()


def test_a_group_of_prompts_is_a_filter_too(sample_store, tmp_path):
    row = next(r for r in pq.read_table(SAMPLE).to_pylist() if r["conversation"])
    facts = sample_store.run(
        "conversation", Filters(), params={"conversation_id": row["conversation_id"]}
    )
    filters = Filters(prompt_group=int(facts["prompt_group"].iloc[0]))
    manifest = exported(sample_store, tmp_path / "x.parquet", filters=filters, shape="ids")
    assert manifest["counts"]["rows"] == int(facts["prompt_group_size"].iloc[0])


@given(filters=slices, shape=st.sampled_from(("published", "conversations", "ids")))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_rows_of_the_slice_for_any_filters(parted_store, tmp_path_factory, filters, shape):
    out = tmp_path_factory.mktemp("any") / "x.jsonl"
    stated = select_conversations(parted_store, ExportPlan(filters=filters, shape=shape)).count
    options = {"filters": filters, "shape": shape, "format": "jsonl", **AS_PUBLISHED}
    manifest = exported(parted_store, out, **options)
    assert manifest["counts"]["conversations"] == stated == size(parted_store, filters)
    rows = rows_of(out)
    ids = parted_store.run("slice_rows", filters, params=PAGE)["conversation_id"].tolist()
    assert [row["conversation_id"] for row in rows] == ids
    if shape == "published":
        assert rows == [SOURCE[id_] for id_ in ids]


def test_published_is_the_source_value_by_value(parted_store, tmp_path):
    source = pq.read_table(SAMPLE)
    exported(parted_store, tmp_path / "x.parquet", **AS_PUBLISHED)
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.equals(CURRENT_SCHEMA)
    assert table.to_pylist() == source.sort_by("conversation_id").to_pylist()
    exported(parted_store, tmp_path / "x.jsonl", **AS_PUBLISHED, format="jsonl")
    assert rows_of(tmp_path / "x.jsonl") == table.to_pylist()


@pytest.mark.parametrize("shape", ["published", "messages", "prompts", "chat"])
def test_pieces_of_parts_make_the_same_file(parted_store, tmp_path, monkeypatch, shape):
    plan = {"shape": shape, "format": "jsonl", **AS_PUBLISHED}
    exported(parted_store, tmp_path / "x.jsonl", **plan)
    monkeypatch.setattr("queries.export.write.BATCH_CONVERSATIONS", 7)
    manifest = exported(parted_store, tmp_path / "y.jsonl", **plan)
    assert (tmp_path / "x.jsonl").read_bytes() == (tmp_path / "y.jsonl").read_bytes()
    assert manifest["counts"]["conversations"] == 2_000


@pytest.mark.parametrize("name", ["x.parquet", "x.jsonl", "x.jsonl.gz", "x.jsonl.zst", "x"])
def test_odd_rows_are_published_as_they_were(odd_store, tmp_path, name):
    format_ = {"x": "hf", "x.parquet": "parquet"}.get(name, "jsonl")
    manifest = exported(odd_store, tmp_path / name, **AS_PUBLISHED, format=format_)
    assert rows_of(tmp_path / name) == by_id(ODD_ROWS)
    assert manifest["counts"] == {"conversations": 14, "rows": 14, "left_out": {}}


@given(rows=published_rows)
@settings(max_examples=12, deadline=None)
def test_whatever_the_schema_allows_is_published_again(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("drawn")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = open_store(folder / "store", Settings())
    exported(store, folder / "x.parquet", **AS_PUBLISHED)
    assert rows_of(folder / "x.parquet") == by_id(rows)
    exported(store, folder / "masked.parquet")
    same = [{**row, "conversation": None} for row in rows_of(folder / "masked.parquet")]
    assert same == [{**row, "conversation": None} for row in by_id(rows)]
    store.close()


def test_a_source_without_redacted_is_given_back_without_it(tmp_path):
    pq.write_table(
        tiny_dataset.table(tiny_dataset.ROWS).select(EARLY_SCHEMA.names), tmp_path / "raw.parquet"
    )
    prepare_store(tmp_path / "raw.parquet", tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.parquet", **AS_PUBLISHED)
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.schema.equals(EARLY_SCHEMA)
    wanted = tiny_dataset.table(by_id(tiny_dataset.ROWS)).select(EARLY_SCHEMA.names)
    assert table.to_pylist() == wanted.to_pylist()
    store.close()


def test_messages_are_rows_of_their_own(tiny_store, tmp_path):
    manifest = exported(tiny_store, tmp_path / "x.csv", shape="messages", format="csv")
    rows = csv_of(tmp_path / "x.csv")
    assert manifest["counts"] == {"conversations": 12, "rows": 30, "left_out": {}}
    of_e = [row for row in rows if row["conversation_id"] == "e" * 32]
    assert [(row["message_index"], row["role"], row["text"]) for row in of_e] == [
        ("0", "user", "Say something rude"),
        ("1", "assistant", "I would rather not."),
        ("2", "user", "Please"),
        ("3", "assistant", "[rude]"),
    ]
    assert [row["score_harassment"] for row in of_e] == ["0.9", "0.01", "0.01", "0.7"]
    assert [row["is_flagged_hate"] for row in of_e] == ["false", "false", "false", "true"]


def test_facts_of_conversations_name_what_is_flagged(tiny_store, tmp_path):
    columns = ("turn_count", "flagged_categories", "opening", "conversation_id")
    exported(tiny_store, tmp_path / "x.csv", shape="conversations", format="csv", columns=columns)
    rows = csv_of(tmp_path / "x.csv")
    assert tuple(rows[0]) == columns
    assert rows[9] == {
        "turn_count": "2",
        "flagged_categories": "harassment, hate",
        "opening": "Say something rude",
        "conversation_id": "e" * 32,
    }


def test_prompts_are_the_first_ones(tiny_store, tmp_path):
    exported(tiny_store, tmp_path / "x.jsonl", shape="prompts", format="jsonl")
    rows = rows_of(tmp_path / "x.jsonl")
    assert [row["prompt"] for row in rows if row["conversation_id"][0] in "0ag"] == [
        "hi",
        "How do I boil an egg?",
        "HOW DO I BOIL AN EGG???",
    ]
    assert [row["prompt_group_size"] for row in rows if row["conversation_id"][0] in "0ag"] == [
        1,
        3,
        3,
    ]
    assert rows[0]["text_chars"] == 2


def test_chat_leaves_out_what_has_no_place_and_says_how_much(odd_store, tmp_path):
    manifest = exported(odd_store, tmp_path / "x.jsonl", shape="chat", format="jsonl")
    rows = rows_of(tmp_path / "x.jsonl")
    x, y = {"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}
    # a and n have no conversation, e an empty one; f null roles, g a null text, h a system prompt.
    assert [row["messages"] for row in rows] == [[x, y], [x, y], [x, y]]
    assert all(list(row) == ["messages"] for row in rows)
    assert manifest["counts"]["left_out"] == {NO_MESSAGE: 3, OTHER_ROLE: 1, NO_TEXT: 1, NO_REPLY: 6}
    assert manifest["counts"]["conversations"] == 14 == manifest["counts"]["rows"] + 11
    exported(odd_store, tmp_path / "x.parquet", shape="chat")
    assert rows_of(tmp_path / "x.parquet") == rows


def test_conversations_without_a_message_or_a_prompt_are_counted(odd_store, tmp_path):
    manifest = exported(odd_store, tmp_path / "m.parquet", shape="messages")
    assert manifest["counts"]["left_out"] == {EMPTY: 3}
    manifest = exported(odd_store, tmp_path / "p.parquet", shape="prompts")
    assert manifest["counts"]["left_out"] == {NO_PROMPT: 6}
    assert manifest["counts"]["rows"] == 8
