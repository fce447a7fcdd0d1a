"""The order of the list, and positions in it, against plain Python."""

from hashlib import md5

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.conversations.listing import SORTS, random_conversation, rank_in_slice, slice_rows
from queries.errors import UsageError
from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings
from tests.support import tiny_dataset
from tests.support.odd_rows import ODD_ROWS
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store
from tests.support.strategies import slices


def hash_of(conversation_id, seed):
    return md5(f"{conversation_id}{seed}".encode()).hexdigest()


def in_order(rows, sort, *, is_descending, seed):
    """Raw rows in list order: by the column, nulls last, ties by id."""

    def key(row):
        return row[sort] if sort != "shuffled" else hash_of(row["conversation_id"], seed)

    by_id = sorted(rows, key=lambda row: row["conversation_id"])
    # Python keeps ties as they were, from the largest too.
    known = sorted((r for r in by_id if key(r) is not None), key=key, reverse=is_descending)
    return [r["conversation_id"] for r in [*known, *(r for r in by_id if key(r) is None)]]


def facts(row):
    """The sort keys of a published row."""
    messages = [m or {"role": None, "content": None} for m in row["conversation"] or []]
    verdicts = row["openai_moderation"] or []
    chars = {
        role: sum(len(m["content"] or "") for m in messages if m["role"] == role)
        for role in ("user", "assistant")
    }
    users, flagged = 0, []
    for n, message in enumerate(messages):
        users += message["role"] == "user"
        if n < len(verdicts) and verdicts[n] and verdicts[n]["flagged"]:
            flagged.append(max(users, 1))
    return {
        "conversation_id": row["conversation_id"],
        "turn_count": row["turn"],
        "prompt_chars": chars["user"],
        "response_chars": chars["assistant"],
        "first_flagged_turn": min(flagged, default=None),
        "model": row["model"],
        "language": row["language"],
    }


@pytest.fixture(scope="module", params=["files", "memory"])
def odd_list(tmp_path_factory, request):
    """A store of odd rows and of the twelve, and the sort keys of its rows."""
    rows = [
        *tiny_dataset.ROWS,
        *({**r, "conversation_id": r["conversation_id"] + "x"} for r in ODD_ROWS),
    ]
    folder = tmp_path_factory.mktemp("odd")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = open_store(folder / "store", Settings())
    if request.param == "memory":
        assert store.load_into_memory()
    yield store, [facts(row) for row in rows]
    store.close()


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("is_descending", [False, True])
def test_the_list_and_every_position_equal_python(odd_list, sort, is_descending):
    store, rows = odd_list
    order = {"sort": sort, "is_descending": is_descending, "seed": 39}
    listed = slice_rows(store, Filters(), **order, row_limit=1_000)["conversation_id"].tolist()
    if sort != "prompt_group_size":
        assert listed == in_order(rows, **order)
    places = [rank_in_slice(store, Filters(), id_, **order) for id_ in listed]
    assert places == list(range(len(rows)))


@given(
    filters=slices,
    sort=st.sampled_from(SORTS),
    is_descending=st.booleans(),
    seed=st.integers(0, 2**63 - 1),
    pick=st.integers(0, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_a_position_is_the_offset_of_the_row(
    sample_store, filters, sort, is_descending, seed, pick
):
    order = {"sort": sort, "is_descending": is_descending, "seed": seed}
    ids = [
        id_
        for offset in (0, 1_000)
        for id_ in slice_rows(sample_store, filters, **order, row_limit=1_000, row_offset=offset)[
            "conversation_id"
        ]
    ]
    if not ids:
        assert rank_in_slice(sample_store, filters, "a" * 32, **order) is None
        return
    place = pick % len(ids)
    assert rank_in_slice(sample_store, filters, ids[place], **order) == place


def test_a_conversation_outside_the_slice_has_no_position(tiny_store):
    vicuna = Filters(model=("vicuna-13b",))
    assert rank_in_slice(tiny_store, vicuna, "a" * 32) is None
    assert rank_in_slice(tiny_store, vicuna, "0" * 32) == 0
    assert rank_in_slice(tiny_store, Filters(), "no such id", sort="shuffled") is None
    with pytest.raises(UsageError, match="Rows can be sorted by conversation_id"):
        rank_in_slice(tiny_store, Filters(), "a" * 32, sort="opening")  # type: ignore[arg-type]


def test_a_shuffle_is_the_md5_of_id_and_seed(sample_store):
    ids = pq.read_table(SAMPLE, columns=["conversation_id"])["conversation_id"].to_pylist()
    for seed in (0, 39):
        rows = slice_rows(sample_store, Filters(), sort="shuffled", seed=seed, row_limit=1_000)
        wanted = sorted(ids, key=lambda id_: hash_of(id_, seed))
        assert rows["conversation_id"].tolist() == wanted[:1_000]


def test_a_shuffle_begins_with_the_random_conversation_of_its_seed(sample_store):
    flagged = Filters(flagged="any")
    for seed in range(5):
        first = slice_rows(sample_store, flagged, sort="shuffled", seed=seed, row_limit=1)
        assert first["conversation_id"].tolist() == [
            random_conversation(sample_store, flagged, seed)
        ]


def test_a_part_of_a_slice_is_shuffled_like_the_whole(sample_store):
    shuffle = {"sort": "shuffled", "seed": 5, "row_limit": 1_000}
    whole = slice_rows(sample_store, Filters(model=("koala-13b",)), **shuffle)
    filters = Filters(model=("koala-13b",), flagged="any")
    part = slice_rows(sample_store, filters, **shuffle)
    flagged_ids = whole[whole["is_flagged"]]["conversation_id"].tolist()
    assert part["conversation_id"].tolist() == flagged_ids
    assert 1 < len(flagged_ids) < len(whole) < 1_000


def test_the_twelve_shuffled_by_hand(tiny_store):
    """Counted once with md5sum: printf '%s39' aaaa… | md5sum."""
    rows = slice_rows(tiny_store, Filters(), sort="shuffled", seed=39)
    assert "".join(id_[0] for id_ in rows["conversation_id"]) == "bg2dfe4c31a0"
