"""The sort order of the list of conversations, in the address as ``sort``, ``order``, ``seed``."""

import re
import secrets
from dataclasses import dataclass
from typing import cast, get_args

from dashboard.state import pagination, query_params
from queries.conversations.listing import Sort

DEFAULT: Sort = "conversation_id"
SHUFFLED: Sort = "shuffled"

_SEED = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The sort order of a list.

    Attributes:
        sort: the column.
        is_descending: whether from largest to smallest.
        seed: the seed of a shuffled list.
    """

    sort: Sort = DEFAULT
    is_descending: bool = False
    seed: int = 0

    @property
    def is_shuffled(self) -> bool:
        """Whether it is shuffled. The same seed gives the same order."""
        return self.sort == SHUFFLED


def chosen_order() -> SortOrder:
    """The order in the address; by id if the address has none or an unknown one."""
    sort = query_params.get_param("sort", DEFAULT)
    if sort not in get_args(Sort):
        return SortOrder()
    is_descending = query_params.get_param("order", "asc") == "desc" and sort != SHUFFLED
    seed = query_params.get_param("seed", "0")
    is_seeded = sort == SHUFFLED and _SEED.fullmatch(seed)
    return SortOrder(cast(Sort, sort), is_descending, int(seed) if is_seeded else 0)


def order_problem() -> str | None:
    """A sentence that says that the list cannot be sorted as the address asks; None if it can."""
    sort = query_params.get_param("sort", DEFAULT)
    if sort in get_args(Sort):
        return None
    return f"The list cannot be sorted by {sort!r}, so it is sorted by id."


def sort_by(column: str) -> None:
    """Sort by a column; again to reverse, again to undo. Numbers start with the largest."""
    order = chosen_order()
    is_text = column in ("model", "language")
    first, second = ("asc", "desc") if is_text else ("desc", "asc")
    if order.sort != column:
        _write(column, first)
    elif order.is_descending == (first == "desc"):
        _write(column, second)
    else:
        _write(None, None)
    pagination.reset_page()


def new_seed() -> int:
    """A random seed, short enough to read out."""
    return secrets.randbelow(1_000_000)


def shuffle() -> None:
    """Shuffle the list with a new seed."""
    _write(SHUFFLED, None, str(new_seed()))
    pagination.reset_page()


def unshuffle() -> None:
    """Sort the list by id."""
    _write(None, None)
    pagination.reset_page()


def _write(sort: str | None, order: str | None, seed: str | None = None) -> None:
    query_params.set_params({"sort": sort, "order": order, "seed": seed, "page": None})
