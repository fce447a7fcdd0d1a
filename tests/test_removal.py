"""A removed conversation is in no answer: they are those of data that never had it.

What a store with a register says is compared with what a store says that was prepared from the
same file less these rows.
"""

import dataclasses
import os
import random
import shutil
from contextlib import ExitStack
from typing import get_args
from unittest.mock import patch

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from queries import conversations
from queries.answers import answer, answer_names
from queries.conversations import SORTS, place_in_slice, random_conversation, slice_rows
from queries.errors import DataError, RemovedError
from queries.export.plan import Pick, Sample, Shape
from queries.export.shapes import SHAPES
from queries.filter_values import MinScore
from queries.filters import Filters
from queries.published_row import published_conversation
from queries.removal.register import removed_ids
from queries.search.results import MODES, like, search
from tests.exporting import exported, rows_of
from tests.removing import built, mixed_rows, opened, removed_from, without, written
from tests.test_answers import GIVEN

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
    said = [one for one in ALONE if one != Filters()]
    chosen = random.Random(seed).sample(said, 2 + seed % 2)
    values = [
        {f.name: v for f in dataclasses.fields(one) if (v := getattr(one, f.name)) != f.default}
        for one in chosen
    ]
    return Filters(**{name: value for one in values for name, value in one.items()})


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
        return [one for one in ids if one not in ("f" * 32, "ugly 4")]
    drawn = random.Random(8).sample(ids, len(ids) // 3)
    # The first of its repeats, all repeats of a prompt, one without a prompt, one without messages.
    return sorted({*drawn, "a" * 32, "odd-8", "ugly 0", "ugly 1", "ugly 2", "x", "'; drop table"})


@pytest.fixture(scope="module")
def never(raw, tmp_path_factory):
    """By kind of removal a store that never had these conversations, made once."""
    made = {}
    with ExitStack() as stack:

        def store_without(kind):
            if kind not in made:
                folder = tmp_path_factory.mktemp("never")
                rest = without(raw, chosen_ids(raw, kind), folder / "raw.parquet")
                made[kind] = stack.enter_context(opened(built(rest, folder / "store")))
            return made[kind]

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
            "HOLD": store.hold_in_memory,
        }
        for step in steps[steps.index("OPEN") + 1 :]:
            done[step]()
        yield ids, store, never(kind)


def copied(store, folder):
    """The store under another name; its files are never changed, so they are the same ones."""
    shutil.copytree(store, folder, copy_function=os.link)
    return folder


def said(frame):
    """The rows of a frame as plain values, less the rank, which is a matter of the store."""
    rows = frame.drop(columns="id_rank", errors="ignore").to_dict("records")
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def plain(value):
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return float(f"{value:.10g}") if isinstance(value, float) else value


def told(ask, *arguments, **named):
    """What a question gives, or with what it is refused."""
    try:
        found = ask(*arguments, **named)
    except DataError as error:
        return type(error).__name__
    return said(found) if isinstance(found, pd.DataFrame) else found


def given(name, conversation_id):
    params = dict(GIVEN.get(name, {}))
    if "conversation_id" in params:
        params["conversation_id"] = conversation_id
    return params | ({"row_limit": 40} if "row_limit" in params else {})


NOT_BY_RANK = [
    name for name in answer_names() if name not in ("found_conversations", "slice_ranks")
]


def test_every_query_answers_as_if_they_had_never_been(both, request):
    ids, store, never = both
    case = CASES.index(request.node.callspec.params["both"])
    for number, name in enumerate(NOT_BY_RANK):
        kept = MANY[(number * 5 + case * 2) % len(MANY)] if case else Filters()
        asked = [ids[0], "x", "f" * 32] if "conversation_id" in GIVEN.get(name, {}) else ids[:1]
        for one in asked:
            wanted = told(answer, never, name, kept, given(name, one))
            assert told(answer, store, name, kept, given(name, one)) == wanted, (name, kept)


