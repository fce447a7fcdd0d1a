"""Which user messages have which distinct prompt."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]


def ranges(starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Whole numbers from each start on, so many as counted, one run after another."""
    before = np.cumsum(counts) - counts
    numbers: npt.NDArray[np.int64] = np.repeat(starts - before, counts)
    numbers += np.arange(len(numbers))
    return numbers


@dataclass(frozen=True, slots=True)
class Turns:
    """The user messages with each distinct prompt, one prompt after another.

    Attributes:
        starts: where each prompt begins in `messages`, and the end of the last one.
        messages: numbers of messages.
    """

    starts: npt.NDArray[np.int64]
    messages: Numbers

    def of(self, prompts: npt.NDArray[np.int64]) -> tuple[Numbers, npt.NDArray[np.int64]]:
        """The messages of some prompts, in their order, and for each its place in ``prompts``."""
        counts = self.starts[prompts + 1] - self.starts[prompts]
        places = np.repeat(np.arange(len(prompts)), counts)
        return self.messages[ranges(self.starts[prompts], counts)], places

    def by_message(self, message_count: int) -> Numbers:
        """The prompt of each message of the store; -1 where it has none."""
        prompts = np.full(message_count, -1, np.int32)
        counts = np.diff(self.starts)
        prompts[self.messages] = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        return prompts
