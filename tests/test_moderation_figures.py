"""Every figure of the moderation, beside one worked out from the published verdicts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import moderation
from queries.filters import Filters
from queries.schema import CATEGORIES, ROLES, SCORE_STEPS
from tests import tiny
from tests.oracle import (
    RESTS,
    SLICES,
    differences,
    grouped,
    kept_of,
    null_last,
    ordered,
    prepared_rows,
    share,
    told,
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
    with told(request.param, sample_store, tmp_path_factory.mktemp("moderation")) as both:
        yield both


def with_one(conversations, role, has):
    return sum(any(has(m) for m in one.of(role)) for one in conversations)


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
def test_categories_by_role_equal_python_on_the_published_verdicts(world, kept):
    store, conversations = world
    within = kept_of(conversations, kept)
    wanted = []
    for role in ROLES:
        every = [m for c in within for m in c.of(role)]
        speaking = with_one(within, role, lambda m: True)
        for category in (None, *CATEGORIES):

            def has(m, category=category):
                return category in m.categories if category else m.is_flagged

            if hits := sum(map(has, every)):
                in_ = with_one(within, role, has)
                of_messages, of_conversations = (
                    share("message", hits, len(every)),
                    share("conversation", in_, speaking),
                )
                wanted.append(
                    {
                        "role": role,
                        "category": category,
                        "message_count": hits,
                        "conversation_count": in_,
                        "role_message_count": len(every),
                        "role_conversation_count": speaking,
                        **of_messages,
                        **of_conversations,
                    }
                )
    found = moderation.role_categories(store, kept)
    order = list(zip(found["role"] != "user", -found["message_count"], strict=True))
    assert order == sorted(order)
    by_name = sorted(wanted, key=lambda row: (row["role"], null_last(row["category"])))
    assert differences(ordered(found, "role", "category"), by_name) == []


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
def test_attempts_equal_python_on_the_published_verdicts(world, kept):
    store, conversations = world
    wanted = []
    for model, each in grouped(conversations, kept, "model").items():
        attempts = sum(c.is_flagged("user") for c in each)
        successes = sum(c.is_flagged("assistant") for c in each)
        both = sum(c.is_flagged("user") and c.is_flagged("assistant") for c in each)
        wanted.append(
            {
                "model": model,
                "conversation_count": len(each),
                "attempt_count": attempts,
                "success_count": successes,
                "both_count": both,
                **share("attempt", attempts, len(each)),
                **share("success", successes, len(each)),
                **share("both", both, attempts),
                "success_ratio": successes / attempts if attempts else None,
            }
        )
    assert differences(moderation.attempts(store, kept), wanted) == []


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
def test_pairs_of_categories_equal_python_on_the_published_verdicts(world, kept):
    store, conversations = world
    flagged = [one.categories for one in kept_of(conversations, kept)]
    wanted = []
    for first in sorted(CATEGORIES):
        alone = sum(first in each for each in flagged)
        for second in sorted(CATEGORIES):
            if both := sum(first in each and second in each for each in flagged):
                pair = {"category": first, "other_category": second, "conversation_count": both}
                wanted.append(pair | {"category_count": alone, **share("category", both, alone)})
    found = moderation.category_pairs(store, kept)
    assert differences(ordered(found, "category", "other_category"), wanted) == []


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
def test_flags_by_turn_equal_python_on_the_published_verdicts(world, kept):
    store, conversations = world
    wanted = []
    for role in ROLES:
        every = [m for c in kept_of(conversations, kept) for m in c.of(role)]
        for turn in range(1, 22):
            there = [m for m in every if min(m.turn, 21) == turn]
            hits = sum(m.is_flagged for m in there)
            row = {"role": role, "turn_number": turn, "message_count": len(there)}
            if there:
                wanted.append(row | {"flagged_count": hits, **share("flagged", hits, len(there))})
    assert differences(moderation.turn_flags(store, kept), wanted) == []


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
@pytest.mark.parametrize("category", CATEGORIES)
def test_classes_of_scores_equal_numpy_on_the_published_scores(world, category, kept):
    store, conversations = world
    edges = np.array([-np.inf, *SCORE_STEPS, np.inf])
    wanted = []
    for role in ROLES:
        judged = [m for c in kept_of(conversations, kept) for m in c.of(role) if m.is_judged]
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
    found = moderation.score_levels(store, kept, category=category).fillna({"flagged_count": 0})
    assert differences(found, wanted) == []


def verdicts(units, thresholds):
    """Counts of `threshold_verdicts`: a unit is the messages that are looked at together."""
    either, both = (dict.fromkeys((*CATEGORIES, None), 0) for _ in range(2))
    reached, flagged = (dict.fromkeys((*CATEGORIES, None), 0) for _ in range(2))
    for unit in units:
        over = {c for m in unit for c, score in thresholds.items() if m.number(c) >= score}
        said = set().union(*(m.categories for m in unit))
        over |= {None} if over else set()
        said |= {None} if any(m.is_flagged for m in unit) else set()
        sets = ((reached, over), (flagged, said), (both, over & said), (either, over | said))
        for counts, found in sets:
            for category in found:
                counts[category] += 1
    return [
        {
            "category": category,
            "reached_count": reached[category],
            "flagged_count": flagged[category],
            "both_count": both[category],
            "neither_count": len(units) - either[category],
            "total_count": len(units),
        }
        for category in sorted(reached, key=null_last)
    ]


def units_of(conversations, unit, role):
    roles = {"user", "assistant"} if role == "any" else {role}
    within = [[m for m in c.messages if m.role in roles] for c in conversations]
    if unit == "messages":
        return [[m] for each in within for m in each]
    return [each for each in within if each or role == "any"]


def asked(store, kept, unit, role, thresholds):
    written = " ".join(f"{c}={score!r}" for c, score in thresholds.items())
    return moderation.threshold_verdicts(store, kept, unit=unit, role=role, thresholds=written)


@pytest.mark.parametrize("unit", ["messages", "conversations"])
@pytest.mark.parametrize("role", ["any", "user", "assistant"])
@pytest.mark.parametrize(
    ("kept", "thresholds"),
    [
        *((kept, THRESHOLDS[0]) for kept in SLICES + RESTS),
        *((SLICES[1], thresholds) for thresholds in THRESHOLDS[1:]),
    ],
    ids=str,
)
def test_verdicts_at_thresholds_equal_plain_comparisons_of_scores(
    world, kept, thresholds, role, unit
):
    store, conversations = world
    found = asked(store, kept, unit, role, thresholds)
    wanted = verdicts(units_of(kept_of(conversations, kept), unit, role), thresholds)
    assert found["category"].isna().tolist() == [True] + [False] * 11
    assert differences(ordered(found, "category"), wanted) == []


def test_a_flagged_message_of_another_role_is_not_looked_at(tmp_path):
    row = tiny.row("a", "gpt-4", "English", ("Be evil", tiny.verdict("hate")))
    row["conversation"][0]["role"] = "system"
    with prepared_rows([row], tmp_path) as (store, _):
        found = asked(store, Filters(), "messages", "any", {"hate": 0.5}).iloc[0]
    assert (found["flagged_count"], found["total_count"], found["neither_count"]) == (0, 0, 0)


@pytest.mark.parametrize("unit", ["messages", "conversations"])
def test_where_nothing_is_flagged_or_reached_every_count_is_of_neither(tmp_path, unit):
    with prepared_rows([tiny.row("a", "gpt-4", "English", "Hi", "Hello")], tmp_path) as (store, of):
        found = asked(store, Filters(), unit, "any", {"hate": 0.5})
    wanted = verdicts(units_of(of, unit, "any"), {"hate": 0.5})
    assert differences(ordered(found, "category"), wanted) == []


def test_a_flagged_message_without_categories_is_flagged_in_none(tmp_path):
    entry = {"categories": None, "category_scores": None, "flagged": True}
    with prepared_rows([tiny.row("a", "gpt-4", "English", ("Hi", entry))], tmp_path) as (store, _):
        found = moderation.score_levels(store, Filters(), category="hate")
    assert found["flagged_count"].tolist() == [0]


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
    sample_store, others, category, scores, unit, role, kept
):
    reached = []
    for score in scores:
        found = asked(sample_store, kept, unit, role, {**others, category: score})
        known = found["reached_count"] + found["flagged_count"] - found["both_count"]
        assert (known + found["neither_count"] == found["total_count"]).all()
        assert (found["neither_count"] >= 0).all()
        reached.append(found["reached_count"].to_numpy())
    assert (reached[1] <= reached[0]).all()