def test_the_ranks_of_a_slice_are_those_of_the_same_ids(both):
    ids, store, never = both
    every, wanted = by_rank(store), by_rank(never)
    assert not {*wanted} & {*ids}
    assert [every[rank] for rank in ranks(store)] == wanted
    assert ranks(never) == [*range(len(wanted))]
    everybody = ",".join(map(str, range(len(every))))
    found = store.run("found_conversations", Filters(), params={"id_ranks": everybody})
    assert sorted(found["conversation_id"]) == wanted
    assert store.mask(Filters()).sum() == len(wanted)
    assert sorted(removed_ids(store.path).to_pylist()) == sorted(ids)


@pytest.mark.parametrize("mode", MODES)
def test_a_search_finds_the_same_conversations(both, mode):
    _, store, never = both
    for kept in (Filters(), together(3)):
        for text in ("story OR egg -boil", "ok* OR same", '"go on"'):
            found = told(whole_search, store, kept, text, mode)
            assert found == told(whole_search, never, kept, text, mode), (kept, text)


def test_what_is_like_another_is_the_same(both):
    ids, store, never = both
    for one in ("f" * 32, "ugly 4", "planted-09"):
        if one in ids:
            with pytest.raises(RemovedError, match="removed from this store for good"):
                like(store, Filters(), one)
        else:
            found = [like(side, Filters(), one, row_limit=200) for side in (store, never)]
            asked = [[*one.rows["conversation_id"], one.total] for one in found]
            assert asked[0] == asked[1]


def test_single_conversations_places_and_draws_are_the_same(both):
    ids, store, never = both
    for one in ids[::20]:
        with pytest.raises(RemovedError):
            published_conversation(store, one)
        with pytest.raises(RemovedError):
            conversations.conversation(store, one)
        assert place_in_slice(store, Filters(), one) is None
        asked = {"params": {"conversation_id": one}, "id_rank": by_rank(store).index(one)}
        assert store.run("messages", Filters(), **asked).empty
    for one in by_rank(never)[::20]:
        assert repr(published_conversation(store, one)) == repr(published_conversation(never, one))
        assert place_in_slice(store, Filters(), one) == place_in_slice(never, Filters(), one)
    for seed in range(4):
        drawn = [random_conversation(side, ALONE[seed], seed) for side in (store, never)]
        assert drawn[0] == drawn[1]
    for sort in SORTS:
        pages = [slice_rows(side, Filters(), sort=sort, seed=3) for side in (store, never)]
        assert said(pages[0]) == said(pages[1])
    for name in ("comparison", "telling_words"):
        asked = [told(answer, side, name, ALONE[1], {"against": "all"}) for side in (store, never)]
        assert asked[0] == asked[1]


OF_THE_WHOLE = ("prompt_group_size", "is_first_of_prompt")
PLANS = [
    {},
    {"picks": (Pick(sample=Sample(9, seed=4)),)},
    {"picks": (Pick(sample=Sample(2, per="model", groups=3, order="score")),)},
    {"picks": (Pick(sample=Sample(2, per="category", order="user_score")),)},
    {"picks": (Pick(distinct="prompts"),), "filters": Filters(flagged="none")},
    {"picks": (Pick(distinct="words", max_prompt_chars=200), Pick(Filters(unique_prompts=True)))},
]


@pytest.mark.parametrize("shape", get_args(Shape))
def test_an_export_is_the_same(both, request, tmp_path, shape):
    _, store, never = both
    plan = PLANS[CASES.index(request.node.callspec.params["both"]) % len(PLANS)]
    columns = [name for name in SHAPES[shape].columns if name not in OF_THE_WHOLE]
    rows = []
    with patch("queries.export.write.command_text", return_value=""):
        for side in (store, never):
            out = tmp_path / f"{len(rows)}.jsonl"
            said = {"shape": shape, "format": "jsonl", "columns": columns, "is_masked": False}
            exported(side, out, **said, **plan)
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
    return [one for f in files for one in pq.read_table(f)["conversation_id"].to_pylist()]


def ranks(store):
    return sorted(store.run("slice_ranks", Filters())["id_rank"].tolist())


def whole_search(store, kept, text, mode):
    """Which conversations are found, by which way, and how many; scores are of the whole index."""
    found = search(store, kept, text, mode=mode, row_limit=500)
    rows = found.rows[["conversation_id", "message_index", "found_by"]].to_dict("records")
    return found.total, found.words_total, sorted(map(str, rows))
