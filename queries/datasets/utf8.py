"""Repair of texts that a parquet file declares as UTF-8 although they are not."""

import pyarrow as pa

from queries.datasets.conform import with_values

_TEXT_COLUMNS = ("model", "conversation", "language")


def repair_utf8(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    """Replace bytes that are not UTF-8 by U+FFFD, like Python's ``errors="replace"``.

    Args:
        batch: rows in `CANONICAL_SCHEMA`.

    Returns:
        The batch with valid texts, and which rows changed (boolean).
    """
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return _replace_invalid(batch)
    return batch, pa.repeat(pa.scalar(False), batch.num_rows)


def _replace_invalid(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    repaired = batch
    changed: set[int] = set()
    for name in _TEXT_COLUMNS:
        before, after = batch[name], _repaired(batch[name])
        repaired = repaired.set_column(batch.schema.get_field_index(name), name, after)
        changed |= {i for i in range(len(before)) if not before[i : i + 1].equals(after[i : i + 1])}
    return repaired.cast(batch.schema), pa.array([i in changed for i in range(batch.num_rows)])


def _repaired(array: pa.Array) -> pa.Array:
    if pa.types.is_list(array.type):
        return with_values(array, _repaired(array.flatten()))
    if pa.types.is_struct(array.type):
        children = [_repaired(child) for child in array.flatten()]
        return pa.StructArray.from_arrays(children, fields=list(array.type), mask=array.is_null())
    texts = array.cast(pa.binary()).to_pylist()
    return pa.array([t if t is None else t.decode(errors="replace") for t in texts], pa.string())
