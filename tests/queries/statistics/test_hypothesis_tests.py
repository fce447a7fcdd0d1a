"""P values: scipy, published examples, and numbers of extreme size."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from queries.statistics.hypothesis_tests import corrected, means_differ, proportions_differ
from queries.statistics.intervals import welch_interval

# Benjamini and Hochberg (1995), section 4.1.
PUBLISHED = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.000,
]


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
@settings(max_examples=200, deadline=None)
def test_proportions_differ_as_the_chi_square_of_scipy_says(hits_a, others_a, others_b, hits_b):
    table = [[hits_a, others_a], [hits_b, others_b]]
    wanted = stats.chi2_contingency(table, correction=False).pvalue
    p_values = proportions_differ(hits_a, hits_a + others_a, hits_b, hits_b + others_b)
    assert float(p_values) == pytest.approx(wanted, rel=1e-9, abs=0)


def test_a_tiny_p_value_is_above_zero():
    wanted = stats.chi2_contingency([[500, 500], [1, 999]], correction=False).pvalue
    assert 0 < wanted < 1e-140
    assert float(proportions_differ(500, 1000, 1, 1000)) == pytest.approx(wanted, rel=1e-9, abs=0)


def test_equal_rates_and_no_rates():
    p_values = proportions_differ(
        [0, 5, 3, 0, 1], [7, 5, 6, 0, 2], [0, 9, 2, 1, 0], [9, 9, 4, 2, 0]
    )
    assert p_values[:3].tolist() == [1, 1, 1]
    assert np.isnan(p_values[3:]).all()


@given(
    st.floats(-100, 100),
    st.floats(0.01, 100),
    st.integers(2, 10**5),
    st.floats(-100, 100),
    st.floats(0.01, 100),
    st.integers(2, 10**5),
)
@settings(max_examples=200, deadline=None)
def test_means_differ_as_scipy_says_and_as_their_interval_does(
    mean_a, deviation_a, total_a, mean_b, deviation_b, total_b
):
    sides = (mean_a, deviation_a, total_a, mean_b, deviation_b, total_b)
    wanted = stats.ttest_ind_from_stats(*sides, equal_var=False).pvalue
    assert float(means_differ(*sides)) == pytest.approx(wanted, rel=1e-7, abs=0)
    low, high = welch_interval(*sides)
    if abs(wanted - 0.05) > 1e-6:
        assert (wanted < 0.05) == (not low <= 0 <= high)


def test_means_without_variance_or_with_an_unknown_side():
    p_values = means_differ([2, 2, 2, 2], [0, 0, 1, 1], [5, 5, 1, 5], [2, 3, 3, 3], 0, [5, 5, 5, 0])
    assert p_values[:2].tolist() == [1, 0]
    assert np.isnan(p_values[2:]).all()


def test_corrected_rejects_the_four_of_the_published_example():
    p_values = corrected(PUBLISHED)
    assert (p_values <= 0.05).tolist() == [True] * 4 + [False] * 11
    # Each p times 15 over its rank; the sixth takes that of the seventh, which is less.
    by_hand = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.447 / 7, 0.447 / 7, 0.0645, 0.0765]
    assert p_values[:9].tolist() == pytest.approx(by_hand)
    assert p_values[-1] == 1


def test_corrected_keeps_the_order_and_skips_what_was_not_tested():
    p_values = corrected([0.04, np.nan, 0.01, np.nan])
    assert p_values.tolist() == pytest.approx([0.04, np.nan, 0.02, np.nan], nan_ok=True)


def test_corrected_takes_an_empty_array():
    assert corrected([]).tolist() == []
    assert np.isnan(corrected([np.nan])).all()


def test_scipy_is_imported_late():
    script = "import sys, queries.statistics.hypothesis_tests; sys.exit('scipy' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=600)
