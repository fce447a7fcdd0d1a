"""Measures of topics against those of scikit-learn, and by hand."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_score

from queries.prepare.topics.labels import TermCounts, coherence, label_topics
from queries.prepare.topics.quality import adjusted_rand, silhouette, stability
from queries.statistics.unit_rows import unit_rows
from queries.text.phrases import phrases


@pytest.fixture(scope="module")
def rows():
    return unit_rows(np.random.default_rng(5).normal(size=(300, 6)).astype(np.float32))


def test_the_rand_index_is_that_of_scikit_learn():
    random = np.random.default_rng(2)
    for _ in range(5):
        a, b = random.integers(0, 4, 50), random.integers(0, 6, 50)
        assert adjusted_rand(a, b) == pytest.approx(adjusted_rand_score(a, b))
    assert adjusted_rand(a, (a + 1) % 4) == 1


def test_the_silhouette_is_that_of_scikit_learn(rows):
    labels = np.random.default_rng(2).integers(0, 4, 300).astype(np.int32)
    labels[0] = 7
    expected = silhouette_score(rows, labels, metric="cosine")
    assert silhouette(rows, labels, 1) == pytest.approx(expected, abs=1e-4)
    assert silhouette(rows, labels * 0, 1) is None


def test_topics_that_are_apart_are_stable():
    rows = np.repeat(np.eye(3, dtype=np.float32), 20, axis=0)
    assert stability(rows, 3, 1) == (1.0, 0.0)


def test_coherence_is_one_for_words_that_are_always_together_and_minus_one_for_never():
    texts = [frozenset({"sun", "rain"}), frozenset({"sun", "rain"}), frozenset({"egg"})]
    assert coherence(["sun", "rain"], texts) == pytest.approx(1)
    assert coherence(["sun", "egg"], texts) == -1
    assert coherence(["sun"], texts) is None


def test_phrases_leave_out_stop_words_numbers_and_redacted_names():
    terms = phrases("Is the Python function of NAME_12 in 2024 okay? Das ist eine Funktion")
    assert {"python", "function", "python function", "funktion"} <= terms.keys()
    assert terms["python function"] == "Python function"
    assert not {"name", "the", "ist", "eine", "of"} & terms.keys()
    assert "東京" in phrases("東京はどこですか")


def test_a_label_has_what_tells_a_topic_from_the_others_as_it_is_written():
    counts = TermCounts()
    for _ in range(20):
        counts.add(0, "Please debug my Python function")
        counts.add(1, "Please recommend a hotel in Rome")
    labels = label_topics(counts, [0, 1])
    assert "Python" in labels[0].label
    assert "hotel" in labels[1].label.lower()
    assert "please" not in labels[0].label.lower()
    assert not {"hotel", "rome"} & set(labels[0].words)


def test_no_two_topics_have_the_same_label():
    counts = TermCounts()
    labels = label_topics(counts, [0, 1])
    assert labels[0].label == "Flagged prompts"
    assert labels[1].label == "Flagged prompts (2)"
