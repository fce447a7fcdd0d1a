"""Distinctive words: the words of first prompts that tell one slice from another."""

from typing import get_args

import numpy as np
import pandas as pd

from queries.breakdowns.comparison import other_slice
from queries.breakdowns.registry import breakdown
from queries.breakdowns.word_counts import WordUnit, word_counter
from queries.errors import UsageError
from queries.filters import Filters, Slice
from queries.filters.clauses import Value
from queries.statistics.hypothesis_tests import corrected
from queries.statistics.log_odds import log_odds
from queries.store.store import Store

SIDE_MAX = 100_000
"""The maximum number of conversations sampled from each slice."""

PHRASES_SIDE_MAX = 30_000
"""The same for phrases, of which there are many more than of words."""

UNITS = get_args(WordUnit)
"""What can be compared."""

WORDS_SHOWN = 40
"""The number of words per side."""

SEED = "1"


@breakdown(
    "sampled_openings",
    grain="The words that tell A from B, in the openings of first prompts.",
)
def distinctive_words(
    store: Store, filters: Filters, *, against: str, seed: str = SEED, unit: WordUnit = "words"
) -> pd.DataFrame:
    """The words that tell A from B, in the openings of first prompts.

    Args:
        store: the store.
        filters: slice A.
        against: slice B, as for `comparison`.
        seed: the seed of the sample, for a slice with more conversations than `side_max`.
        unit: `words`, or `phrases` of two words without stop words.

    Returns:
        Up to `WORDS_SHOWN` rows for A, most distinctive first, then as many for B: ``side`` (`a` or
        `b`); the columns of `log_odds` (counts are conversations whose opening has the word);
        ``texts_a`` and ``texts_b`` (openings read); ``corrected_p`` (Benjamini-Hochberg over all
        words in at least five openings); ``is_flagged`` (at least a third of the conversations
        with the word, among those of which it is known, have a flagged user message; false where
        it is known of none).

    Raises:
        UsageError: there is no such unit.

    Source: ``sql/sampled_openings.sql``; Monroe, Colaresi and Quinn (2008), "Fightin' Words".
    """
    if unit not in UNITS:
        raise UsageError(f"The units are {' and '.join(UNITS)}; {unit!r} is none of them.")
    with store.queue.slot():
        return _compare_words(store, filters, other_slice(filters, against), seed, unit)


def side_max(unit: WordUnit) -> int:
    """The maximum number of conversations sampled from each slice."""
    return SIDE_MAX if unit == "words" else PHRASES_SIDE_MAX


def _compare_words(
    store: Store, filters: Filters, other: Slice, seed: str, unit: WordUnit
) -> pd.DataFrame:
    from scipy.special import erfc

    params: dict[str, Value] = {"seed": seed, "row_limit": side_max(unit)}
    sides = [store.run("sampled_openings", slice_, params=params) for slice_ in (filters, other)]
    with word_counter(sum(map(len, sides)), unit) as count:
        a, b = map(count, sides)
    scores = log_odds(a.counts, a.texts, b.counts, b.texts)
    scores["corrected_p"] = corrected(erfc(scores["z"].abs() / np.sqrt(2)))
    scores.insert(0, "side", (scores["z"] > 0).map({True: "a", False: "b"}))
    scores["texts_a"], scores["texts_b"] = a.texts, b.texts
    rows = pd.concat(
        [
            scores[scores["side"] == "a"].head(WORDS_SHOWN),
            scores[scores["side"] == "b"].tail(WORDS_SHOWN).iloc[::-1],
        ],
        ignore_index=True,
    )
    flagged = rows["word"].map(lambda word: a.flagged[word] + b.flagged[word]).astype("int64")
    judged = rows["word"].map(lambda word: a.judged[word] + b.judged[word]).astype("int64")
    rows["is_flagged"] = (flagged > 0) & (3 * flagged >= judged)
    return rows
