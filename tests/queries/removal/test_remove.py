"""A removed conversation is in no answer: they are those of data that never had it.

What a store with a register says is compared with what a store says that was prepared from the
same file less these rows.
"""

import dataclasses
import os
import random
import shutil
from contextlib import ExitStack
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest

from queries.breakdowns.registry import breakdown_names, run_breakdown
from queries.conversations import detail
from queries.conversations.listing import SORTS, random_conversation, rank_in_slice, slice_rows
from queries.conversations.source_row import canonical_row
from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.errors import RemovedError
from queries.export.plan import Sample, Selection
from queries.export.shapes import SHAPES
from queries.filters import Filters
from queries.filters.min_score import MinScore
from queries.search.service import MODES, search, similar
from queries.store.tombstones import removed_ids
from tests.support.exports import exported, rows_of
from tests.support.query_arguments import ARGUMENTS
from tests.support.removals import built, mixed_rows, opened, removed_from, without, written
from tests.support.store_frames import answer_or_error, comparable_rows, given

CASES = [
    ("some", "REMOVE OPEN"),
    ("some", "OPEN REMOVE"),
    ("some", "OPEN HALF ASK REMOVE"),
    ("some", "OPEN HOLD REMOVE"),
    ("some", "OPEN REMOVE HOLD"),
    ("some", "OPEN HALF HOLD ASK REMOVE"),
    ("all but two", "OPEN REMOVE"),
    ("all but two", "OPEN HOLD REMOVE"),
    ("all", "OPEN HALF HOLD ASK REMOVE"),
]
"""What is removed, and when: before a store is opened, while it is open, while it is in memory."""

ALONE = [
    Filters(),
    Filters(model=("vicuna-13b", "gpt-4")),
    Filters(language=("English",)),
    Filters(min_turns=2),
    Filters(max_turns=1),
    *(Filters(flagged=kind) for kind in ("any", "none", "user", "assistant")),
    Filters(category=("hate", "violence")),
    Filters(min_score=(MinScore("violence", 0.2), MinScore("hate", 0.5, "user"))),
    Filters(redacted=True),
    Filters(has_code=True),
    Filters(text="egg OR story*"),
    Filters(text="ok", text_role="assistant"),
    Filters(word="go"),
    Filters(unique_prompts=True),
]


def together(seed):
    """Two or three of the filters at once."""
    candidates = [filters for filters in ALONE if filters != Filters()]
    chosen = random.Random(seed).sample(candidates, 2 + seed % 2)
    values = [
        {
            f.name: v
            for f in dataclasses.fields(filters)
            if (v := getattr(filters, f.name)) != f.default
        }
        for filters in chosen
    ]
    return Filters(**{name: value for filters in values for name, value in filters.items()})


MANY = [*ALONE, *map(together, range(6))]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return written(tmp_path_factory.mktemp("raw") / "raw.parquet", mixed_rows())


@pytest.fixture(scope="module")
def whole(raw, tmp_path_factory):
    return built(raw, tmp_path_factory.mktemp("whole") / "store")


