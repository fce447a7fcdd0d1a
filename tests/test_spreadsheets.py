"""Figures that are taken to a spreadsheet, in which no text may be run."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.spreadsheets import disarmed, disarmed_csv


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=", "-"])
def test_a_formula_becomes_a_text(text):
    assert disarmed(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "gpt-4", "a=1", " =1", "'=1", "1+1", "\n=1", "(none)", "é", "−1", "a\n=1"]
)
def test_another_text_stays_as_it_is(text):
    assert disarmed(text) == text


@given(st.text())
def test_no_text_begins_like_a_formula_and_none_is_lost(text):
    safe = disarmed(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe in (text, f"'{text}")


def test_a_frame_is_written_with_numbers_as_they_are_and_lists_as_words():
    rows = pd.DataFrame(
        {
            "model": ["=cmd()", None, 'a "b", c'],
            "count": [1, -2, 3],
            "difference": [-0.5, np.nan, 1e-9],
            "is_flagged": [True, False, True],
            "categories": [["hate", "=x"], [], np.array(["-a", "b"])],
        }
    )
    before = rows.copy(deep=True)
    text = disarmed_csv(rows)
    assert list(csv.reader(io.StringIO(text))) == [
        ["model", "count", "difference", "is_flagged", "categories"],
        ["'=cmd()", "1", "-0.5", "True", "hate, =x"],
        ["", "-2", "", "False", ""],
        ['a "b", c', "3", "1e-09", "True", "'-a, b"],
    ]
    assert rows.equals(before)


def test_no_rows_are_their_heads():
    assert disarmed_csv(pd.DataFrame({"model": [], "count": []})) == "model,count\n"
