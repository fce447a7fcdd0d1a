"""Openings as words are looked up in them, so that no count spells out what is masked or covered.

Unlike the openings themselves, they contain no contact data, no beginning of any, and no text that
is revealed one message at a time.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.display.covers import REVEALED_ONE_BY_ONE
from queries.masking.parallel import ColumnMask, unmasked


def searchable_openings(conversations: pa.Table, mask: ColumnMask) -> pa.Array:
    """The column `searchable_opening` of some conversations.

    Args:
        conversations: rows with ``opening`` and ``flagged_categories``.
        mask: masks openings.

    Returns:
        For each row the masked opening, or an empty string if one of its messages is revealed only
        on its own; null where that is the opening itself.
    """
    openings = unmasked(conversations["opening"])
    flagged = unmasked(conversations["flagged_categories"])
    is_revealed_alone = pc.equal(flagged.flatten().cast(pa.string()), REVEALED_ONE_BY_ONE)
    is_hidden = np.zeros(len(openings), bool)
    is_hidden[pc.list_parent_indices(flagged).filter(is_revealed_alone).to_numpy()] = True
    searchable = pc.if_else(pa.array(is_hidden), "", mask(openings))
    is_opening = pc.equal(searchable, openings).fill_null(False)
    return pc.if_else(is_opening, pa.scalar(None, pa.string()), searchable)
