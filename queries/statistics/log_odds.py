"""Log-odds ratios with a prior: the words that tell two sets of texts apart."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd


def log_odds(
    counts_a: Mapping[str, int],
    texts_a: int,
    counts_b: Mapping[str, int],
    texts_b: int,
    *,
    min_count: int = 5,
    prior_size: float = 1000.0,
) -> pd.DataFrame:
    """Words, from the most distinctive of A to the most distinctive of B.

    Args:
        counts_a: for each word, the number of texts of A that contain it.
        texts_a: the number of texts in A.
        counts_b: the same for B.
        texts_b: the number of texts in B.
        min_count: words in fewer texts, A and B together, are left out.
        prior_size: weight of the prior, in words, above 0. The prior is the mix of words of A and B
            together.

    Returns:
        One row per word: ``word``, ``count_a``, ``count_b``, ``share_a`` and ``share_b`` (fractions
        of the texts), ``log_odds`` (above 0: more in A) and ``z``, the same in standard deviations.

    Source: Monroe, Colaresi and Quinn (2008), Political Analysis 16:372, equations 16, 20 and 22.
    """
    both = Counter(counts_a)
    both.update(counts_b)
    frequent_words = [word for word, count in both.items() if count >= min_count]
    frame = pd.DataFrame(
        {
            "word": pd.Series(frequent_words, dtype=str),
            "count_a": np.array([counts_a.get(word, 0) for word in frequent_words], dtype=np.int64),
            "count_b": np.array([counts_b.get(word, 0) for word in frequent_words], dtype=np.int64),
        }
    )
    frame["share_a"] = frame["count_a"] / texts_a
    frame["share_b"] = frame["count_b"] / texts_b
    prior = prior_size * ((frame["count_a"] + frame["count_b"]) / both.total())
    frame["log_odds"] = _logit(frame["count_a"], sum(counts_a.values()), prior, prior_size)
    frame["log_odds"] -= _logit(frame["count_b"], sum(counts_b.values()), prior, prior_size)
    variance = 1 / (frame["count_a"] + prior) + 1 / (frame["count_b"] + prior)
    frame["z"] = frame["log_odds"] / np.sqrt(variance)
    return frame.sort_values(["z", "word"], ascending=[False, True], ignore_index=True)


def _logit(counts: pd.Series, total: int, prior: pd.Series, prior_size: float) -> pd.Series:
    """The log-odds of each word; 0 for a word that is the only one."""
    odds = (counts + prior) / ((total - counts) + (prior_size - prior)).replace(0, np.nan)
    logit: pd.Series = np.log(odds).fillna(0.0)
    return logit
