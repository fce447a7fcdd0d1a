"""Hypothesis tests: p values of differences, and their correction for multiple testing."""

import numpy as np
import numpy.typing as npt

from queries.statistics.intervals import welch_error


def proportions_differ(
    count_a: npt.ArrayLike, total_a: npt.ArrayLike, count_b: npt.ArrayLike, total_b: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Two-sided p values of the difference between two independent rates.

    Args:
        count_a: successes of A, 0 to ``total_a``, any shape.
        total_a: trials of A; the result is NaN where it is 0.
        count_b: successes of B, 0 to ``total_b``.
        total_b: trials of B; the result is NaN where it is 0.

    Returns:
        An array from 0 to 1; 1 where both rates are 0 or both are 1.

    Source: Pearson's chi-squared test of the 2 × 2 table, without continuity correction; its
    statistic is the square of the pooled z.
    """
    from scipy.special import erfc

    hits_a, hits_b = np.asarray(count_a, dtype=float), np.asarray(count_b, dtype=float)
    trials_a, trials_b = np.asarray(total_a, dtype=float), np.asarray(total_b, dtype=float)
    trials_a = np.where(trials_a > 0, trials_a, np.nan)
    trials_b = np.where(trials_b > 0, trials_b, np.nan)
    hits, trials = hits_a + hits_b, trials_a + trials_b
    variance = hits / trials * ((trials - hits) / trials) * (1 / trials_a + 1 / trials_b)
    difference = np.abs(hits_a / trials_a - hits_b / trials_b)
    return np.asarray(erfc(difference / np.sqrt(2 * np.where(variance == 0, 1.0, variance))))


def means_differ(
    mean_a: npt.ArrayLike,
    deviation_a: npt.ArrayLike,
    total_a: npt.ArrayLike,
    mean_b: npt.ArrayLike,
    deviation_b: npt.ArrayLike,
    total_b: npt.ArrayLike,
) -> npt.NDArray[np.float64]:
    """Two-sided p values of the difference between two means, by Welch's t test.

    Args:
        mean_a: means of A, any shape.
        deviation_a: sample standard deviations of A.
        total_a: values behind each mean of A; the result is NaN below 2.
        mean_b: means of B.
        deviation_b: sample standard deviations of B.
        total_b: values behind each mean of B; the result is NaN below 2.

    Returns:
        An array from 0 to 1. If neither side varies: 1 where the means are equal, else 0.
    """
    from scipy.special import stdtr

    error, freedom = welch_error(deviation_a, total_a, deviation_b, total_b)
    difference = np.abs(np.asarray(mean_a, dtype=float) - np.asarray(mean_b, dtype=float))
    steps = difference / np.where(error == 0, 1.0, error)
    steps = np.where((error == 0) & (difference > 0), np.inf, steps)
    return np.asarray(2 * stdtr(freedom, -steps))


def corrected(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """P values adjusted for multiple testing: they control the false discovery rate.

    Args:
        p_values: one-dimensional, from 0 to 1; NaN stands for “not tested” and stays NaN.

    Returns:
        An array of the same length.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289.
    """
    from scipy.stats import false_discovery_control

    adjusted = np.array(p_values, dtype=float)
    tested = ~np.isnan(adjusted)
    adjusted[tested] = false_discovery_control(adjusted[tested])
    return adjusted
