"""A list of words with their messages, written and read."""

import numpy as np
import pytest

from queries.prepare.index.postings_writer import Occurrences, PostingsWriter
from queries.search.postings_format import GROUP_WORDS
from queries.search.word_postings import WordPostings

MANY = [f"word{number:05d}" for number in range(3 * GROUP_WORDS + 5)]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Word n occurs n % 3 + 1 times in message n, at positions 0, 1, 2."""
    folder = tmp_path_factory.mktemp("many") / "words"
    sizes = np.arange(len(MANY)) % 3 + 1
    numbers = np.repeat(np.arange(len(MANY)), sizes)
    positions = np.arange(len(numbers)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    cut = len(MANY) // 2
    is_first = numbers < cut
    with PostingsWriter(folder) as writer:
        for words, kept, shift in ((MANY[:cut], is_first, 0), (MANY[cut:], ~is_first, cut)):
            at = numbers[kept]
            writer.append(Occurrences(words, at - shift, at, positions[kept]))
    return WordPostings(folder)


@pytest.mark.parametrize("number", [0, 1, GROUP_WORDS - 1, GROUP_WORDS, len(MANY) - 1])
def test_a_word_is_found_with_its_messages(many, number):
    matched = many.find(MANY[number])
    assert matched == range(number, number + 1)
    messages, counts, first = many.postings(matched)
    assert (messages.tolist(), counts.tolist()) == ([number], [number % 3 + 1])
    positions = many.positions(first, first + number % 3 + 1)
    assert positions.tolist() == list(range(number % 3 + 1))


@pytest.mark.parametrize("word", ["", "a", "word", "word000001", "zebra", "w\u00e9"])
def test_a_word_that_is_not_there_is_not_found(many, word):
    assert not many.find(word)
    assert many.postings(many.find(word)).messages.tolist() == []


@pytest.mark.parametrize(
    ("beginning", "expected"),
    [
        ("", MANY),
        ("word0012", [f"word0012{n}" for n in range(10)]),
        ("word00388", ["word00388"]),
        ("x", []),
        ("word9", []),
    ],
)
def test_a_beginning_finds_all_words_that_begin_so(many, beginning, expected):
    numbers = many.find_beginning(beginning)
    assert many.words(numbers) == expected
    assert many.posting_count(numbers) == len(expected)
    assert [MANY[n] for n in many.postings(numbers).messages] == expected


@pytest.mark.parametrize("postings_max", [1, 7, 1_000])
def test_the_shares_of_words_are_all_of_them_in_order(many, postings_max):
    shares = list(many.shares(range(5, 300), postings_max))
    assert [n for share in shares for n in share] == list(range(5, 300))
    assert all(many.posting_count(share) <= postings_max for share in shares)


def test_numbers_that_do_not_fit_are_kept_apart(tmp_path):
    positions = np.array([*range(300), 65_534, 65_535, 70_000])
    numbers, messages = np.zeros(303, np.int32), np.repeat([3, 9], [300, 3])
    with PostingsWriter(tmp_path / "words") as writer:
        writer.append(Occurrences(["long"], numbers, messages, positions))
    words = WordPostings(tmp_path / "words")
    read = words.postings(words.find("long"))
    assert (read.messages.tolist(), read.counts.tolist()) == ([3, 9], [300, 3])
    assert words.positions(0, 303).tolist() == positions.tolist()
    assert words.positions_at(np.array([2, 301, 302])).tolist() == [2, 65_535, 70_000]
