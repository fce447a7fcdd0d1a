"""Intervals around rates."""

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054
"""Standard normal quantile of 0.975: two-sided 95 %."""


def wilson(
    count: npt.ArrayLike, total: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Lower and upper end of the Wilson 95 % score interval of ``count`` out of ``total``.

    Args:
        count: successes, 0 to ``total``, any shape.
        total: trials, same shape; NaN comes out where it is 0.

    Returns:
        Two arrays of fractions from 0 to 1.

    Source: Wilson (1927), without continuity correction. Written out because importing the
    function of statsmodels takes 1.7 s, half of what a cold start may; tests compare with scipy's.
    """
    hits, trials = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    trials = np.where(trials > 0, trials, np.nan)
    rate, z2 = hits / trials, Z_95**2
    center = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = np.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials**2))
    half = Z_95 * spread / (1 + z2 / trials)
    return np.clip(center - half, 0.0, 1.0), np.clip(center + half, 0.0, 1.0)
