"""The words of first prompts that tell one slice from another."""

import numpy as np
import pandas as pd

from queries.clauses import Value
from queries.comparison import other_slice
from queries.filters import Filters, Slice
from queries.opening_words import counting
from queries.significance import corrected
from queries.store import Store
from queries.words import log_odds

SIDE_MAX = 100_000
"""Conversations drawn from each slice, at most."""

WORDS_SHOWN = 40
"""Words given for each side."""

SEED = "1"


def telling_words(
    store: Store, filters: Filters, *, against: str, seed: str = SEED
) -> pd.DataFrame:
    """The words that tell A from B, over the openings of first prompts.

    Args:
        store: the store.
        filters: slice A.
        against: slice B, as for ``comparison.comparison``.
        seed: of the sample, where a slice has more than `SIDE_MAX` conversations.

    Returns:
        At most `WORDS_SHOWN` rows for A, strongest first, then as many for B: ``side`` (`a` or
        `b`), the columns of ``words.log_odds`` (counts are of conversations whose opening has the
        word), ``texts_a`` and ``texts_b`` (openings that were read), ``corrected_p`` (after
        Benjamini and Hochberg, over all words that stand in five openings or more), ``is_flagged``
        (a third of the conversations with the word, or more, have a flagged user message).

    Source: ``sql/sampled_openings.sql``; Monroe, Colaresi and Quinn (2008), "Fightin' Words".
    """
    with store.pool.place():
        return _told(store, filters, other_slice(filters, against), seed)


def _told(store: Store, filters: Filters, other: Slice, seed: str) -> pd.DataFrame:
    from scipy.special import erfc

    params: dict[str, Value] = {"seed": seed, "row_limit": SIDE_MAX}
    sides = [store.run("sampled_openings", slice_, params=params) for slice_ in (filters, other)]
    with counting(sum(map(len, sides))) as count:
        a, b = map(count, sides)
    found = log_odds(a.counts, a.texts, b.counts, b.texts)
    found["corrected_p"] = corrected(erfc(found["z"].abs() / np.sqrt(2)))
    found.insert(0, "side", (found["z"] > 0).map({True: "a", False: "b"}))
    found["texts_a"], found["texts_b"] = a.texts, b.texts
    told = pd.concat(
        [
            found[found["side"] == "a"].head(WORDS_SHOWN),
            found[found["side"] == "b"].tail(WORDS_SHOWN).iloc[::-1],
        ],
        ignore_index=True,
    )
    of_word = told["word"].map(lambda word: a.flagged[word] + b.flagged[word]).astype("int64")
    told["is_flagged"] = 3 * of_word >= told["count_a"] + told["count_b"]
    return told
