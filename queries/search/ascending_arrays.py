"""Look numbers up in ascending arrays."""

import numpy as np
import numpy.typing as npt

from queries.search.word_postings import AnyIntegers, LongIntegers


def is_in(sought: LongIntegers, ascending: LongIntegers) -> npt.NDArray[np.bool_]:
    """Whether each number is in an ascending array."""
    if not len(ascending):
        return np.zeros(len(sought), bool)
    return places_in(sought, ascending)[1]


def places_in(
    sought: AnyIntegers, ascending: AnyIntegers
) -> tuple[LongIntegers, npt.NDArray[np.bool_]]:
    """The place of each number in an ascending array, and whether it is there at all.

    Args:
        sought: the numbers; none if the array is empty.
        ascending: the array.
    """
    places = np.searchsorted(ascending, sought)
    places[places == len(ascending)] = 0
    return places, ascending[places] == sought
