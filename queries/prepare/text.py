"""Text that Arrow let through although it is not valid UTF-8."""

import pyarrow as pa

from queries.prepare.conform import same_lists

_COLUMNS_WITH_TEXT = ("model", "conversation", "language")


def readable(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    """The batch with every text valid UTF-8, and which rows had to be changed for that (boolean).

    Bytes that are not UTF-8 become U+FFFD, as Python's ``errors="replace"`` does.
    """
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        return _replaced(batch)
    return batch, pa.repeat(pa.scalar(False), batch.num_rows)


def _replaced(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
    mended = batch
    changed: set[int] = set()
    for name in _COLUMNS_WITH_TEXT:
        before, after = batch[name], _mended(batch[name])
        mended = mended.set_column(batch.schema.get_field_index(name), name, after)
        changed |= {i for i in range(len(before)) if not before[i : i + 1].equals(after[i : i + 1])}
    return mended.cast(batch.schema), pa.array([i in changed for i in range(batch.num_rows)])


def _mended(array: pa.Array) -> pa.Array:
    if pa.types.is_list(array.type):
        return same_lists(array, _mended(array.flatten()))
    if pa.types.is_struct(array.type):
        children = [_mended(child) for child in array.flatten()]
        return pa.StructArray.from_arrays(children, fields=list(array.type), mask=array.is_null())
    texts = array.cast(pa.binary()).to_pylist()
    return pa.array([t if t is None else t.decode(errors="replace") for t in texts], pa.string())
