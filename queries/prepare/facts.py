"""What a message is counted by, beside its text: its conversation's model, levels of its scores."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.schema import (
    CATEGORIES,
    LENGTH_CLASSES,
    MESSAGES,
    SCORE_STEPS,
    column_suffix,
    level_column,
)

_STEPS = np.array(SCORE_STEPS)
_CLASSES = np.array(LENGTH_CLASSES)


def with_facts(messages: pa.Table, conversations: pa.Table) -> pa.Table:
    """The messages with all columns of `MESSAGES`.

    Args:
        messages: rows in the order of the conversations, then of `message_index`.
        conversations: the conversations that they belong to, all of them, sorted by id.
    """
    counts = conversations["message_count"].fill_null(0).to_numpy()
    parents = pa.array(np.repeat(np.arange(len(counts)), counts))
    for name in ("id_rank", "model", "language"):
        messages = messages.append_column(name, conversations[name].take(parents))
    reached = {category: _levels(messages, category) for category in CATEGORIES}
    columns = {
        "flag_bits": _flag_bits(messages),
        "highest_level": np.max(list(reached.values()), axis=0),
        "length_class": _length_classes(messages),
        **{level_column(category): found for category, found in reached.items()},
    }
    for name, values in columns.items():
        messages = messages.append_column(name, pa.array(values))
    return messages.select([column.name for column in MESSAGES])


def _levels(messages: pa.Table, category: str) -> npt.NDArray[np.uint8]:
    """How many of `SCORE_STEPS` each score reaches; 0 for a null or NaN."""
    scores = messages[f"score_{column_suffix(category)}"].to_numpy()
    reached = np.searchsorted(_STEPS, scores, side="right").astype(np.uint8)
    return np.where(np.isnan(scores), np.uint8(0), reached)


def _flag_bits(messages: pa.Table) -> npt.NDArray[np.uint16]:
    bits = np.zeros(messages.num_rows, dtype=np.uint16)
    for place, category in enumerate(CATEGORIES):
        flags = messages[f"is_flagged_{column_suffix(category)}"].fill_null(False)
        bits |= flags.to_numpy().astype(np.uint16) << place
    return bits


def _length_classes(messages: pa.Table) -> np.ma.MaskedArray[Any, Any]:
    chars = messages["text_chars"]
    known = chars.fill_null(0).to_numpy()
    classes = np.searchsorted(_CLASSES, known, side="right").astype(np.uint8) - 1
    return np.ma.MaskedArray(classes.astype(np.uint8), mask=chars.is_null().to_numpy())
