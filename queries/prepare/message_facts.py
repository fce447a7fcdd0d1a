"""Derived columns of messages: model, language, levels of scores, flags, covers, length class."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.schema import (
    CATEGORIES,
    FLAGGED_BIT,
    LENGTH_CLASSES,
    MESSAGES,
    SCORE_STEPS,
    column_suffix,
    level_column,
)

_STEPS = np.array(SCORE_STEPS)
_CLASSES = np.array(LENGTH_CLASSES)


def add_message_facts(messages: pa.Table, conversations: pa.Table) -> pa.Table:
    """Add the derived columns to messages.

    Args:
        messages: rows in the order of the conversations, then of `message_index`.
        conversations: the conversations they belong to, sorted by id.

    Returns:
        The messages with the columns of `MESSAGES`.
    """
    counts = conversations["message_count"].fill_null(0).to_numpy()
    parents = np.repeat(np.arange(len(counts)), counts)
    for name in ("id_rank", "model", "language"):
        messages = messages.append_column(name, conversations[name].take(pa.array(parents)))
    levels = {category: _levels(messages, category) for category in CATEGORIES}
    flag_bits = _flag_bits(messages)
    columns = {
        "flag_bits": flag_bits,
        "cover_bits": _cover_bits(messages, flag_bits, _undealt_bits(conversations)[parents]),
        "highest_level": np.ma.max(np.ma.stack(list(levels.values())), axis=0),
        "length_class": _length_classes(messages),
        **{level_column(category): values for category, values in levels.items()},
    }
    for name, values in columns.items():
        messages = messages.append_column(name, pa.array(values))
    return messages.select([column.name for column in MESSAGES])


def _levels(messages: pa.Table, category: str) -> np.ma.MaskedArray[Any, Any]:
    """How many of `SCORE_STEPS` each score reaches; masked where it is null or NaN."""
    scores = messages[f"score_{column_suffix(category)}"].to_numpy()
    reached = np.searchsorted(_STEPS, scores, side="right").astype(np.uint8)
    return np.ma.MaskedArray(reached, mask=np.isnan(scores))


def _flag_bits(messages: pa.Table) -> npt.NDArray[np.uint16]:
    bits = np.zeros(messages.num_rows, dtype=np.uint16)
    for bit, category in enumerate(CATEGORIES):
        flags = messages[f"is_flagged_{column_suffix(category)}"].fill_null(False)
        bits |= flags.to_numpy().astype(np.uint16) << bit
    return bits


def _cover_bits(
    messages: pa.Table, flag_bits: npt.NDArray[np.uint16], undealt_bits: npt.NDArray[np.uint16]
) -> npt.NDArray[np.uint16]:
    """Why each text is covered; 0 where it is not.

    Any message of a conversation with undealt entries may be the flagged one, so all are covered.
    """
    is_flagged = messages["is_flagged"].fill_null(False).to_numpy()
    own_bits = np.where(is_flagged, flag_bits | np.uint16(FLAGGED_BIT), flag_bits)
    return np.asarray(own_bits | undealt_bits, np.uint16)


def _undealt_bits(conversations: pa.Table) -> npt.NDArray[np.uint16]:
    """The cover bits of the undealt entries of each conversation; 0 without any."""
    is_undealt = pc.greater(conversations["undealt_count"], 0).to_numpy()
    is_flagged = conversations["is_flagged"].fill_null(False).to_numpy()
    bits = np.where(is_flagged & is_undealt, np.uint16(FLAGGED_BIT), np.uint16(0))
    categories = conversations["flagged_categories"].to_pylist() if is_undealt.any() else []
    for row in np.flatnonzero(is_undealt):
        for name in categories[row]:
            bits[row] |= np.uint16(1 << CATEGORIES.index(name))
    return bits


def _length_classes(messages: pa.Table) -> np.ma.MaskedArray[Any, Any]:
    chars = messages["text_chars"]
    known = chars.fill_null(0).to_numpy()
    classes = np.searchsorted(_CLASSES, known, side="right").astype(np.uint8) - 1
    return np.ma.MaskedArray(classes.astype(np.uint8), mask=chars.is_null().to_numpy())
