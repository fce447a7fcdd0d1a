"""Direct standardisation: the rate of each group if all groups had the same mix of strata."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.statistics.intervals import wilson

PRIOR_CONVERSATIONS = 2
"""Conversations at the group's rate that are added to each stratum, for the variance only.

A stratum of one or two conversations often has a rate of 0 or 1, and so no variance, whatever its
weight. In simulations with such strata the interval covered the true rate in 38 to 84 % of draws
without the prior, and in 83 to 99 % with it. Strata of 30 and more hardly change. At 0 this is the
formula as published.
"""


def standardise(strata: pd.DataFrame) -> pd.DataFrame:
    """The rate of each group, raw and directly standardised, with a 95 % interval.

    The reference is the mix of strata in all groups together. If a group lacks a stratum, the
    weights of its other strata are scaled up; ``covered_share`` says how much of the reference
    they cover.

    Args:
        strata: one row per group and stratum, with ``group_name`` and ``stratum`` (null is a value
            like any other), ``hit_count`` and ``conversation_count`` (at least 1).

    Returns:
        One row per group, in order of first appearance: ``group_name``, ``conversation_count``,
        ``raw_share``, ``standard_share``, ``standard_low``, ``standard_high``, ``covered_share``.

    Source: Dobson et al. (1991), Statistics in Medicine 10:457, with Wilson's limits of a rate
    instead of those of a Poisson count.
    """
    group, names = _codes(strata["group_name"])
    stratum, kinds = _codes(strata["stratum"])
    hits = strata["hit_count"].to_numpy(dtype=float)
    trials = strata["conversation_count"].to_numpy(dtype=float)

    def by_group(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.bincount(group, values, minlength=len(names)), dtype=float)

    reference = np.bincount(stratum, trials, minlength=len(kinds)) / trials.sum()
    covered = by_group(reference[stratum])
    weight, rate = reference[stratum] / covered[group], hits / trials
    share = by_group(weight * rate)
    all_hits, all_trials = by_group(hits), by_group(trials)
    steady_hits = hits + PRIOR_CONVERSATIONS * (all_hits / all_trials)[group]
    steady_rate = steady_hits / (trials + PRIOR_CONVERSATIONS)
    scale = _scale(
        by_group(weight**2 * steady_rate * (1 - steady_rate) / trials),
        all_hits * (1 - all_hits / all_trials),
        by_group(weight**2 / trials) / all_trials,
    )
    low, high = wilson(all_hits, all_trials)
    return pd.DataFrame(
        {
            "group_name": names,
            "conversation_count": all_trials.astype(np.int64),
            "raw_share": all_hits / all_trials,
            "standard_share": share,
            "standard_low": np.clip(share + scale * (all_trials * low - all_hits), 0.0, 1.0),
            "standard_high": np.clip(share + scale * (all_trials * high - all_hits), 0.0, 1.0),
            "covered_share": covered,
        }
    )


def _codes(values: pd.Series) -> tuple[npt.NDArray[np.intp], pd.Series]:
    """A code for each value, null included, and the distinct values in order of appearance."""
    codes, _ = pd.factorize(values, use_na_sentinel=False)
    _, first = np.unique(codes, return_index=True)
    return codes, values.iloc[first].reset_index(drop=True)


def _scale(
    standard_variance: npt.NDArray[np.float64],
    count_variance: npt.NDArray[np.float64],
    common_variance: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """How much one more hit changes a standardised share.

    Where a variance is 0, ``common_variance`` is used: the ratio if all strata had one rate.
    """
    ratio = common_variance.copy()
    varies = (standard_variance > 0) & (count_variance > 0)
    np.divide(standard_variance, count_variance, out=ratio, where=varies)
    return np.sqrt(ratio)
