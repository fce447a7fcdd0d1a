"""Opening a store and querying it: limits, threads, versions."""

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import pytest

from queries.breakdowns.overview import OVERVIEW_BREAKDOWNS
from queries.breakdowns.registry import run_breakdown
from queries.conversations.detail import conversation
from queries.conversations.listing import random_conversation, slice_rows
from queries.errors import (
    LargeQueryError,
    NoLiveVersionError,
    NotFoundError,
    SlowQueryError,
    StoreMissingError,
    UsageError,
    VersionGoneError,
)
from queries.filters import Filters
from queries.open_store import open_store
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.synthetic.write import write_synthetic_dataset
from tests.support import tiny_dataset
from tests.support.stores import prepare_store

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


def test_memory_and_disk_give_the_same_results(sample_folder, sample_store):
    held = open_store(sample_folder, Settings())
    assert held.load_into_memory()
    assert "held_conversations" in plan(held)
    assert "held_conversations" not in plan(sample_store)
    for filters in SLICES:
        for query in OVERVIEW_BREAKDOWNS.values():
            assert query(held, filters).equals(query(sample_store, filters))
    rows = [slice_rows(s, SLICES[3], sort="model") for s in (held, sample_store)]
    assert rows[0].astype(str).equals(rows[1].astype(str))
    held.close()


def plan(store):
    with store.relations.cursor() as cursor:
        return cursor.execute("explain from conversations").fetchall()[0][1]


def test_queries_run_while_a_store_is_loaded_into_memory(sample_folder, sample_store):
    runs = [(name, filters) for name in OVERVIEW_BREAKDOWNS for filters in SLICES] * 4
    serial = [run_breakdown(sample_store, name, filters, {}) for name, filters in runs]
    store = open_store(sample_folder, Settings())
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(run_breakdown, store, name, filters, {}) for name, filters in runs]
        held = pool.submit(store.load_into_memory)
        more = [pool.submit(run_breakdown, store, name, filters, {}) for name, filters in runs]
        assert held.result()
    for expected, future in zip(serial * 2, answers + more, strict=True):
        assert expected.equals(future.result())
    store.close()


def test_a_store_that_does_not_fit_in_memory_is_read_from_disk(tmp_path):
    write_synthetic_dataset(tmp_path / "raw.parquet", 20_000, 1, Silent())
    prepare_store(tmp_path / "raw.parquet", tmp_path / "store")
    store = open_store(tmp_path / "store", Settings(memory_gb=0.012))
    assert not store.load_into_memory()
    rows = store.run("turn_histogram", Filters())
    assert rows["conversation_count"].sum() == 20_000
    store.close()


def test_a_query_too_large_for_its_memory_says_so(sample_folder, monkeypatch):
    large = "select list(range order by hash(range)) as everything from range(10_000_000)"
    monkeypatch.setattr("queries.store.sql_files.query_text", lambda _: large)
    store = open_store(sample_folder, Settings(memory_gb=0.05))
    with pytest.raises(LargeQueryError, match=r"needs more than 0\.05 GB .* CHATSCAPE_MEMORY_GB"):
        store.run("slice_size", Filters())
    store.close()


def test_eight_threads_give_the_same_results_as_one(sample_store):
    runs = [(name, filters) for name in OVERVIEW_BREAKDOWNS for filters in SLICES] * 4
    random.Random(8).shuffle(runs)
    serial = [run_breakdown(sample_store, name, filters, {}) for name, filters in runs]
    ids = [random_conversation(sample_store, filters, 1) for filters in SLICES]
    opened = [conversation(sample_store, str(id_)) for id_ in ids]
    with ThreadPoolExecutor(8) as pool:
        parallel = list(pool.map(lambda a: run_breakdown(sample_store, a[0], a[1], {}), runs))
        again = list(pool.map(lambda id_: conversation(sample_store, str(id_)), ids * 8))
    for expected, actual in zip(serial, parallel, strict=True):
        assert expected.equals(actual)
    for expected, actual in zip(opened * 8, again, strict=True):
        assert expected.messages.astype(str).equals(actual.messages.astype(str))


