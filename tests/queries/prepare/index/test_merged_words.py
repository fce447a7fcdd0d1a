"""Segments of a few messages each, merged into one list of words."""

import pytest

from queries.prepare.index import merged_words
from queries.prepare.index.merged_words import merge_words
from queries.prepare.index.postings_writer import PostingsWriter
from queries.prepare.index.word_batches import word_batch
from queries.search.word_postings import WordPostings

TEXTS = ["a rose is a rose", "a cat", "", "zebra rose", "the cat is a cat", "zebra"]


@pytest.fixture(params=[1, 2, 6], ids=lambda size: f"segments of {size}")
def segments(request, tmp_path):
    paths = []
    for first in range(0, len(TEXTS), request.param):
        path = tmp_path / f"{first:03d}"
        with PostingsWriter(path) as writer:
            writer.append(word_batch(TEXTS[first : first + request.param], first).plain)
        paths.append(path)
    return paths


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_a_merged_list_has_every_word_with_all_its_messages(
    segments, tmp_path, monkeypatch, at_once
):
    monkeypatch.setattr(merged_words, "RANGE_OCCURRENCES", at_once)
    steps = []
    merge_words(segments, tmp_path / "merged", lambda done, of: steps.append((done, of)))
    merged = WordPostings(tmp_path / "merged")
    assert merged.words(range(merged.word_count)) == ["a", "cat", "is", "rose", "the", "zebra"]
    matched = {}
    for word in ("a", "cat", "is", "rose", "the", "zebra"):
        messages, counts, first = merged.postings(merged.find(word))
        positions = merged.positions(first, first + int(counts.sum())).tolist()
        matched[word] = (messages.tolist(), counts.tolist(), positions)
    assert matched == {
        "a": ([0, 1, 4], [2, 1, 1], [0, 3, 0, 3]),
        "cat": ([1, 4], [1, 2], [1, 1, 4]),
        "is": ([0, 4], [1, 1], [2, 2]),
        "rose": ([0, 3], [2, 1], [1, 4, 1]),
        "the": ([4], [1], [0]),
        "zebra": ([3, 5], [1, 1], [0, 0]),
    }
    assert steps == [(n, len(steps)) for n in range(1, len(steps) + 1)]


def test_no_segments_make_an_empty_list(tmp_path):
    merge_words([], tmp_path / "merged", lambda _done, _of: None)
    merged = WordPostings(tmp_path / "merged")
    assert merged.word_count == 0
    assert list(merged.find("a")) == list(merged.find_beginning("")) == []
    assert merged.postings(merged.find("a")).messages.tolist() == []
