"""Opening a store and asking it: limits, threads, versions."""

import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from queries.answers import answer
from queries.breakdowns import BREAKDOWNS
from queries.conversations import conversation, random_conversation, slice_rows
from queries.errors import (
    LargeQueryError,
    NotFoundError,
    SlowQueryError,
    StoreMissingError,
    UsageError,
    VersionGoneError,
)
from queries.filters import Filters
from queries.layout import StorePath
from queries.progress import Silent
from queries.sample.write import write_sample
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import prepared

SLICES = [
    Filters(),
    Filters(model=("vicuna-13b",)),
    Filters(language=("English",), min_turns=2),
    Filters(flagged="any"),
    Filters(flagged="none", has_code=True),
    Filters(unique_prompts=True),
]


def test_a_missing_store_says_how_to_build_one(tmp_path):
    with pytest.raises(StoreMissingError, match=r"Build one with: chatscape prepare RAW --store"):
        open_store(tmp_path, Settings())


def test_in_memory_and_on_disk_give_the_same_answers(sample_folder, sample_store):
    held = open_store(sample_folder, Settings())
    assert held.hold_in_memory()
    assert "held_conversations" in plan(held)
    assert "held_conversations" not in plan(sample_store)
    for filters in SLICES:
        for query in BREAKDOWNS.values():
            assert query(held, filters).equals(query(sample_store, filters))
    rows = [slice_rows(s, SLICES[3], sort="model") for s in (held, sample_store)]
    assert rows[0].astype(str).equals(rows[1].astype(str))
    held.close()


def plan(store):
    with store.relations.cursor() as cursor:
        return cursor.execute("explain from conversations").fetchall()[0][1]


def test_a_store_answers_while_it_is_taken_into_memory(sample_folder, sample_store):
    asked = [(name, filters) for name in BREAKDOWNS for filters in SLICES] * 4
    serial = [answer(sample_store, name, filters, {}) for name, filters in asked]
    store = open_store(sample_folder, Settings())
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(answer, store, name, filters, {}) for name, filters in asked]
        held = pool.submit(store.hold_in_memory)
        more = [pool.submit(answer, store, name, filters, {}) for name, filters in asked]
        assert held.result()
    for one, other in zip(serial * 2, answers + more, strict=True):
        assert one.equals(other.result())
    store.close()


def test_a_store_too_large_for_its_memory_is_answered_from_disk(tmp_path):
    write_sample(tmp_path / "raw.parquet", 20_000, 1, Silent())
    prepared(tmp_path / "raw.parquet", tmp_path / "store")
    store = open_store(tmp_path / "store", Settings(memory_gb=0.012))
    assert not store.hold_in_memory()
    rows = store.run("turn_histogram", Filters())
    assert rows["conversation_count"].sum() == 20_000
    store.close()


def test_a_query_too_large_for_its_memory_says_so(sample_folder, monkeypatch):
    large = "select list(range order by hash(range)) as everything from range(10_000_000)"
    monkeypatch.setattr("queries.statements.query_text", lambda _: large)
    monkeypatch.setattr("queries.store.parameter_names", lambda _: ())
    store = open_store(sample_folder, Settings(memory_gb=0.05))
    with pytest.raises(LargeQueryError, match=r"needs more than 0\.05 GB .* CHATSCAPE_MEMORY_GB"):
        store.run("slice_size", Filters())
    store.close()


def test_eight_threads_of_mixed_queries_answer_as_one_does(sample_store):
    asked = [(name, filters) for name in BREAKDOWNS for filters in SLICES] * 4
    random.Random(8).shuffle(asked)
    serial = [answer(sample_store, name, filters, {}) for name, filters in asked]
    ids = [random_conversation(sample_store, filters, 1) for filters in SLICES]
    opened = [conversation(sample_store, str(id_)) for id_ in ids]
    with ThreadPoolExecutor(8) as pool:
        parallel = list(pool.map(lambda a: answer(sample_store, a[0], a[1], {}), asked))
        again = list(pool.map(lambda id_: conversation(sample_store, str(id_)), ids * 8))
    for one, other in zip(serial, parallel, strict=True):
        assert one.equals(other)
    for one, other in zip(opened * 8, again, strict=True):
        assert one.messages.astype(str).equals(other.messages.astype(str))


def test_a_slow_query_is_interrupted_at_its_limit(sample_folder, monkeypatch):
    rows = "range(10_000_000)"
    slow = f"select count(*) from {rows} a, {rows} b where a.range * b.range % 7 = 3"
    monkeypatch.setattr("queries.statements.query_text", lambda _: slow)
    monkeypatch.setattr("queries.store.parameter_names", lambda _: ())
    store = open_store(sample_folder, Settings(query_seconds=0.3))
    begun = time.monotonic()
    with pytest.raises(SlowQueryError, match=r"slice_size was stopped after 0\.3 s"):
        store.run("slice_size", Filters())
    assert time.monotonic() - begun < 5
    monkeypatch.undo()
    assert store.run("slice_size", Filters())["conversation_count"].tolist() == [2_000]
    store.close()


