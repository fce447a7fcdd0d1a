"""Verbatim rows, those that the tables of a store cannot rebuild, with other message contents."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.canonical import CANONICAL_SCHEMA, MESSAGE


def with_contents(verbatim: pa.Table, change: Callable[[pa.Array], pa.Array]) -> pa.Table:
    """The rows with the contents of their messages changed.

    Args:
        verbatim: rows in `CANONICAL_SCHEMA`.
        change: gets the contents of all messages, row by row, and returns as many.
    """
    if not verbatim.num_rows:
        return verbatim
    lists = verbatim["conversation"].combine_chunks()
    messages = lists.flatten()
    content, role = (messages.field(name) for name in ("content", "role"))
    structs = pa.StructArray.from_arrays(
        [change(content), role], fields=list(MESSAGE), mask=messages.is_null()
    )
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    changed = pa.ListArray.from_arrays(offsets, structs, mask=lists.is_null())
    index = verbatim.schema.get_field_index("conversation")
    return verbatim.set_column(index, CANONICAL_SCHEMA.field("conversation"), changed)
