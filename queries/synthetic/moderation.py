"""Moderation verdicts of synthetic messages: eleven scores, and flags that match them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.datasets.canonical import FLAGS, SCORES, VERDICT
from queries.schema import CATEGORIES
from queries.synthetic import distributions
from queries.synthetic.messages import Turns
from queries.synthetic.random_draws import Draws
from queries.synthetic.threads import Threads

_Bools = npt.NDArray[np.bool_]
_Floats = npt.NDArray[np.float64]

FLAG_SCORE = 0.5
"""Scores from this one on are flagged. The thresholds of the real dataset are not public."""

_SHARES = np.array([0.0, 0.5, 0.9, 0.99, 1.0])
_HARMLESS = np.array([1e-7, 2e-5, 2e-3, 0.06, 0.45])
_UNSAFE = np.array([1e-5, 4e-3, 0.12, 0.4, 0.49])


def flagged_messages(draws: Draws, threads: Threads, turns: Turns) -> tuple[_Bools, _Bools]:
    """Whether the user message and the assistant message of each turn are flagged."""
    return (
        _flagged(draws, threads, turns, threads.is_user_flagged, "user"),
        _flagged(draws, threads, turns, threads.is_assistant_flagged, "assistant"),
    )


def verdicts(draws: Draws, threads: Threads, turns: Turns, flagged: _Bools, role: str) -> pa.Array:
    """The verdicts on one role's message of each turn."""
    row, is_unsafe = threads.row[turns.thread_index], threads.is_unsafe[turns.thread_index]
    categories = _set_table()[threads.category_set[turns.thread_index]] & flagged[:, None]
    flags, scores = [], []
    for number, _ in enumerate(CATEGORIES):
        counter = turns.number * len(CATEGORIES) + number
        unit = draws.unit(f"{role} score", row, counter)
        low = np.where(
            is_unsafe, _piecewise_linear(unit, _UNSAFE), _piecewise_linear(unit, _HARMLESS)
        )
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


def _flagged(draws: Draws, threads: Threads, turns: Turns, is_flagged: _Bools, role: str) -> _Bools:
    row = threads.row[turns.thread_index]
    certain = draws.below(threads.turns, f"{role} flag", threads.row)[turns.thread_index]
    again = draws.unit(f"{role} flag again", row, turns.number) < distributions.FLAGGED_AGAIN[role]
    flagged: _Bools = is_flagged[turns.thread_index] & ((turns.number == certain) | again)
    return flagged


def _set_table() -> _Bools:
    """Which categories each of `CATEGORY_SETS` contains."""
    return np.array([[c in names for c in CATEGORIES] for names in distributions.CATEGORY_SETS])


def _piecewise_linear(unit: _Floats, heights: _Floats) -> _Floats:
    """Map numbers from 0 to 1 to scores that spread over several powers of ten."""
    # Not np.interp: a compiler may fuse its multiplication and addition, which rounds differently.
    below = np.searchsorted(_SHARES, unit, side="right") - 1
    slope = (heights[1:] - heights[:-1]) / (_SHARES[1:] - _SHARES[:-1])
    rise: _Floats = (unit - _SHARES[below]) * slope[below]
    return heights[below] + rise
