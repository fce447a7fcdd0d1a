"""Breakdowns of lengths and repeated prompts, against plain Python on the published rows."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from queries.breakdowns import lengths
from queries.filters import Filters
from queries.schema import LENGTH_CLASSES, ROLES
from tests.support.oracle import (
    RESTS,
    SLICES,
    differences,
    in_slice,
    missing,
    ordered,
    quantile,
    store_with_rows,
)
from tests.support.slices import ids_in_slice


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    with store_with_rows(request.param, sample_store, tmp_path_factory.mktemp("lengths")) as both:
        yield both


def lengths_of(conversations, role, turn=None):
    messages = [m for c in conversations for m in c.of(role) if turn in (None, m.turn)]
    return [len(m.text) for m in messages if m.text is not None]


def class_of(chars):
    """The bounds of the class of a length; the upper one is exclusive."""
    edges = [*LENGTH_CLASSES, LENGTH_CLASSES[-1] * 10 ** (1 / 20)]
    (bounds,) = [(low, high) for low, high in pairwise(edges) if low <= chars < high]
    return bounds


def test_the_edges_of_the_classes_are_twenty_in_a_decade():
    assert LENGTH_CLASSES[0] == 0
    assert LENGTH_CLASSES[1::20] == pytest.approx([10**n for n in range(8)])
    assert [LENGTH_CLASSES[n + 1] / LENGTH_CLASSES[n] for n in range(1, 160)] == pytest.approx(
        [10**0.05] * 159
    )


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_classes_of_lengths_equal_python_on_the_published_texts(world, filters):
    store, conversations = world
    within = in_slice(conversations, filters)
    wanted = []
    for role in ROLES:
        every = Counter(lengths_of(within, role))
        counts = Counter()
        for chars, count in every.items():
            counts[class_of(chars)] += count
        wanted += [
            {
                "role": role,
                "low_chars": low,
                "high_chars": high,
                "message_count": counts[low, high],
                "role_share": counts[low, high] / every.total(),
            }
            for low, high in sorted(counts)
        ]
    classes = lengths.length_histogram(store, filters)
    assert all(each["low_chars"].is_monotonic_increasing for _, each in classes.groupby("role"))
    wanted.sort(key=lambda row: (row["role"], row["low_chars"]))
    assert differences(ordered(classes, "role", "low_chars"), wanted) == []


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_lengths_by_turn_equal_python_on_the_published_texts(world, filters):
    store, conversations = world
    percents = {"p10": 10, "p25": 25, "median": 50, "p75": 75, "p90": 90}
    wanted = []
    for role in ROLES:
        for turn in range(1, 13):
            if values := lengths_of(in_slice(conversations, filters), role, turn):
                row = {"role": role, "turn_number": turn, "message_count": len(values)}
                quantiles = {f"{n}_chars": quantile(values, p) for n, p in percents.items()}
                wanted.append(row | quantiles)
    assert differences(lengths.turn_lengths(store, filters), wanted) == []


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_repeats_of_prompts_equal_python_on_the_published_prompts(world, filters):
    store, conversations = world
    sizes = Counter(c.bare_prompt for c in conversations)
    within = [c for c in in_slice(conversations, filters) if c.prompt is not None]
    wanted = []
    for power in range(12):
        low, high = 2**power, 2 ** (power + 1) - 1
        if count := sum(low <= sizes[c.bare_prompt] <= high for c in within):
            row = {"low_count": low, "high_count": high, "conversation_count": count}
            wanted.append(row | {"slice_share": count / len(within)})
    assert differences(lengths.prompt_repeat_histogram(store, filters), wanted) == []


@pytest.fixture(scope="module")
def groups(world):
    """The conversations of each prompt group in the store, sorted by id."""
    store, conversations = world
    by_id = {c.id: c for c in conversations}
    prompt_groups = lengths.repeated_prompts(store, Filters(), row_limit=1000)[
        "prompt_group"
    ].tolist()
    return {
        group: [by_id[id_] for id_ in sorted(ids_in_slice(store, Filters(prompt_group=group)))]
        for group in prompt_groups
    }


def test_a_group_is_all_conversations_that_begin_with_the_same_prompt(world, groups):
    _, conversations = world
    wanted = defaultdict(set)
    for c in conversations:
        if c.prompt is not None:
            wanted[c.bare_prompt].add(c.id)
    ids = sorted(sorted(c.id for c in each) for each in groups.values())
    assert ids == sorted(sorted(each) for each in wanted.values() if len(each) > 1)


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_repeated_prompts_equal_python_on_the_published_prompts(world, groups, filters):
    store, _ = world
    wanted = {group: in_slice(each, filters) for group, each in groups.items()}
    repeated = lengths.repeated_prompts(store, filters, row_limit=1000)
    assert repeated["conversation_count"].is_monotonic_decreasing
    assert set(repeated["prompt_group"]) == {g for g, each in wanted.items() if len(each) > 1}
    for row in repeated.to_dict("records"):
        each = wanted[row["prompt_group"]]
        models = Counter(c.model for c in each if c.model is not None)
        assert row["conversation_count"] == len(each)
        assert row["model_count"] == len(models)
        assert [models[m] for m in row["models"]] == sorted(models.values(), reverse=True)[:5]
        assert len(set(row["models"])) == min(len(models), 5)
        flags = {c.is_prompt_flagged for c in each}
        is_flagged = True if True in flags else None if None in flags else False
        assert (None if missing(row["is_flagged"]) else row["is_flagged"]) is is_flagged
        assert row["opening"] == each[0].prompt[:300]
        flags = each[0].categories if each[0].is_prompt_flagged else set()
        assert set(row["flagged_categories"]) == flags


def test_the_first_rows_are_those_of_the_prompts_that_repeat_most(sample_store):
    every = lengths.repeated_prompts(sample_store, Filters(), row_limit=1000)
    few = lengths.repeated_prompts(sample_store, Filters(), row_limit=7)
    assert few["prompt_group"].tolist() == every["prompt_group"].tolist()[:7]
