"""Labels of topics: the words and phrases that tell the prompts of one from all others."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from queries.statistics.log_odds import log_odds
from queries.text.phrases import phrases
from queries.text.tokenizer import is_unspaced

TERMS = 3
"""Terms of a label, at most."""

LABEL_CHARS_MAX = 48
MIXED, COVERED = "Mixed prompts", "Flagged prompts"
"""Labels of topics without a distinctive term, and of those without a text that may be read."""

_KEY_WORDS = 10
_MIN_COUNT = 3
_MIN_SHARES = (0.05, 0.02, 0.0)
"""The share of texts that have a term of the label; the next one if no term is so frequent."""

_STEM_CHARS = 4
_REST = ""


@dataclass(frozen=True, slots=True)
class LabelledTopic:
    """What the texts of a topic say.

    Attributes:
        label: a few distinctive terms, readable.
        words: its most distinctive single words, most distinctive first.
    """

    label: str
    words: tuple[str, ...]


class TermCounts:
    """For each topic, the number of texts that contain each word or phrase."""

    def __init__(self) -> None:
        self.counts: dict[int, Counter[str]] = {}
        self.texts: Counter[int] = Counter()
        self._written: dict[str, Counter[str]] = {}

    def add(self, topic: int, text: str) -> Iterable[str]:
        """Count the terms of one text of a topic, and return them."""
        terms = phrases(text)
        self.counts.setdefault(topic, Counter()).update(terms.keys())
        self.texts[topic] += 1
        for term, written in terms.items():
            self._written.setdefault(term, Counter())[written] += 1
        return terms.keys()

    def written(self, term: str) -> str:
        """A term as it is written most often."""
        forms = self._written[term]
        return max(forms, key=lambda form: (forms[form], form))

    def of(self, topics: Iterable[int]) -> "TermCounts":
        """The counts of some of the topics."""
        part = TermCounts()
        part._written = self._written
        part.counts = {topic: self.counts.get(topic, Counter()) for topic in topics}
        part.texts = Counter({topic: self.texts[topic] for topic in topics})
        return part

    def merged(self, parents: Mapping[int, int]) -> "TermCounts":
        """The counts of larger topics that these ones are parts of."""
        merged = TermCounts()
        merged._written = self._written
        for topic, counts in self.counts.items():
            merged.counts.setdefault(parents[topic], Counter()).update(counts)
            merged.texts[parents[topic]] += self.texts[topic]
        return merged


def label_topics(counts: TermCounts, topics: Iterable[int]) -> dict[int, LabelledTopic]:
    """The label of each topic against all texts of the others; no two have the same label."""
    total: Counter[str] = Counter()
    for of_topic in counts.counts.values():
        total.update(of_topic)
    texts = counts.texts.total()
    labelled: dict[int, LabelledTopic] = {}
    taken: set[str] = set()
    for topic in topics:
        own, own_texts = counts.counts.get(topic, Counter()), counts.texts[topic]
        terms = _distinctive_terms(own, own_texts, total, texts)
        label = _label(terms, counts, taken, MIXED if own_texts else COVERED)
        taken.add(label)
        words = tuple(term for term in terms if " " not in term)[:_KEY_WORDS]
        labelled[topic] = LabelledTopic(label, words)
    return labelled


def _distinctive_terms(
    own: Counter[str], own_texts: int, total: Counter[str], texts: int
) -> list[str]:
    """The terms of a topic, most distinctive first; of a phrase and its word, the better one."""
    others = texts - own_texts
    frequent: dict[str, int] = {}
    for share in _MIN_SHARES:
        floor = max(_MIN_COUNT, share * own_texts)
        frequent = {term: count for term, count in own.items() if count >= floor}
        if len(frequent) > 2 * TERMS:
            break
    if not frequent:
        return []
    elsewhere = {term: total[term] - count for term, count in frequent.items()}
    # All other terms count as one, so that shares are of all of them.
    frequent[_REST] = own.total() - sum(frequent.values())
    elsewhere[_REST] = total.total() - own.total() - sum(elsewhere.values())
    scores = log_odds(frequent, max(own_texts, 1), elsewhere, max(others, 1), min_count=1)
    scores = scores[scores["log_odds"] > 0] if others else scores.sort_values("count_a")[::-1]
    return _phrases_before_their_words(scores[scores["word"] != _REST])


def _phrases_before_their_words(scores: pd.DataFrame) -> list[str]:
    """Terms by `z`; a phrase that most texts with its rarer word have counts as that word."""
    ranks = dict(zip(scores["word"], scores["z"], strict=True))
    counts = dict(zip(scores["word"], scores["count_a"], strict=True))
    for term in [term for term in ranks if " " in term]:
        parts = [part for part in term.split() if part in ranks]
        if parts and counts[term] >= min(counts[part] for part in parts) / 2:
            ranks[term] = max([ranks[term], *(ranks[part] + 0.01 for part in parts)])
    return sorted(ranks, key=lambda term: (-ranks[term], term))


def _label(terms: Sequence[str], counts: TermCounts, taken: set[str], without: str) -> str:
    chosen: list[str] = []
    for term in terms:
        is_short = len(" · ".join([*chosen, term])) <= LABEL_CHARS_MAX
        if is_short and not _overlaps(term, chosen):
            chosen.append(term)
        if len(chosen) == TERMS:
            break
    written = " · ".join(map(counts.written, chosen)) or without
    label = written[0].upper() + written[1:]
    number = 2
    while label in taken:
        label, number = f"{written[0].upper()}{written[1:]} ({number})", number + 1
    return label


def _overlaps(term: str, chosen: Sequence[str]) -> bool:
    """Whether a term has a word that begins like one of those chosen, or a character of it."""
    words = [word for other in chosen for word in other.split()]
    if any(map(is_unspaced, term)):
        return not set(term).isdisjoint("".join(words))
    stems = {word[:_STEM_CHARS] for word in words}
    return any(word[:_STEM_CHARS] in stems for word in term.split())


def coherence(words: Sequence[str], texts: Sequence[frozenset[str]]) -> float | None:
    """The mean normalised pointwise mutual information of pairs of words in texts.

    Returns:
        From -1 (never together) over 0 (independent) to 1 (always together); None without a pair.

    Source: Bouma (2009), "Normalized (pointwise) mutual information in collocation extraction".
    """
    if len(words) < 2 or not texts:
        return None
    present = np.array([[word in text for word in words] for text in texts], np.float64)
    together = present.T @ present / len(texts)
    alone = np.diag(together)
    first, second = np.triu_indices(len(words), 1)
    pair, expected = together[first, second], alone[first] * alone[second]
    is_found = pair > 0
    values = np.full(len(pair), -1.0)
    logs = -np.log(pair[is_found])
    values[is_found] = np.where(
        logs > 0, np.log(pair[is_found] / expected[is_found]) / np.maximum(logs, 1e-12), 1.0
    )
    return float(values.mean())
