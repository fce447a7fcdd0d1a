"""The pairs of common words of a few messages, counted by hand."""

import numpy as np
import pytest

from queries.prepare.index import pair_writer
from queries.prepare.index.pair_writer import write_common_pairs
from queries.search.common_pairs import CommonPairs
from queries.search.word_postings import WordPostings
from tests.support.word_index import write_index

TEXTS = ["in the sea in the sun", "the sun", "", "the in", "in in in", "sea of the sun in", "the"]


@pytest.fixture
def pairs(tmp_path, monkeypatch):
    monkeypatch.setattr(pair_writer, "COMMON_POSTINGS", 3)
    write_index(tmp_path, TEXTS)
    write_common_pairs(tmp_path, len(TEXTS))
    return CommonPairs(tmp_path / "pairs", WordPostings(tmp_path / "plain"))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("in", "the", {0: 2}),
        ("the", "sun", {0: 1, 1: 1, 5: 1}),
        ("in", "in", {4: 2}),
        ("the", "in", {3: 1}),
        ("sun", "in", {5: 1}),
        ("sun", "the", {}),
    ],
)
def test_a_pair_has_the_messages_in_which_its_words_follow_one_another(
    pairs, first, second, expected
):
    matched = pairs.part(0, pairs.find(first, second)).frequencies()
    assert dict(zip(matched.messages.tolist(), matched.counts.tolist(), strict=True)) == expected


@pytest.mark.parametrize(("first", "second"), [("the", "sea"), ("of", "the"), ("the", "nothing")])
def test_pairs_with_another_word_are_not_known(pairs, first, second):
    assert pairs.find(first, second) is None


def test_a_pair_is_where_its_first_word_is(pairs):
    part = pairs.part(0, pairs.find("in", "the"))
    assert part.occurrences(None).tolist() == [0, 3]
    assert part.occurrences(np.array([5])).tolist() == []


def test_no_pairs_are_written_where_no_word_is_common(tmp_path):
    write_index(tmp_path, TEXTS)
    write_common_pairs(tmp_path, len(TEXTS))
    assert not (tmp_path / "pairs").exists()
