"""The user messages of each distinct prompt."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]


def ranges(starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Concatenated integer ranges: `counts[i]` numbers from `starts[i]` on, for each i."""
    before = np.cumsum(counts) - counts
    numbers: npt.NDArray[np.int64] = np.repeat(starts - before, counts)
    numbers += np.arange(len(numbers))
    return numbers


@dataclass(frozen=True, slots=True)
class PromptPostings:
    """The user messages of each distinct prompt, as a compressed list of lists.

    Attributes:
        starts: offset of each prompt in `messages`, then the total; shape (prompts + 1,).
        messages: message numbers, grouped by prompt.
    """

    starts: npt.NDArray[np.int64]
    messages: Numbers

    def messages_of(self, prompts: npt.NDArray[np.int64]) -> tuple[Numbers, npt.NDArray[np.int64]]:
        """The messages of some prompts, in that order, and for each its index in ``prompts``."""
        counts = self.starts[prompts + 1] - self.starts[prompts]
        positions = np.repeat(np.arange(len(prompts)), counts)
        return self.messages[ranges(self.starts[prompts], counts)], positions

    def prompt_by_message(self, message_count: int) -> Numbers:
        """The prompt number of each message of the store; -1 for messages without one."""
        prompts = np.full(message_count, -1, np.int32)
        counts = np.diff(self.starts)
        prompts[self.messages] = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        return prompts
