"""Synthetic conversations in the published schema, batch by batch."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.canonical import MESSAGE
from queries.datasets.lmsys_chat import EARLY_SCHEMA, derive_redacted
from queries.synthetic.messages import Turns, Writer, turns_of
from queries.synthetic.moderation import flagged_messages, verdicts
from queries.synthetic.random_draws import Draws
from queries.synthetic.threads import LANGUAGE_NAMES, MODEL_NAMES, ThreadMaker, Threads


class RowMaker:
    """Generates the rows of a dataset from a seed and the number of rows."""

    def __init__(self, seed: int, rows: int) -> None:
        self._draws = Draws(seed)
        self._maker = ThreadMaker(self._draws, rows)
        self._writer = Writer(self._draws, self._maker.banks)

    def rows(self, start: int, stop: int) -> pa.RecordBatch:
        """The rows from `start` up to, not including, `stop`, in the current schema."""
        threads = self._maker.threads(start, stop)
        turns = turns_of(threads)
        user, assistant = flagged_messages(self._draws, threads, turns)
        offsets = pa.array(np.concatenate([[0], 2 * np.cumsum(threads.turns)]), pa.int32())
        columns = [
            self._ids(threads),
            pa.array(MODEL_NAMES).take(pa.array(threads.model)),
            pa.ListArray.from_arrays(offsets, self._messages(threads, turns, assistant)),
            pa.array(threads.turns),
            pa.array(LANGUAGE_NAMES).take(pa.array(threads.language)),
            pa.ListArray.from_arrays(offsets, self._verdicts(threads, turns, user, assistant)),
        ]
        return derive_redacted(pa.record_batch(columns, schema=EARLY_SCHEMA))

    def _ids(self, threads: Threads) -> pa.Array:
        high = self._draws.bits("id, first half", threads.row).tolist()
        low = self._draws.bits("id, second half", threads.row).tolist()
        return pa.array(
            [f"{first:016x}{second:016x}" for first, second in zip(high, low, strict=True)]
        )

    def _messages(self, threads: Threads, turns: Turns, flagged: npt.NDArray[np.bool_]) -> pa.Array:
        prompts = self._writer.prompts(threads, turns)
        responses = self._writer.responses(threads, turns, flagged)
        content = _alternating(prompts, responses)
        roles = pa.array(np.tile(np.array([0, 1]), len(prompts)))
        role = pa.array(["user", "assistant"]).take(roles)
        return pa.StructArray.from_arrays([content, role], fields=list(MESSAGE))

    def _verdicts(
        self,
        threads: Threads,
        turns: Turns,
        user: npt.NDArray[np.bool_],
        assistant: npt.NDArray[np.bool_],
    ) -> pa.Array:
        return _alternating(
            verdicts(self._draws, threads, turns, user, "user"),
            verdicts(self._draws, threads, turns, assistant, "assistant"),
        )


def _alternating(first: pa.Array, second: pa.Array) -> pa.Array:
    """The values of two arrays interleaved: first, second, first, second ..."""
    order = np.arange(2 * len(first))
    both = pa.concat_arrays([first, second])
    return pc.take(both, pa.array(order // 2 + (order % 2) * len(first)))
