"""95 % confidence intervals of rates, of means, and of the difference between two of them."""

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""


def wilson(
    count: npt.ArrayLike, total: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The Wilson 95 % score interval of ``count`` out of ``total``: lower and upper ends.

    Args:
        count: successes, 0 to ``total``, any shape.
        total: trials, same shape; the result is NaN where it is 0.

    Returns:
        Two arrays of fractions from 0 to 1.

    Source: Wilson (1927), without continuity correction. Written here because importing statsmodels
    takes 1.7 s, half the budget of a cold start; the tests compare it with scipy's.
    """
    hits, trials = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    trials = np.where(trials > 0, trials, np.nan)
    rate, z2 = hits / trials, Z_95**2
    center = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = np.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials**2))
    half = Z_95 * spread / (1 + z2 / trials)
    # Exactly 0 or 1 at the edges, without rounding errors.
    low = np.where(hits == 0, 0.0 * center, np.clip(center - half, 0.0, 1.0))
    high = np.where(hits == trials, 0.0 * center + 1.0, np.clip(center + half, 0.0, 1.0))
    return low, high


def newcombe(
    count_a: npt.ArrayLike, total_a: npt.ArrayLike, count_b: npt.ArrayLike, total_b: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The 95 % interval of the difference between two independent rates: lower and upper ends.

    Args:
        count_a: successes of A, 0 to ``total_a``, any shape.
        total_a: trials of A; the result is NaN where it is 0.
        count_b: successes of B, 0 to ``total_b``.
        total_b: trials of B; the result is NaN where it is 0.

    Returns:
        Two arrays: the rate of A minus the rate of B, from -1 to 1.

    Source: Newcombe (1998), Statistics in Medicine 17:873, hybrid score interval (method 10).
    """
    rate_a, low_a, high_a = _rate_and_wilson(count_a, total_a)
    rate_b, low_b, high_b = _rate_and_wilson(count_b, total_b)
    difference = rate_a - rate_b
    low = difference - np.hypot(rate_a - low_a, high_b - rate_b)
    high = difference + np.hypot(high_a - rate_a, rate_b - low_b)
    return np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)


def mean_interval(
    mean: npt.ArrayLike, deviation: npt.ArrayLike, total: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Student's 95 % interval of a mean: lower and upper ends.

    Args:
        mean: means, any shape.
        deviation: sample standard deviations (divisor ``total`` - 1).
        total: values behind each mean; the result is NaN below 2.

    Returns:
        Two arrays, in the unit of ``mean``.
    """
    trials = np.asarray(total, dtype=float)
    trials = np.where(trials >= 2, trials, np.nan)
    error = np.asarray(deviation, dtype=float) / np.sqrt(trials)
    return _around(np.asarray(mean, dtype=float), error, trials - 1)


def welch_interval(
    mean_a: npt.ArrayLike,
    deviation_a: npt.ArrayLike,
    total_a: npt.ArrayLike,
    mean_b: npt.ArrayLike,
    deviation_b: npt.ArrayLike,
    total_b: npt.ArrayLike,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Welch's 95 % interval of the difference between two means: lower and upper ends.

    Args:
        mean_a: means of A, any shape.
        deviation_a: sample standard deviations of A.
        total_a: values behind each mean of A; the result is NaN below 2.
        mean_b: means of B.
        deviation_b: sample standard deviations of B.
        total_b: values behind each mean of B; the result is NaN below 2.

    Returns:
        Two arrays: the mean of A minus the mean of B, in their unit.
    """
    difference = np.asarray(mean_a, dtype=float) - np.asarray(mean_b, dtype=float)
    return _around(difference, *welch_error(deviation_a, total_a, deviation_b, total_b))


def welch_error(
    deviation_a: npt.ArrayLike,
    total_a: npt.ArrayLike,
    deviation_b: npt.ArrayLike,
    total_b: npt.ArrayLike,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Standard error of the difference between two means, and its degrees of freedom.

    NaN where a total is below 2. Source: Welch (1947), Biometrika 34:28.
    """
    trials_a, trials_b = np.asarray(total_a, dtype=float), np.asarray(total_b, dtype=float)
    trials_a = np.where(trials_a >= 2, trials_a, np.nan)
    trials_b = np.where(trials_b >= 2, trials_b, np.nan)
    error_a = np.asarray(deviation_a, dtype=float) / np.sqrt(trials_a)
    error_b = np.asarray(deviation_b, dtype=float) / np.sqrt(trials_b)
    error = np.hypot(error_a, error_b)
    part_a = (error_a / np.where(error == 0, 1.0, error)) ** 2
    freedom = 1 / (part_a**2 / (trials_a - 1) + (1 - part_a) ** 2 / (trials_b - 1))
    return error, freedom


def _rate_and_wilson(
    count: npt.ArrayLike, total: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    trials = np.asarray(total, dtype=float)
    rate = np.asarray(count, dtype=float) / np.where(trials > 0, trials, np.nan)
    return rate, *wilson(count, total)


def _around(
    center: npt.NDArray[np.float64],
    error: npt.NDArray[np.float64],
    freedom: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    # Imported late for a quick start: scipy.special takes 0.2 s, scipy.stats 1 s.
    from scipy.special import stdtrit

    half = stdtrit(freedom, 0.975) * error
    return center - half, center + half
