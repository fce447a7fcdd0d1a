"""A part whose texts flagged as sexual/minors are covered: what exports read by default."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.display.covers import REVEALED_ONE_BY_ONE, list_cover_text
from queries.export.verbatim_rows import with_contents
from queries.schema import CATEGORIES, categories_of
from queries.store.part_reader import PartReader


@dataclass(frozen=True)
class CoveredPartReader(PartReader):
    """Reads the chosen conversations of one part, with these texts covered in every table.

    An opening is covered if any message of its conversation is flagged so, as in lists; a message
    if it is itself. Shapes read their texts here, so no shape has to think of covers.
    """

    def conversations(self, columns: Sequence[str]) -> pa.Table:
        """As `PartReader.conversations`, with openings covered."""
        if "opening" not in columns:
            return super().conversations(columns)
        rows = super().conversations(list(dict.fromkeys((*columns, "flagged_categories"))))
        names = rows["flagged_categories"].to_pylist()
        is_covered = np.array([REVEALED_ONE_BY_ONE in each for each in names], bool)
        openings = _covered(
            rows["opening"],
            is_covered,
            lambda position: {"is_flagged": True, "flagged_categories": names[position]},
        )
        return _with_column(rows, "opening", openings).select(list(columns))

    def messages(self, columns: Sequence[str]) -> pa.Table:
        """As `PartReader.messages`, with texts covered."""
        if "text" not in columns:
            return super().messages(columns)
        rows = super().messages([*columns, "flag_bits", "cover_bits"])
        texts = _covered_by_bits(rows["text"], rows)
        names = list(dict.fromkeys((*columns, "id_rank")))
        return _with_column(rows, "text", texts).select(names)

    @cached_property
    def verbatim(self) -> pa.Table:
        """As `PartReader.verbatim`, with contents covered."""
        rows = super().verbatim
        if not rows.num_rows:
            return rows
        # The same conversations have the same messages in the table of messages, in this order.
        messages = super().messages(["conversation_id", "flag_bits", "cover_bits"])
        is_of_rows = pc.is_in(messages["conversation_id"], rows["conversation_id"].combine_chunks())
        of_rows = messages.filter(is_of_rows)
        return with_contents(rows, lambda contents: _covered_by_bits(contents, of_rows))


def always_covered_count(part: PartReader) -> int:
    """How many conversations of a part have a message that is only revealed one by one."""
    categories = part.conversations(["flagged_categories"])["flagged_categories"]
    return sum(REVEALED_ONE_BY_ONE in names for names in categories.to_pylist())


def _covered_by_bits(texts: pa.Array | pa.ChunkedArray, messages: pa.Table) -> pa.Array:
    """The texts of messages, covered by their `cover_bits`."""
    cover_bits, flag_bits = messages["cover_bits"].to_numpy(), messages["flag_bits"].to_numpy()
    is_covered = (cover_bits >> CATEGORIES.index(REVEALED_ONE_BY_ONE) & 1).astype(bool)

    def verdict(position: int) -> dict[str, Any]:
        return {
            "is_flagged": True,
            "flagged_categories": categories_of(int(flag_bits[position])),
            "is_maybe_flagged": not flag_bits[position],
            "cover_categories": categories_of(int(cover_bits[position])),
        }

    return _covered(texts, is_covered, verdict)


def _covered(
    texts: pa.Array | pa.ChunkedArray,
    is_covered: npt.NDArray[np.bool_],
    verdict: Callable[[int], dict[str, Any]],
) -> pa.Array:
    """The texts, with covers where they are covered; nulls stay.

    Args:
        texts: the texts.
        is_covered: for each text, whether it is covered.
        verdict: what the text at a position is covered for, as `list_cover_text` reads it.
    """
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    must_cover = is_covered & whole.is_valid().to_numpy(zero_copy_only=False)
    covers = [list_cover_text(verdict(int(position))) for position in np.flatnonzero(must_cover)]
    return pc.replace_with_mask(whole, pa.array(must_cover), pa.array(covers, whole.type))


def _with_column(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), values)
