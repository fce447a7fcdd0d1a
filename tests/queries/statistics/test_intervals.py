"""Intervals of differences and means: published examples, scipy, and invariants."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from queries.statistics.intervals import mean_interval, newcombe, welch_interval

SPREADS = st.floats(0.001, 1000)
MEANS = st.floats(-1000, 1000)
TOTALS = st.integers(2, 10**6)


@st.composite
def proportions(draw):
    total = draw(st.integers(1, 10**6))
    return draw(st.integers(0, total)), total


# Newcombe (1998), Statistics in Medicine 17:873, Table II, method 10.
@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_matches_the_published_examples(a, b, low, high):
    assert [float(end) for end in newcombe(*a, *b)] == pytest.approx([low, high], abs=5e-5)


@given(proportions(), proportions())
@settings(max_examples=200, deadline=None)
def test_newcombe_of_b_and_a_mirrors_that_of_a_and_b(a, b):
    low, high = newcombe(*a, *b)
    mirrored_low, mirrored_high = newcombe(*b, *a)
    assert (mirrored_low, mirrored_high) == (-high, -low)


@given(proportions(), proportions())
@settings(max_examples=200, deadline=None)
def test_newcombe_holds_the_difference_and_stays_in_range(a, b):
    low, high = newcombe(*a, *b)
    assert -1 <= low <= a[0] / a[1] - b[0] / b[1] <= high <= 1


def test_newcombe_takes_arrays_and_is_nan_without_trials():
    low, high = newcombe([56, 1, 0], [70, 2, 0], [48, 0, 0], [80, 0, 0])
    assert low[0] == pytest.approx(0.0524, abs=5e-5)
    assert np.isnan([low[1:], high[1:]]).all()


@given(MEANS, SPREADS, TOTALS)
@settings(max_examples=100, deadline=None)
def test_a_mean_has_the_interval_that_scipy_gives_it(mean, deviation, total):
    wanted = stats.t.interval(0.95, total - 1, mean, deviation / math.sqrt(total))
    assert mean_interval(mean, deviation, total) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_the_interval_of_a_mean_counted_by_hand():
    # 2, 4 and 6: mean 4, deviation 2; t(0.975, 2) = 4.30265 of any table, times 2 / sqrt(3).
    low, high = mean_interval([4, 4, 4], [2, 2, 0], [3, 1, 3])
    assert [low[0], high[0]] == pytest.approx([4 - 4.96827, 4 + 4.96827], abs=1e-4)
    assert np.isnan([low[1], high[1]]).all()
    assert [low[2], high[2]] == [4, 4]


@given(MEANS, SPREADS, TOTALS, MEANS, SPREADS, TOTALS)
@settings(max_examples=100, deadline=None)
def test_welch_interval_ends_where_the_test_of_scipy_says_one_in_twenty(
    mean_a, deviation_a, total_a, mean_b, deviation_b, total_b
):
    low, high = welch_interval(mean_a, deviation_a, total_a, mean_b, deviation_b, total_b)
    assert (low + high) / 2 == pytest.approx(mean_a - mean_b, abs=1e-6)
    half = (high - low) / 2
    p_value = stats.ttest_ind_from_stats(
        half, deviation_a, total_a, 0, deviation_b, total_b, equal_var=False
    ).pvalue
    assert p_value == pytest.approx(0.05, rel=1e-5, abs=0)


def test_welch_interval_takes_arrays():
    sample_a, sample_b = [3.0, 5.0, 4.0, 8.0], [1.0, 1.5, 2.0, 1.0, 9.0, 2.5]
    wanted = stats.ttest_ind(sample_a, sample_b, equal_var=False).confidence_interval()
    low, high = welch_interval(
        [np.mean(sample_a), 1, 1, 3],
        [np.std(sample_a, ddof=1), 1, 1, 0],
        [len(sample_a), 1, 9, 5],
        [np.mean(sample_b), 1, 1, 1],
        [np.std(sample_b, ddof=1), 1, 1, 0],
        [len(sample_b), 9, 0, 5],
    )
    assert [low[0], high[0]] == pytest.approx([wanted.low, wanted.high])
    assert np.isnan([low[1:3], high[1:3]]).all()
    assert [low[3], high[3]] == [2, 2]
