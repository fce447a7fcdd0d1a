"""Filter tokens of marks, and the filters after a mark was chosen."""

import math
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.filter_token import filter_token, filter_tokens
from dashboard.state.cross_filter import toggled
from queries.filters import Filters
from queries.filters.filters import MULTI_VALUED
from queries.filters.parsing import filters_from_pairs
from queries.schema import CATEGORIES
from tests.support.strategies import any_filters, texts


def parsed(text: str) -> Filters:
    """The filters of a filter token."""
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
        ({"model": None}, "model=%28none+given%29"),
        ({"model": math.nan}, "model=%28none+given%29"),
        ({"model": np.float64("nan")}, "model=%28none+given%29"),
        ({"model": "a", "language": None}, "model=a&language=%28none+given%29"),
        ({"turns": None}, None),
    ],
)
def test_a_token_is_written_like_query_parameters(values, text):
    assert filter_token(**values) == text


def test_there_is_one_token_for_each_value():
    names = pd.Series(["a", None, ""])
    assert filter_tokens("model", names) == ["model=a", "model=%28none+given%29", "model="]
    assert filter_tokens("turns", [1]) == ["min_turns=1&max_turns=1"]
    assert filter_tokens("model", []) == []


@given(texts)
def test_a_token_of_any_name_is_parsed_back(name):
    assert parsed(filter_token(model=name)) == Filters(model=(name,))


TURNS = Filters(min_turns=2, max_turns=2)


@pytest.mark.parametrize(
    ("chosen", "text", "after"),
    [
        pytest.param(Filters(), "model=a", Filters(model=("a",)), id="add the first"),
        pytest.param(
            Filters(model=("a",)), "model=b", Filters(model=("a", "b")), id="add one more"
        ),
        pytest.param(Filters(model=("a", "b")), "model=b", Filters(model=("a",)), id="remove one"),
        pytest.param(Filters(model=("a",)), "model=a", Filters(), id="remove the last"),
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
            id="a cell is removed",
        ),
        pytest.param(
            Filters(model=("a", "c"), language=("b",)),
            "model=a&language=b",
            Filters(model=("a",), language=("b",)),
            id="a cell among more is not on yet",
        ),
        pytest.param(Filters(), "min_turns=2&max_turns=2", TURNS, id="turns"),
        pytest.param(TURNS, "min_turns=2&max_turns=2", Filters(), id="turns are removed"),
        pytest.param(
            Filters(min_turns=1, max_turns=9, model=("a",)),
            "min_turns=2&max_turns=2",
            Filters(min_turns=2, max_turns=2, model=("a",)),
            id="turns replace",
        ),
        pytest.param(
            Filters(prompt_group=1), "prompt_group=2", Filters(prompt_group=2), id="one group"
        ),
        pytest.param(Filters(prompt_group=2), "prompt_group=2", Filters(), id="a group is removed"),
        pytest.param(Filters(model=("a",)), "", Filters(model=("a",)), id="nothing"),
    ],
)
def test_a_choice_is_added_removed_or_replaces_another(chosen, text, after):
    assert toggled(chosen, parsed(text)) == after


NAMES = {"model": texts, "language": texts, "category": st.sampled_from(CATEGORIES)}
single = st.sampled_from(sorted(NAMES)).flatmap(
    lambda field: st.tuples(st.just(field), NAMES[field])
)


@given(any_filters, single)
def test_choosing_twice_undoes_a_choice(chosen, choice):
    field, value = choice
    assert field in MULTI_VALUED
    once = toggled(chosen, parsed(filter_token(**{field: value})))
    assert (value in getattr(once, field)) != (value in getattr(chosen, field))
    assert toggled(once, parsed(filter_token(**{field: value}))) == chosen


@given(any_filters, texts, texts)
def test_choosing_a_cell_twice_clears_its_fields(chosen, model, language):
    cell = parsed(filter_token(model=model, language=language))
    once = toggled(Filters(redacted=chosen.redacted), cell)
    assert once == Filters(model=(model,), language=(language,), redacted=chosen.redacted)
    assert toggled(once, cell) == Filters(redacted=chosen.redacted)