def chosen_ids(raw, kind):
    ids = pq.read_table(raw)["conversation_id"].to_pylist()
    if kind == "all":
        return ids
    if kind == "all but two":
        return [id_ for id_ in ids if id_ not in ("f" * 32, "ugly 4")]
    drawn = random.Random(8).sample(ids, len(ids) // 3)
    # The first of its repeats, all repeats of a prompt, one without a prompt, one without messages.
    return sorted({*drawn, "a" * 32, "odd-8", "ugly 0", "ugly 1", "ugly 2", "x", "'; drop table"})


@pytest.fixture(scope="module")
def never(raw, tmp_path_factory):
    """By kind of removal a store that never had these conversations, made once."""
    stores = {}
    with ExitStack() as stack:

        def store_without(kind):
            if kind not in stores:
                folder = tmp_path_factory.mktemp("never")
                rest = without(raw, chosen_ids(raw, kind), folder / "raw.parquet")
                stores[kind] = stack.enter_context(opened(built(rest, folder / "store")))
            return stores[kind]

        yield store_without


@pytest.fixture(scope="module", params=CASES, ids=str)
def both(request, raw, whole, never, tmp_path_factory):
    """The removed ids, a store that hides them, and one that never had them."""
    kind, steps = request.param
    ids, steps = chosen_ids(raw, kind), steps.split()
    folder = copied(whole, tmp_path_factory.mktemp("hidden") / "store")
    if steps[0] == "REMOVE":
        removed_from(folder, ids)
    with opened(folder) as store:
        done = {
            "HALF": lambda: removed_from(folder, ids[: len(ids) // 2]),
            "REMOVE": lambda: removed_from(folder, ids),
            "ASK": lambda: store.run("slice_size", Filters()),
            "HOLD": store.load_into_memory,
        }
        for step in steps[steps.index("OPEN") + 1 :]:
            done[step]()
        yield ids, store, never(kind)


def copied(store, folder):
    """The store under another name; its files are never changed, so they are the same ones."""
    shutil.copytree(store, folder, copy_function=os.link)
    return folder


NOT_BY_RANK = [name for name in breakdown_names() if name not in ("search_hits", "slice_members")]


def test_every_query_answers_as_if_they_had_never_been(both, request):
    ids, store, never = both
    case = CASES.index(request.node.callspec.params["both"])
    for number, name in enumerate(NOT_BY_RANK):
        filters = MANY[(number * 5 + case * 2) % len(MANY)] if case else Filters()
        conversation_ids = (
            [ids[0], "x", "f" * 32] if "conversation_id" in ARGUMENTS.get(name, {}) else ids[:1]
        )
        for id_ in conversation_ids:
            wanted = answer_or_error(run_breakdown, never, name, filters, given(name, id_))
            assert (
                answer_or_error(run_breakdown, store, name, filters, given(name, id_)) == wanted
            ), (name, filters)


def test_the_ranks_of_a_slice_are_those_of_the_same_ids(both):
    ids, store, never = both
    every, wanted = by_rank(store), by_rank(never)
    assert not {*wanted} & {*ids}
    assert [every[rank] for rank in ranks(store)] == wanted
    assert ranks(never) == [*range(len(wanted))]
    everybody = ",".join(map(str, range(len(every))))
    hits = store.run("search_hits", Filters(), params={"id_ranks": everybody})
    assert sorted(hits["conversation_id"]) == wanted
    assert store.slice_mask(Filters()).sum() == len(wanted)
    assert sorted(removed_ids(store.path).to_pylist()) == sorted(ids)


@pytest.mark.parametrize("mode", MODES)
def test_a_search_finds_the_same_conversations(both, mode):
    _, store, never = both
    for filters in (Filters(), together(3)):
        for text in ("story OR egg -boil", "ok* OR same", '"go on"'):
            hits = answer_or_error(whole_search, store, filters, text, mode)
            assert hits == answer_or_error(whole_search, never, filters, text, mode), (
                filters,
                text,
            )


def test_similar_conversations_are_the_same(both):
    ids, store, never = both
    for id_ in ("f" * 32, "ugly 4", "planted-09"):
        if id_ in ids:
            with pytest.raises(RemovedError, match="permanently removed from this store"):
                similar(store, Filters(), id_)
        else:
            results = [similar(side, Filters(), id_, row_limit=200) for side in (store, never)]
            rankings = [[*result.rows["conversation_id"], result.total] for result in results]
            assert rankings[0] == rankings[1]


def test_single_conversations_places_and_draws_are_the_same(both):
    ids, store, never = both
    for id_ in ids[::20]:
        with pytest.raises(RemovedError):
            canonical_row(store, id_)
        with pytest.raises(RemovedError):
            detail.conversation(store, id_)
        assert rank_in_slice(store, Filters(), id_) is None
        arguments = {"params": {"conversation_id": id_}, "id_rank": by_rank(store).index(id_)}
        assert store.run("messages", Filters(), **arguments).empty
    for id_ in by_rank(never)[::20]:
        assert repr(canonical_row(store, id_)) == repr(canonical_row(never, id_))
        assert rank_in_slice(store, Filters(), id_) == rank_in_slice(never, Filters(), id_)
    for seed in range(4):
        drawn = [random_conversation(side, ALONE[seed], seed) for side in (store, never)]
        assert drawn[0] == drawn[1]
    for sort in SORTS:
        pages = [slice_rows(side, Filters(), sort=sort, seed=3) for side in (store, never)]
        assert comparable_rows(pages[0]) == comparable_rows(pages[1])
    for name in ("comparison", "distinctive_words"):
        answers = [
            answer_or_error(run_breakdown, side, name, ALONE[1], {"against": "all"})
            for side in (store, never)
        ]
        assert answers[0] == answers[1]


OF_THE_WHOLE = ("prompt_group_size", "is_first_of_prompt")
PLANS = [
    {},
    {"picks": (Selection(sample=Sample(9, seed=4)),)},
    {"picks": (Selection(sample=Sample(2, per="model", groups=3, order="score")),)},
    {"picks": (Selection(sample=Sample(2, per="category", order="user_score")),)},
    {"picks": (Selection(distinct="prompts"),), "filters": Filters(flagged="none")},
    {
        "picks": (
            Selection(distinct="words", max_prompt_chars=200),
            Selection(Filters(unique_prompts=True)),
        )
    },
]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_export_is_the_same(both, request, tmp_path, shape):
    _, store, never = both
    plan = PLANS[CASES.index(request.node.callspec.params["both"]) % len(PLANS)]
    columns = [name for name in SHAPES[shape].columns(LMSYS_CHAT) if name not in OF_THE_WHOLE]
    rows = []
    with patch("queries.export.write.shell_command", return_value=""):
        for side in (store, never):
            out = tmp_path / f"{len(rows)}.jsonl"
            options = {"shape": shape, "format": "jsonl", "columns": columns, "is_masked": False}
            exported(side, out, **options, **plan)
            rows.append(rows_of(out))
    assert rows[0] == rows[1]


def test_an_export_says_how_often_a_prompt_is_there_now(raw, whole, never, tmp_path):
    folder = copied(whole, tmp_path / "store")
    removed_from(folder, chosen_ids(raw, "some"))
    columns = ["conversation_id", *OF_THE_WHOLE]
    plan = {"shape": "conversations", "format": "jsonl", "columns": columns}
    with opened(folder) as store:
        exported(store, tmp_path / "hidden.jsonl", **plan)
    exported(never("some"), tmp_path / "never.jsonl", **plan)
    assert rows_of(tmp_path / "hidden.jsonl") == rows_of(tmp_path / "never.jsonl")


def by_rank(store):
    """All ids of a version in their order, as the files have them."""
    files = sorted(store.version.table("conversations").glob("*.parquet"))
    return [id_ for f in files for id_ in pq.read_table(f)["conversation_id"].to_pylist()]


def ranks(store):
    return sorted(store.run("slice_members", Filters())["id_rank"].tolist())


def whole_search(store, filters, text, mode):
    """Which conversations are found, by which way, and how many; scores are of the whole index."""
    result = search(store, filters, text, mode=mode, row_limit=500)
    rows = result.rows[["conversation_id", "message_index", "found_by"]].to_dict("records")
    return result.total, result.words_total, sorted(map(str, rows))
