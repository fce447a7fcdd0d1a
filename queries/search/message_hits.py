"""Messages that match a query, and their scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.search.word_postings import AnyIntegers

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MessageHits:
    """Matching messages by ascending number, and their scores."""

    messages: AnyIntegers
    scores: Scores

    def take(self, rows: npt.NDArray[Any]) -> "MessageHits":
        """The hits at some positions: a Boolean mask, or an ascending array of indices."""
        return MessageHits(self.messages[rows], self.scores[rows])
