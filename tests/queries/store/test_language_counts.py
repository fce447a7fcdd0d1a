"""The languages of a version, counted."""

from collections import Counter

from queries.store.language_counts import language_counts
from queries.store.layout import StorePath
from tests.support import tiny_dataset


def test_conversations_are_counted_by_language(tiny_folder):
    expected = Counter(row["language"] for row in tiny_dataset.ROWS if row["language"])
    assert language_counts(StorePath(tiny_folder).current()) == expected
