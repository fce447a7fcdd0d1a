"""Turns and first prompts, from the roles of the messages.

A user message begins a turn. Messages before the first one belong to turn 1. The first prompt of a
conversation is its first user message.
"""

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


def turn_numbers(is_user: Bools, conversations: npt.NDArray[np.integer]) -> Integers:
    """The turn of each message, from 1.

    Args:
        is_user: for each message, whether its role is user.
        conversations: for each message, a number of its conversation; the messages of a
            conversation stand together, in order.
    """
    user_messages = np.concatenate([[0], np.cumsum(is_user)])
    before = user_messages[:-1][_starts(conversations)]
    numbers: Integers = np.maximum(user_messages[1:] - before, 1)
    return numbers


def first_prompts(is_user: Bools, conversations: npt.NDArray[np.integer]) -> Integers:
    """The positions of the first prompts, for the conversations that have one.

    Args:
        is_user: as for `turn_numbers`.
        conversations: as for `turn_numbers`.
    """
    positions = np.flatnonzero(is_user)
    _, first = np.unique(conversations[positions], return_index=True)
    prompts: Integers = positions[np.sort(first)]
    return prompts


def _starts(conversations: npt.NDArray[np.integer]) -> Integers:
    """For each message, the position of the first message of its conversation."""
    positions = np.arange(len(conversations))
    is_start = np.ones(len(conversations), bool)
    is_start[1:] = conversations[1:] != conversations[:-1]
    starts: Integers = np.maximum.accumulate(np.where(is_start, positions, 0))
    return starts
