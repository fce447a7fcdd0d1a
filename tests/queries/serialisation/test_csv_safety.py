"""CSV for spreadsheets, in which no text may run as a formula."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.serialisation.csv_safety import escape_formula, safe_csv

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
BEFORE = ("", " ", "\n", "\x00", "\ufeff", "\u3000", "\u00a0", "\u200b", "\u2028", " \t\u202e")


@pytest.mark.parametrize(
    "text", [*(f"{before}{sign}1+1" for before in BEFORE for sign in SIGNS), "\t1", "\r1", "\n1"]
)
def test_a_formula_is_escaped(text):
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "gpt-4", "a=1", "'=1", "1+1", "(none)", "é", "−1", "a\n=1", " ", "\x00a", "é＝1"]
)
def test_other_texts_are_unchanged(text):
    assert escape_formula(text) == text


@given(st.text())
def test_no_text_begins_like_a_formula_and_none_is_lost(text):
    safe = escape_formula(text)
    assert not safe.startswith((*SIGNS, "\t", "\r", "\n"))
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
    text = safe_csv(rows)
    assert list(csv.reader(io.StringIO(text))) == [
        ["model", "count", "difference", "is_flagged", "categories"],
        ["'=cmd()", "1", "-0.5", "True", "hate, =x"],
        ["", "-2", "", "False", ""],
        ['a "b", c', "3", "1e-09", "True", "'-a, b"],
    ]
    assert rows.equals(before)


def test_no_rows_are_their_heads():
    assert safe_csv(pd.DataFrame({"model": [], "count": []})) == "model,count\n"