def test_a_slow_query_is_interrupted_at_its_limit(sample_folder, monkeypatch):
    rows = "range(10_000_000)"
    slow = f"select count(*) from {rows} a, {rows} b where a.range * b.range % 7 = 3"
    monkeypatch.setattr("queries.store.sql_files.query_text", lambda _: slow)
    store = open_store(sample_folder, Settings(query_seconds=0.3))
    # It would run for days: that it ends shows that it was interrupted.
    with pytest.raises(SlowQueryError, match=r"slice_size was stopped after 0\.3 s"):
        store.run("slice_size", Filters())
    monkeypatch.undo()
    assert store.run("slice_size", Filters())["conversation_count"].tolist() == [2_000]
    store.close()


def test_the_timeout_of_one_query_does_not_stop_the_next(sample_folder, monkeypatch):
    """A timer that outlived its query would interrupt the next one."""
    timers = []

    def timer(*arguments):
        timers.append(Timer(*arguments))
        return timers[-1]

    monkeypatch.setattr("queries.runtime.deadline.Timer", timer)
    store = open_store(sample_folder, Settings(query_seconds=3_600))
    for _ in range(5):
        store.run("slice_size", Filters())
    assert timers
    assert not any(each.is_alive() for each in timers)
    store.close()


def test_an_unknown_query_gives_an_error_with_all_names(sample_store):
    with pytest.raises(
        UsageError, match=r"There is no query 'nope'\. The queries are category_counts"
    ):
        sample_store.run("nope", Filters())


def test_parameters_must_be_those_of_the_query(sample_store):
    with pytest.raises(UsageError, match="takes the parameters conversation_id; got none"):
        sample_store.run("conversation", Filters())
    with pytest.raises(UsageError, match="takes no parameters; got x"):
        sample_store.run("slice_size", Filters(), params={"x": 1})


def test_a_deleted_version_gives_an_error(tmp_path):
    prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), tmp_path / "store"
    )
    store = open_store(tmp_path / "store", Settings())
    shutil.rmtree(store.version.path)
    with pytest.raises(VersionGoneError, match="was deleted after newer versions replaced it"):
        conversation(store, "a" * 32)
    store.close()


def test_an_open_version_can_be_queried_while_a_newer_one_is_built(tmp_path):
    folder = tmp_path / "store"
    prepare_store(tiny_dataset.write(tmp_path / "1.parquet", tiny_dataset.ROWS[:5]), folder)
    store = open_store(folder, Settings())
    prepare_store(tiny_dataset.write(tmp_path / "2.parquet", tiny_dataset.ROWS), folder)
    assert store.run("slice_size", Filters())["conversation_count"].tolist() == [5]
    assert len(conversation(store, "a" * 32).messages) == 2
    assert StorePath(folder).current() != store.version
    store.close()


def test_a_conversation_has_its_messages_in_order(tiny_store):
    result = conversation(tiny_store, "e" * 32)
    assert result.facts["model"] == "vicuna-13b"
    assert result.facts["is_flagged"]
    assert result.messages["text"].tolist() == [
        "Say something rude",
        "I would rather not.",
        "Please",
        "[rude]",
    ]
    assert [list(c) for c in result.messages["flagged_categories"]] == [
        ["harassment"],
        [],
        [],
        ["harassment", "hate"],
    ]


def test_an_unknown_conversation_gives_an_error(tiny_store):
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


def test_the_list_rejects_unknown_sort_orders_and_long_pages(tiny_store):
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


@pytest.mark.parametrize("text", [None, "", "\n", "20200101T000000Z-0123456789abcdef\n", ".."])
def test_versions_that_no_file_names_are_reported_and_prepare_names_one_again(
    own_folder, tiny_folder, text
):
    current = own_folder / "CURRENT"
    live = current.read_text()
    current.unlink() if text is None else current.write_text(text)
    with pytest.raises(
        NoLiveVersionError, match=r"has complete versions \(1\), but its file CURRENT"
    ):
        open_store(own_folder, Settings())
    prepare_store(tiny_folder.parent / "raw" / "tiny.parquet", own_folder)
    assert current.read_text() == live
