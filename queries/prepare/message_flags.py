"""Boolean columns of messages, as arrays."""

import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.turns import Bools


def is_role(messages: pa.RecordBatch, role: str) -> Bools:
    """Whether each message has this role."""
    return true_values(pc.equal(messages["role"], role))


def true_values(flags: pa.Array) -> Bools:
    """Whether each value is true; a null is not."""
    values: Bools = flags.fill_null(False).to_numpy(zero_copy_only=False)
    return values
