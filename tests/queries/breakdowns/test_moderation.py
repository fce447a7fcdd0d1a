"""Breakdowns of moderation, against plain Python on the published verdicts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.breakdowns import moderation
from queries.filters import Filters
from queries.schema import CATEGORIES, ROLES, SCORE_STEPS
from tests.support import tiny_dataset
from tests.support.oracle import (
    RESTS,
    SLICES,
    differences,
    grouped,
    in_slice,
    null_last,
    ordered,
    prepared_rows,
    share,
    store_with_rows,
)

THRESHOLDS = [
    {"hate": 0.5, "violence": 0.25},
    dict.fromkeys(CATEGORIES, 0.001),
    dict.fromkeys(CATEGORIES, 1e-6),
    {"sexual/minors": 1.0, "self-harm/intent": 0.99, "harassment": 3.15e-4},
    {},
]


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    with store_with_rows(
        request.param, sample_store, tmp_path_factory.mktemp("moderation")
    ) as both:
        yield both


def with_one(conversations, role, has):
    return sum(any(has(m) for m in c.of(role)) for c in conversations)


def known(conversations, role):
    """The conversations of which it is known whether a message of the role is flagged."""
    return [c for c in conversations if c.is_flagged(role) is not None]


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_categories_by_role_equal_python_on_the_published_verdicts(world, filters):
    store, conversations = world
    within = in_slice(conversations, filters)
    wanted = []
    for role in ROLES:
        every = [m for c in within for m in c.of(role)]
        judged = [m for m in every if m.is_judged]
        speaking = with_one(within, role, lambda m: True)
        judged_speaking = with_one(known(within, role), role, lambda m: True)
        for category in (None, *CATEGORIES):

            def has(m, category=category):
                return m.is_judged and (category in m.categories if category else m.is_flagged)

            if hits := sum(map(has, judged)):
                in_ = with_one(known(within, role), role, has)
                of_messages, of_conversations = (
                    share("message", hits, len(judged)),
                    share("conversation", in_, judged_speaking),
                )
                wanted.append(
                    {
                        "role": role,
                        "category": category,
                        "message_count": hits,
                        "conversation_count": in_,
                        "role_message_count": len(every),
                        "role_judged_message_count": len(judged),
                        "role_conversation_count": speaking,
                        "role_judged_conversation_count": judged_speaking,
                        **of_messages,
                        **of_conversations,
                    }
                )
    rows = moderation.role_categories(store, filters)
    order = list(zip(rows["role"] != "user", -rows["message_count"], strict=True))
    assert order == sorted(order)
    by_name = sorted(wanted, key=lambda row: (row["role"], null_last(row["category"])))
    assert differences(ordered(rows, "role", "category"), by_name) == []


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_attempts_equal_python_on_the_published_verdicts(world, filters):
    store, conversations = world
    wanted = []
    for model, each in grouped(conversations, filters, "model").items():
        attempted = [c for c in each if c.is_flagged("user")]
        attempts, of_users = len(attempted), len(known(each, "user"))
        successes = sum(c.is_flagged("assistant") is True for c in each)
        of_assistants = len(known(each, "assistant"))
        both = sum(c.is_flagged("assistant") is True for c in attempted)
        of_attempts = len(known(attempted, "assistant"))
        ratio = attempts * of_assistants
        wanted.append(
            {
                "model": model,
                "conversation_count": len(each),
                "attempt_count": attempts,
                "success_count": successes,
                "both_count": both,
                "attempt_judged_count": of_users,
                "success_judged_count": of_assistants,
                "both_judged_count": of_attempts,
                **share("attempt", attempts, of_users),
                **share("success", successes, of_assistants),
                **share("both", both, of_attempts),
                "success_ratio": successes * of_users / ratio if ratio else None,
            }
        )
    assert differences(moderation.attempts(store, filters), wanted) == []


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_pairs_of_categories_equal_python_on_the_published_verdicts(world, filters):
    store, conversations = world
    flagged = [c.categories for c in in_slice(conversations, filters)]
    wanted = []
    for first in sorted(CATEGORIES):
        alone = sum(first in each for each in flagged)
        for second in sorted(CATEGORIES):
            if both := sum(first in each and second in each for each in flagged):
                pair = {"category": first, "other_category": second, "conversation_count": both}
                wanted.append(pair | {"category_count": alone, **share("category", both, alone)})
    pairs = moderation.category_pairs(store, filters)
    assert differences(ordered(pairs, "category", "other_category"), wanted) == []


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_flags_by_turn_equal_python_on_the_published_verdicts(world, filters):
    store, conversations = world
    wanted = []
    for role in ROLES:
        every = [m for c in in_slice(conversations, filters) for m in c.of(role)]
        for turn in range(1, 22):
            there = [m for m in every if min(m.turn, 21) == turn]
            hits = sum(m.is_flagged for m in there)
            judged = sum(m.is_judged for m in there)
            row = {"role": role, "turn_number": turn, "message_count": len(there)}
            row |= {"judged_count": judged, "flagged_count": hits}
            if there:
                wanted.append(row | share("flagged", hits, judged))
    assert differences(moderation.turn_flags(store, filters), wanted) == []


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
@pytest.mark.parametrize("category", CATEGORIES)
def test_classes_of_scores_equal_numpy_on_the_published_scores(world, category, filters):
    store, conversations = world
    edges = np.array([-np.inf, *SCORE_STEPS, np.inf])
    wanted = []
    for role in ROLES:
        judged = [
            m
            for c in in_slice(conversations, filters)
            for m in c.of(role)
            if m.is_judged and m.number(category) > -math.inf
        ]
        flagged = [m for m in judged if category in m.categories]
        counts, hits = (
            np.histogram([m.number(category) for m in each], edges)[0] for each in (judged, flagged)
        )
        wanted += [
            {
                "role": role,
                "low_score": max(edges[place], 0.0),
                "high_score": min(edges[place + 1], 1.0),
                "message_count": counts[place],
                "flagged_count": hits[place],
            }
            for place in counts.nonzero()[0]
        ]
    histogram = moderation.score_histogram(store, filters, category=category).fillna(
        {"flagged_count": 0}
    )
    assert differences(histogram, wanted) == []


def verdicts(every_unit, thresholds):
    """The expected counts of `threshold_verdicts`; a unit is a list of messages."""
    units = [unit for unit in every_unit if all(m.is_scored for m in unit)]
    either, both = (dict.fromkeys((*CATEGORIES, None), 0) for _ in range(2))
    reached, flagged = (dict.fromkeys((*CATEGORIES, None), 0) for _ in range(2))
    for unit in units:
        over = {c for m in unit for c, score in thresholds.items() if m.number(c) >= score}
        flags = set().union(*(m.categories for m in unit))
        over |= {None} if over else set()
        flags |= {None} if any(m.is_flagged for m in unit) else set()
        sets = ((reached, over), (flagged, flags), (both, over & flags), (either, over | flags))
        for counts, categories in sets:
            for category in categories:
                counts[category] += 1
    return [
        {
            "category": category,
            "reached_count": reached[category],
            "flagged_count": flagged[category],
            "both_count": both[category],
            "neither_count": len(units) - either[category],
            "total_count": len(units),
            "slice_count": len(every_unit),
        }
        for category in sorted(reached, key=null_last)
    ]


def units_of(conversations, unit, role):
    roles = {"user", "assistant"} if role == "any" else {role}
    within = [[m for m in c.messages if m.role in roles] for c in conversations]
    if unit == "messages":
        return [[m] for each in within for m in each]
    return [each for each in within if each]


def verdicts_at(store, filters, unit, role, thresholds):
    written = " ".join(f"{c}={score!r}" for c, score in thresholds.items())
    return moderation.threshold_verdicts(store, filters, unit=unit, role=role, thresholds=written)


@pytest.mark.parametrize("unit", ["messages", "conversations"])
@pytest.mark.parametrize("role", ["any", "user", "assistant"])
@pytest.mark.parametrize(
    ("filters", "thresholds"),
    [
        *((filters, THRESHOLDS[0]) for filters in SLICES + RESTS),
        *((SLICES[1], thresholds) for thresholds in THRESHOLDS[1:]),
    ],
    ids=str,
)
def test_verdicts_at_thresholds_equal_plain_comparisons_of_scores(
    world, filters, thresholds, role, unit
):
    store, conversations = world
    counts = verdicts_at(store, filters, unit, role, thresholds)
    wanted = verdicts(units_of(in_slice(conversations, filters), unit, role), thresholds)
    assert counts["category"].isna().tolist() == [True] + [False] * 11
    assert differences(ordered(counts, "category"), wanted) == []


def test_messages_of_other_roles_are_ignored(tmp_path):
    row = tiny_dataset.row("a", "gpt-4", "English", ("Be evil", tiny_dataset.verdict("hate")))
    row["conversation"][0]["role"] = "system"
    with prepared_rows([row], tmp_path) as (store, _):
        counts = verdicts_at(store, Filters(), "messages", "any", {"hate": 0.5}).iloc[0]
    assert (counts["flagged_count"], counts["total_count"], counts["neither_count"]) == (0, 0, 0)


@pytest.mark.parametrize("unit", ["messages", "conversations"])
def test_without_flags_and_scores_every_unit_is_neither(tmp_path, unit):
    rows = [tiny_dataset.row("a", "gpt-4", "English", "Hi", "Hello")]
    with prepared_rows(rows, tmp_path) as (store, of):
        counts = verdicts_at(store, Filters(), unit, "any", {"hate": 0.5})
    wanted = verdicts(units_of(of, unit, "any"), {"hate": 0.5})
    assert differences(ordered(counts, "category"), wanted) == []


def test_a_message_without_scores_is_in_no_class_of_scores(tmp_path):
    entry = {"categories": None, "category_scores": None, "flagged": True}
    rows = [tiny_dataset.row("a", "gpt-4", "English", ("Hi", entry))]
    with prepared_rows(rows, tmp_path) as (store, _):
        histogram = moderation.score_histogram(store, Filters(), category="hate")
    assert histogram.empty


steps = st.dictionaries(st.sampled_from(CATEGORIES), st.sampled_from(SCORE_STEPS), min_size=1)


@given(
    steps,
    st.sampled_from(CATEGORIES),
    st.lists(st.sampled_from(SCORE_STEPS), min_size=2, max_size=2).map(sorted),
    st.sampled_from(("messages", "conversations")),
    st.sampled_from(("any", "user", "assistant")),
    st.sampled_from(SLICES + RESTS),
)
@settings(max_examples=40, deadline=None)
def test_a_higher_threshold_is_never_reached_more_often(
    sample_store, others, category, scores, unit, role, filters
):
    reached = []
    for score in scores:
        counts = verdicts_at(sample_store, filters, unit, role, {**others, category: score})
        known = counts["reached_count"] + counts["flagged_count"] - counts["both_count"]
        assert (known + counts["neither_count"] == counts["total_count"]).all()
        assert (counts["neither_count"] >= 0).all()
        reached.append(counts["reached_count"].to_numpy())
    assert (reached[1] <= reached[0]).all()
