"""Listing the first few of many names."""

import pytest

from queries.text.first_few import first_named


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, ""),
        (1, "1"),
        (3, "1, 2, 3"),
        (4, "1, 2, 3 and 1 more"),
        (1_003, "1, 2, 3 and 1,000 more"),
    ],
)
def test_the_first_three_are_named_and_the_rest_counted(count, sentence):
    assert first_named([str(number + 1) for number in range(count)]) == sentence
