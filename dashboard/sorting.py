"""The order of the list of conversations, in the address as ``sort``, ``order`` and ``seed``."""

import re
import secrets
from dataclasses import dataclass
from typing import cast, get_args

import streamlit as st

from dashboard import formats, paging, url
from queries.conversations import Sort

DEFAULT: Sort = "conversation_id"
SHUFFLED: Sort = "shuffled"

_SEED = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list is sorted, from largest to smallest or not; by which seed shuffled."""

    sort: Sort = DEFAULT
    is_descending: bool = False
    seed: int = 0

    @property
    def is_shuffled(self) -> bool:
        """Whether it is in a random order that its seed repeats."""
        return self.sort == SHUFFLED


def chosen_order() -> Order:
    """The order in the address; by id where the address names none that there is."""
    sort = url.parameter("sort", DEFAULT)
    if sort not in get_args(Sort):
        return Order()
    is_descending = url.parameter("order", "asc") == "desc" and sort != SHUFFLED
    seed = url.parameter("seed", "0")
    is_seeded = sort == SHUFFLED and _SEED.fullmatch(seed)
    return Order(cast(Sort, sort), is_descending, int(seed) if is_seeded else 0)


def show_problem() -> None:
    """Say that the address asks for an order that there is not."""
    sort = url.parameter("sort", DEFAULT)
    if sort not in get_args(Sort):
        sentence = f"The list cannot be sorted by {sort!r}; it is in the order of ids."
        st.warning(formats.plain(sentence))


def sort_by(column: str) -> None:
    """Sort by a column, numbers from the largest; once more turns the order round, then back."""
    order = chosen_order()
    is_text = column in ("model", "language")
    first, second = ("asc", "desc") if is_text else ("desc", "asc")
    if order.sort != column:
        _write(column, first)
    elif order.is_descending == (first == "desc"):
        _write(column, second)
    else:
        _write(None, None)
    paging.begin_again()


def new_seed() -> int:
    """A seed that nobody has chosen, short enough to be told."""
    return secrets.randbelow(1_000_000)


def shuffle() -> None:
    """Put the list in a random order, another one each time."""
    _write(SHUFFLED, None, str(new_seed()))
    paging.begin_again()


def unshuffle() -> None:
    """Put the list in the order of ids."""
    _write(None, None)
    paging.begin_again()


def _write(sort: str | None, order: str | None, seed: str | None = None) -> None:
    url.write_parameters({"sort": sort, "order": order, "seed": seed, "page": None})
