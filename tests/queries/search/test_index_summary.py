"""An index says in plain sentences what it is."""

from dataclasses import replace

import pytest

from queries.search.index_summary import (
    duration_words,
    quick_sentence,
    recall_sentence,
    summary_sentences,
)
from queries.search.language_quality import quality_sentences
from queries.search.model_files import BUNDLED
from queries.store.index_progress import EMBEDDING, LOADING_MODEL, IndexProgress

QUICK = {
    "message_count": 5_000,
    "word_count": 900,
    "user_message_count": 2_500,
    "prompt_count": 2_000,
    "cut_prompt_count": 0,
    "vector_index": None,
    "model": {"name": f"quick vectors of {BUNDLED}", "dimension": 384, "max_words": 256},
    "precision": "float16",
    "quick": {"of": {"name": BUNDLED}, "full_seconds": 5_100.0, "compared": 512, "mrr": 0.613},
}


def test_quick_vectors_say_how_good_they_are_and_when_the_others_are_expected():
    assert summary_sentences(QUICK)[1:3] == [
        "2,500 user messages with 2,000 distinct texts, with quick vectors (384 dimensions).",
        f"Quick vectors, an approximation of {BUNDLED}. They rank the text that it finds nearest "
        "at MRR@10 0.61 (1: always first), measured with 512 of the texts. Vectors of the model "
        "itself take about 85 min on this machine, and replace these when they are complete. To "
        "make them, run: chatscape index.",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": EMBEDDING, "seconds_left": 2_400.0}, "about 40 min"),
        ({"title": EMBEDDING, "seconds_left": None}, "about 85 min"),
        ({"title": LOADING_MODEL, "seconds_left": 1.0}, "about 85 min"),
    ],
)
def test_while_the_model_is_at_work_its_vectors_are_expected_at_a_time(changes, expected):
    progress = replace(IndexProgress("meaning", 7, 0.0), **changes)
    assert quick_sentence(QUICK, progress).endswith(
        "Vectors of the model itself are being made, and are expected to replace these in "
        f"{expected}."
    )
    # Another build does not make them.
    assert quick_sentence(QUICK, replace(progress, kind="quick")) == quick_sentence(QUICK)


def test_an_index_of_words_says_whether_vectors_are_to_come():
    words = QUICK | {"model": None, "quick": None}
    to_come = "Full-text search only, until vectors are made."
    never = "Full-text search only: the index was built without a model."
    last = [
        summary_sentences(words, progress)[-1]
        for progress in (IndexProgress("meaning", 7, 0.0), IndexProgress("words", 7, 0.0), None)
    ]
    assert last == [to_come, never, never]


def test_quick_vectors_say_which_languages_they_serve_well_by_figures_of_their_own():
    own, of_the_model = (quality_sentences(name) for name in (QUICK["model"]["name"], BUNDLED))
    assert own[0].startswith("Of 178 queries whose answer is known, so many had the right text")
    assert own != of_the_model
    assert summary_sentences(QUICK)[3:] == [*own, recall_sentence(QUICK)]


def test_where_nothing_could_be_compared_no_figure_is_given():
    quick = QUICK["quick"] | {"compared": 1, "mrr": None}
    assert quick_sentence(QUICK | {"quick": quick}).startswith(
        f"Quick vectors, an approximation of {BUNDLED}. Vectors of the model itself"
    )
    assert quick_sentence(QUICK | {"quick": None}) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "about 1 min"), (89, "about 1 min"), (5_300, "about 88 min"), (36_000, "about 10 h")],
)
def test_a_duration_is_said_in_words(seconds, words):
    assert duration_words(seconds) == words