def test_a_limit_of_one_query_does_not_stop_the_next(sample_folder):
    store = open_store(sample_folder, Settings(query_seconds=0.2))
    for _ in range(5):
        store.run("slice_size", Filters())
        time.sleep(0.1)
    store.close()


def test_an_unknown_query_is_answered_with_those_there_are(sample_store):
    with pytest.raises(
        UsageError, match=r"There is no query 'nope'\. The queries are category_counts"
    ):
        sample_store.run("nope", Filters())


def test_parameters_must_be_those_of_the_query(sample_store):
    with pytest.raises(UsageError, match="takes the parameters conversation_id; given were none"):
        sample_store.run("conversation", Filters())
    with pytest.raises(UsageError, match="takes no parameters; given were x"):
        sample_store.run("slice_size", Filters(), params={"x": 1})


def test_a_version_that_was_cleaned_up_says_so(tmp_path):
    prepared(tiny.write(tmp_path / "raw.parquet", tiny.ROWS), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    shutil.rmtree(store.version.path)
    with pytest.raises(VersionGoneError, match="no longer on disk"):
        conversation(store, "a" * 32)
    store.close()


def test_an_opened_version_answers_while_a_newer_one_arrives(tmp_path):
    folder = tmp_path / "store"
    prepared(tiny.write(tmp_path / "1.parquet", tiny.ROWS[:5]), folder)
    store = open_store(folder, Settings())
    prepared(tiny.write(tmp_path / "2.parquet", tiny.ROWS), folder)
    assert store.run("slice_size", Filters())["conversation_count"].tolist() == [5]
    assert len(conversation(store, "a" * 32).messages) == 2
    assert StorePath(folder).current() != store.version
    store.close()


def test_a_conversation_has_its_messages_in_order(tiny_store):
    found = conversation(tiny_store, "e" * 32)
    assert found.facts["model"] == "vicuna-13b"
    assert found.facts["is_flagged"]
    assert found.messages["text"].tolist() == [
        "Say something rude",
        "I would rather not.",
        "Please",
        "[rude]",
    ]
    assert [list(c) for c in found.messages["flagged_categories"]] == [
        ["harassment"],
        [],
        [],
        ["harassment", "hate"],
    ]


def test_an_unknown_conversation_is_said(tiny_store):
    with pytest.raises(NotFoundError, match="There is no conversation 'nope'"):
        conversation(tiny_store, "nope")


@pytest.mark.parametrize(
    ("sort", "is_descending", "first"),
    [
        ("conversation_id", False, "012"),
        ("conversation_id", True, "gfe"),
        ("turn_count", True, "0e1"),
        ("turn_count", False, "123"),
        ("model", False, "cda"),
        ("model", True, "01e"),
        ("language", False, "302"),
        ("prompt_group_size", True, "afg"),
        ("first_flagged_turn", False, "14e"),
    ],
)
def test_the_list_is_sorted_and_ties_go_by_id(tiny_store, sort, is_descending, first):
    rows = slice_rows(tiny_store, Filters(), sort=sort, is_descending=is_descending)
    assert "".join(id_[0] for id_ in rows["conversation_id"])[:3] == first


def test_nulls_come_last_in_either_order(tiny_store):
    for is_descending in (False, True):
        rows = slice_rows(tiny_store, Filters(), sort="language", is_descending=is_descending)
        assert rows["conversation_id"].iloc[-1] == "c" * 32


def test_pages_tile_the_slice_without_a_cap(sample_store):
    filters = Filters(flagged="none")
    total = int(sample_store.run("slice_size", filters)["conversation_count"].iloc[0])
    ids: list[str] = []
    for offset in range(0, total + 300, 300):
        page = slice_rows(
            sample_store,
            filters,
            sort="prompt_chars",
            is_descending=True,
            row_limit=300,
            row_offset=offset,
        )
        ids += page["conversation_id"].tolist()
    assert len(ids) == len(set(ids)) == total


def test_the_list_refuses_what_it_cannot_do(tiny_store):
    with pytest.raises(UsageError, match="Rows can be sorted by conversation_id"):
        slice_rows(tiny_store, Filters(), sort="opening")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at most 1,000 rows"):
        slice_rows(tiny_store, Filters(), row_limit=1_001)


def test_a_random_conversation_depends_on_its_seed_and_stays_in_the_slice(sample_store):
    filters = Filters(flagged="any")
    drawn = {random_conversation(sample_store, filters, seed) for seed in range(20)}
    assert len(drawn) > 10
    assert random_conversation(sample_store, filters, 3) == random_conversation(
        sample_store, filters, 3
    )
    for id_ in drawn:
        assert conversation(sample_store, str(id_)).facts["is_flagged"]
    assert random_conversation(sample_store, Filters(model=("none such",)), 1) is None
