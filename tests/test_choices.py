"""What a mark stands for as a filter, and what choosing it makes of the filters."""

import math
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.choices import toggled
from dashboard.picks import pick, picks
from queries.filters import REPEATED, Filters, filters_from_pairs
from queries.schema import CATEGORIES
from tests.strategies import any_filters, texts


def wanted(text: str) -> Filters:
    """The filters that a pick stands for."""
    return filters_from_pairs(parse_qsl(text, keep_blank_values=True))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"model": "gpt-4"}, "model=gpt-4"),
        ({"model": ""}, "model="),
        ({"model": "a&b=c d"}, "model=a%26b%3Dc+d"),
        ({"category": "self-harm/intent"}, "category=self-harm%2Fintent"),
        ({"model": "a", "language": "b"}, "model=a&language=b"),
        ({"turns": 3}, "min_turns=3&max_turns=3"),
        ({"turns": np.int64(3)}, "min_turns=3&max_turns=3"),
        ({"turns": 0}, "min_turns=0&max_turns=0"),
        ({"prompt_group": 2**63 - 1}, "prompt_group=9223372036854775807"),
        ({"word": "naïve"}, "word=na%C3%AFve"),
        ({"model": None}, None),
        ({"model": math.nan}, None),
        ({"model": np.float64("nan")}, None),
        ({"model": "a", "language": None}, None),
        ({"turns": None}, None),
    ],
)
def test_a_pick_is_written_like_an_address(values, text):
    assert pick(**values) == text


def test_picks_are_one_a_value():
    names = pd.Series(["a", None, ""])
    assert picks("model", names) == ["model=a", None, "model="]
    assert picks("turns", [1]) == ["min_turns=1&max_turns=1"]
    assert picks("model", []) == []


@given(texts)
def test_a_pick_of_any_name_is_read_back(name):
    assert wanted(pick(model=name)) == Filters(model=(name,))


TURNS = Filters(min_turns=2, max_turns=2)


@pytest.mark.parametrize(
    ("chosen", "text", "after"),
    [
        pytest.param(Filters(), "model=a", Filters(model=("a",)), id="add the first"),
        pytest.param(
            Filters(model=("a",)), "model=b", Filters(model=("a", "b")), id="add one more"
        ),
        pytest.param(
            Filters(model=("a", "b")), "model=b", Filters(model=("a",)), id="take one away"
        ),
        pytest.param(Filters(model=("a",)), "model=a", Filters(), id="take the last away"),
        pytest.param(Filters(), "category=hate", Filters(category=("hate",)), id="a category"),
        pytest.param(
            Filters(model=("a",), redacted=True, min_turns=3),
            "language=b",
            Filters(model=("a",), language=("b",), redacted=True, min_turns=3),
            id="other fields stay",
        ),
        pytest.param(
            Filters(),
            "model=a&language=b",
            Filters(model=("a",), language=("b",)),
            id="a cell is both",
        ),
        pytest.param(
            Filters(model=("c", "d"), language=("b",), redacted=True),
            "model=a&language=b",
            Filters(model=("a",), language=("b",), redacted=True),
            id="a cell replaces",
        ),
        pytest.param(
            Filters(model=("a",), language=("b",), redacted=True),
            "model=a&language=b",
            Filters(redacted=True),
            id="a cell is taken away",
        ),
        pytest.param(
            Filters(model=("a", "c"), language=("b",)),
            "model=a&language=b",
            Filters(model=("a",), language=("b",)),
            id="a cell among more is not on yet",
        ),
        pytest.param(Filters(), "min_turns=2&max_turns=2", TURNS, id="turns"),
        pytest.param(TURNS, "min_turns=2&max_turns=2", Filters(), id="turns are taken away"),
        pytest.param(
            Filters(min_turns=1, max_turns=9, model=("a",)),
            "min_turns=2&max_turns=2",
            Filters(min_turns=2, max_turns=2, model=("a",)),
            id="turns replace",
        ),
        pytest.param(
            Filters(prompt_group=1), "prompt_group=2", Filters(prompt_group=2), id="one group"
        ),
        pytest.param(
            Filters(prompt_group=2), "prompt_group=2", Filters(), id="a group is taken away"
        ),
        pytest.param(Filters(model=("a",)), "", Filters(model=("a",)), id="nothing"),
    ],
)
def test_a_choice_is_added_taken_away_or_put_in_the_place_of_another(chosen, text, after):
    assert toggled(chosen, wanted(text)) == after


NAMES = {"model": texts, "language": texts, "category": st.sampled_from(CATEGORIES)}
single = st.sampled_from(sorted(NAMES)).flatmap(
    lambda field: st.tuples(st.just(field), NAMES[field])
)


@given(any_filters, single)
def test_what_was_not_on_is_gone_after_two_choices(chosen, choice):
    field, value = choice
    assert field in REPEATED
    once = toggled(chosen, wanted(pick(**{field: value})))
    assert (value in getattr(once, field)) != (value in getattr(chosen, field))
    assert toggled(once, wanted(pick(**{field: value}))) == chosen


@given(any_filters, texts, texts)
def test_a_cell_chosen_twice_is_no_constraint_of_its_fields(chosen, model, language):
    cell = wanted(pick(model=model, language=language))
    once = toggled(Filters(redacted=chosen.redacted), cell)
    assert once == Filters(model=(model,), language=(language,), redacted=chosen.redacted)
    assert toggled(once, cell) == Filters(redacted=chosen.redacted)
