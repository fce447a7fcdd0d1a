"""Moderation of synthetic messages: scores of eleven categories, and flags that agree."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.published import FLAGS, SCORES, VERDICT
from queries.sample import marginals as m
from queries.sample.draws import Draws
from queries.sample.texts import Turns
from queries.sample.threads import Threads
from queries.schema import CATEGORIES

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

FLAG_SCORE = 0.5
"""A synthetic category is flagged from this score on; the published thresholds are not known."""

_SHARES = np.array([0.0, 0.5, 0.9, 0.99, 1.0])
_HARMLESS = np.array([1e-7, 2e-5, 2e-3, 0.06, 0.45])
_UNSAFE = np.array([1e-5, 4e-3, 0.12, 0.4, 0.49])


def flagged_messages(draws: Draws, threads: Threads, turns: Turns) -> tuple[Bools, Bools]:
    """Which user messages and which assistant messages are flagged, a value for each turn."""
    return (
        _flagged(draws, threads, turns, threads.is_user_flagged, "user"),
        _flagged(draws, threads, turns, threads.is_assistant_flagged, "assistant"),
    )


def verdicts(draws: Draws, threads: Threads, turns: Turns, flagged: Bools, role: str) -> pa.Array:
    """The moderation entry of one role's message in each turn."""
    row, is_unsafe = threads.row[turns.of], threads.is_unsafe[turns.of]
    categories = _set_table()[threads.category_set[turns.of]] & flagged[:, None]
    flags, scores = [], []
    for number, _ in enumerate(CATEGORIES):
        place = turns.number * len(CATEGORIES) + number
        unit = draws.unit(f"{role} score", row, place)
        low = np.where(is_unsafe, _bent(unit, _UNSAFE), _bent(unit, _HARMLESS))
        is_flagged = categories[:, number]
        high = FLAG_SCORE + unit * (0.9999 - FLAG_SCORE)
        flags.append(pa.array(is_flagged))
        scores.append(pa.array(np.where(is_flagged, high, low)))
    return pa.StructArray.from_arrays(
        [
            pa.StructArray.from_arrays(flags, fields=list(FLAGS)),
            pa.StructArray.from_arrays(scores, fields=list(SCORES)),
            pa.array(flagged),
        ],
        fields=list(VERDICT),
    )


def _flagged(draws: Draws, threads: Threads, turns: Turns, is_flagged: Bools, role: str) -> Bools:
    row = threads.row[turns.of]
    certain = draws.below(threads.turns, f"{role} flag", threads.row)[turns.of]
    again = draws.unit(f"{role} flag again", row, turns.number) < m.FLAGGED_AGAIN[role]
    flagged: Bools = is_flagged[turns.of] & ((turns.number == certain) | again)
    return flagged


def _set_table() -> Bools:
    """For each of `CATEGORY_SETS`, which categories are in it."""
    return np.array([[c in names for c in CATEGORIES] for names in m.CATEGORY_SETS])


def _bent(unit: Floats, heights: Floats) -> Floats:
    """Numbers from 0 to 1 on a bent line: how scores are spread over several powers of ten."""
    # Not np.interp: a compiler may fuse its multiplication and addition, and round otherwise.
    below = np.searchsorted(_SHARES, unit, side="right") - 1
    slope = (heights[1:] - heights[:-1]) / (_SHARES[1:] - _SHARES[:-1])
    rise: Floats = (unit - _SHARES[below]) * slope[below]
    return heights[below] + rise
