"""Numbers as bytes and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.search import varints


@pytest.mark.parametrize(
    ("values", "expected", "lengths"),
    [
        ([], [], []),
        ([0, 1, 127], [0, 1, 127], [1, 1, 1]),
        ([128], [129, 0], [2]),
        ([5, 300, 7], [5, 130, 44, 7], [1, 2, 1]),
        ([2**21], [129, 128, 128, 0], [4]),
    ],
)
def test_a_number_has_seven_bits_in_each_byte(values, expected, lengths):
    encoded, sizes = varints.encode(np.array(values, np.int64))
    assert (encoded.tolist(), sizes.tolist()) == (expected, lengths)


@given(st.lists(st.integers(0, 2**62)))
def test_numbers_come_back(values):
    encoded, sizes = varints.encode(np.array(values, np.int64))
    assert varints.decode(encoded).tolist() == values
    assert sizes.sum() == len(encoded)
