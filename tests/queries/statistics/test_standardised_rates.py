"""Standardised rates: examples worked out by hand, and the coverage of the interval."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from queries.statistics.standardised_rates import standardise

COLUMNS = ["group_name", "stratum", "hit_count", "conversation_count"]


def strata(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def wilson_of_scipy(count, total):
    ends = binomtest(count, total).proportion_ci(0.95, method="wilson")
    return ends.low, ends.high


# As counted B has the more; in each stratum A has, or has as good as that.
TWO_GROUPS = strata(("A", "x", 8, 10), ("A", "y", 9, 90), ("B", "x", 45, 90), ("B", "y", 1, 10))


def test_shares_are_those_worked_out_by_hand():
    rates = standardise(TWO_GROUPS)
    assert list(rates["group_name"]) == ["A", "B"]
    assert list(rates["conversation_count"]) == [100, 100]
    assert list(rates["raw_share"]) == pytest.approx([0.17, 0.46])
    assert list(rates["standard_share"]) == pytest.approx([0.45, 0.30])
    assert list(rates["covered_share"]) == [1, 1]


def test_the_interval_is_that_worked_out_by_hand():
    low, high = wilson_of_scipy(17, 100)
    # Rates of A with two conversations at 0.17 added: 8.34 of 12 and 9.34 of 92.
    steady_x, steady_y = 8.34 / 12, 9.34 / 92
    variance = 0.25 * (steady_x * (1 - steady_x) / 10 + steady_y * (1 - steady_y) / 90)
    scale = (variance / (100 * 0.17 * 0.83)) ** 0.5
    group = standardise(TWO_GROUPS).loc[0]
    assert group["standard_low"] == pytest.approx(0.45 + scale * (100 * low - 17))
    assert group["standard_high"] == pytest.approx(0.45 + scale * (100 * high - 17))


def test_a_group_is_weighed_over_the_strata_it_has():
    rates = standardise(
        strata(("A", "x", 1, 10), ("A", "y", 8, 10), ("B", "x", 5, 20), ("B", "z", 6, 60))
    ).set_index("group_name")
    # The mix is x 0.3, y 0.1, z 0.6.
    assert list(rates["covered_share"]) == pytest.approx([0.4, 0.9])
    assert list(rates["standard_share"]) == pytest.approx(
        [0.75 * 0.1 + 0.25 * 0.8, (0.3 * 0.25 + 0.6 * 0.1) / 0.9]
    )


@given(st.integers(1, 10**6), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_in_a_single_stratum_it_is_the_rate_with_the_interval_of_wilson(total, share):
    count = int(total * share)
    group = standardise(strata(("A", "x", count, total))).loc[0]
    assert group["standard_share"] == group["raw_share"] == count / total
    assert (group["standard_low"], group["standard_high"]) == pytest.approx(
        wilson_of_scipy(count, total), abs=1e-9
    )


def test_rates_of_0_and_1_have_the_interval_of_a_common_rate():
    rates = standardise(
        strata(
            ("none", "x", 0, 30), ("none", "y", 0, 10), ("all", "x", 10, 10), ("all", "y", 30, 30)
        )
    )
    # The mix is half and half: weights of 0.5 on 10 and 30 conversations.
    scale = ((0.25 / 30 + 0.25 / 10) / 40) ** 0.5
    reach = 40 * wilson_of_scipy(0, 40)[1] * scale
    assert list(rates["standard_low"]) == pytest.approx([0, 1 - reach])
    assert list(rates["standard_high"]) == pytest.approx([reach, 1])


@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_null_is_a_group_and_a_stratum_of_its_own(dtype):
    frame = strata(("B", None, 2, 4), (None, "x", 3, 10), ("B", "x", 1, 2), (None, None, 0, 4))
    frame[["group_name", "stratum"]] = frame[["group_name", "stratum"]].astype(dtype)
    rates = standardise(frame)
    assert rates["group_name"].isna().tolist() == [False, True]
    assert rates["conversation_count"].tolist() == [6, 14]
    assert rates["standard_share"].tolist() == pytest.approx([0.5, 0.6 * 0.3])
    assert rates["covered_share"].tolist() == pytest.approx([1, 1])


def test_no_strata_give_no_rows():
    rates = standardise(TWO_GROUPS.iloc[:0])
    assert len(rates) == 0
    assert list(rates)[3:] == ["standard_share", "standard_low", "standard_high", "covered_share"]


def coverage(totals, rates, mix, repeats=4000):
    """The share of draws in which the interval covers the true rate; each draw is a group."""
    draws = np.random.default_rng(20).binomial(totals, rates, (repeats, len(totals)))
    groups = pd.DataFrame(
        {
            "group_name": np.repeat(np.arange(repeats), len(totals)),
            "stratum": np.tile(np.arange(len(totals)), repeats),
            "hit_count": draws.ravel(),
            "conversation_count": np.tile(totals, repeats),
        }
    )
    rest = strata(*((-1, stratum, 0, int(part * 10**12)) for stratum, part in enumerate(mix)))
    intervals = standardise(pd.concat([groups, rest])).iloc[:-1]
    return intervals.eval(f"standard_low <= {np.dot(mix, rates)} <= standard_high").mean()


@pytest.mark.parametrize(
    ("totals", "rates", "mix"),
    [
        ([60, 40, 30, 80, 20], [0.1, 0.2, 0.4, 0.3, 0.5], [0.1, 0.3, 0.2, 0.2, 0.2]),
        ([600, 400, 300, 800, 200], [0.1, 0.2, 0.4, 0.3, 0.5], [0.1, 0.3, 0.2, 0.2, 0.2]),
        ([600, 400, 300], [0.01, 0.02, 0.005], [0.2, 0.5, 0.3]),
        ([300] + [1] * 50, [0.1] * 51, [0.5] + [0.01] * 50),
    ],
    ids=["few", "many", "rare", "fifty strata of one conversation"],
)
def test_the_interval_holds_the_truth_in_about_95_of_100(totals, rates, mix):
    assert coverage(totals, rates, mix) == pytest.approx(0.95, abs=0.02)


def test_the_interval_of_a_heavy_stratum_of_two_conversations_is_not_far_too_short():
    assert coverage([600, 2], [0.1, 0.3], [0.5, 0.5]) > 0.8
