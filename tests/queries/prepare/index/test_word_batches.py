"""The words of a few messages and where they are, counted by hand."""

import numpy as np
import pytest

from queries.prepare.index.word_batches import word_batch
from queries.text.word_lines import GAP, accented_key


def places(occurrences):
    """Message and position of each occurrence of each word."""
    matched = {word: [] for word in occurrences.words}
    numbers, messages, positions = (column.tolist() for column in occurrences[1:])
    for number, message, position in zip(numbers, messages, positions, strict=True):
        matched[occurrences.words[number]].append((message, position))
    return matched


def test_each_word_has_the_messages_and_positions_it_occurs_in():
    batch = word_batch(["the cat, the dog", "", "The end"], 0)
    assert places(batch.plain) == {
        "cat": [(0, 1)],
        "dog": [(0, 3)],
        "end": [(2, 1)],
        "the": [(0, 0), (0, 2), (2, 0)],
    }
    assert batch.accented.words == []
    assert batch.lengths.tolist() == [4, 0, 2]


def test_messages_are_numbered_from_the_first_one():
    batch = word_batch(["a", "a"], 70)
    assert places(batch.plain) == {"a": [(70, 0), (71, 0)]}


def test_words_with_accents_are_listed_again_with_them():
    batch = word_batch(["Café cafe", "où est le café?"], 0)
    assert places(batch.plain) == {
        "cafe": [(0, 0), (0, 1), (1, 3)],
        "est": [(1, 1)],
        "le": [(1, 2)],
        "ou": [(1, 0)],
    }
    assert places(batch.accented) == {
        accented_key("cafe", "café"): [(0, 0), (1, 3)],
        accented_key("ou", "où"): [(1, 0)],
    }


def test_divided_runs_of_an_unspaced_script_have_a_gap_between_them():
    batch = word_batch(["日本 語", "語 x 日"], 0)
    assert places(batch.plain) == {
        GAP: [(0, 2)],
        "x": [(1, 1)],
        "日": [(0, 0), (1, 2)],
        "本": [(0, 1)],
        "語": [(0, 3), (1, 0)],
    }


def test_a_gap_is_within_one_message():
    assert GAP not in word_batch(["日", "本"], 0).plain.words


def test_extra_words_stand_apart_behind_all_others():
    batch = word_batch(["C++ or C++ 🍵", "🍵", "tea"], 0)
    assert places(batch.plain) == {
        "c": [(0, 0), (0, 2)],
        "c++": [(0, 4)],
        "or": [(0, 1)],
        "tea": [(2, 0)],
        "🍵": [(0, 6), (1, 1)],
    }
    assert batch.lengths.tolist() == [5, 1, 1]


def test_an_extra_word_may_have_accents():
    batch = word_batch(["Élan++"], 0)
    assert places(batch.plain) == {"elan": [(0, 0)], "elan++": [(0, 2)]}
    assert list(batch.accented.words) == [
        accented_key("elan", "élan"),
        accented_key("elan++", "élan++"),
    ]


@pytest.mark.parametrize("texts", [[], ["", " . "]])
def test_texts_without_words_have_none(texts):
    batch = word_batch(texts, 0)
    assert (batch.plain.words, batch.accented.words) == ([], [])
    assert np.array_equal(batch.lengths, np.zeros(len(texts)))
