"""Raw Arrow data to exactly the published types, whatever encoding a file came in."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc


def differences(found: pa.DataType, wanted: pa.DataType, path: str) -> Iterator[str]:
    """Sentences about what `conform` could not turn into the wanted type; none when it can."""
    found = _decoded(found)
    if pa.types.is_null(found):
        return
    if pa.types.is_struct(wanted):
        if not pa.types.is_struct(found):
            yield f"{path} is {found}, not a struct"
            return
        fields = {field.name: field.type for field in found}
        for field in wanted:
            if field.name not in fields:
                yield f"{path} lacks the field {field.name!r}"
            else:
                yield from differences(fields[field.name], field.type, f"{path}.{field.name}")
    elif pa.types.is_list(wanted):
        if not _is_any_list(found):
            yield f"{path} is {found}, not a list"
        else:
            yield from differences(found.value_type, wanted.value_type, path)
    elif not _is_same_kind(found, wanted):
        yield f"{path} is {found}, not {wanted}"


def surplus(found: pa.DataType, wanted: pa.DataType, path: str) -> Iterator[str]:
    """Paths of fields that the published schema does not have, at any depth."""
    if pa.types.is_struct(found) and pa.types.is_struct(wanted):
        known = {field.name: field.type for field in wanted}
        for field in found:
            if field.name in known:
                yield from surplus(field.type, known[field.name], f"{path}.{field.name}")
            else:
                yield f"{path}.{field.name}"
    elif _is_any_list(found) and pa.types.is_list(wanted):
        yield from surplus(found.value_type, wanted.value_type, path)


def conform(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The same values with the wanted type: decoded, fields by name, surplus fields left out.

    Raises:
        pa.ArrowInvalid: a value does not fit the wanted type, e.g. 2**40 in a 32-bit list offset.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.type == wanted:
        return array
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), wanted)
    if pa.types.is_struct(wanted):
        children = [conform(array.field(field.name), field.type) for field in wanted]
        return pa.StructArray.from_arrays(
            children, fields=list(wanted), mask=array.is_null() if array.null_count else None
        )
    if pa.types.is_list(wanted):
        return same_lists(array, conform(array.flatten(), wanted.value_type))
    return array.cast(wanted)


def same_lists(array: pa.Array, values: pa.Array) -> pa.Array:
    """Lists of the same lengths and nulls as any list array, over other values.

    Args:
        array: lists of any layout.
        values: as many as ``array.flatten()`` has; offsets of the result are 32-bit, from zero.
    """
    lengths = pc.list_value_length(array).cast(pa.int64())
    ends = pc.cumulative_sum(lengths.fill_null(0))
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), ends]).cast(pa.int32())
    mask = array.is_null() if array.null_count else None
    return pa.ListArray.from_arrays(offsets, values, mask=mask)


def _decoded(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _is_any_list(type_: pa.DataType) -> bool:
    tests = (
        pa.types.is_list,
        pa.types.is_large_list,
        pa.types.is_fixed_size_list,
        pa.types.is_list_view,
        pa.types.is_large_list_view,
    )
    return any(bool(test(type_)) for test in tests)


def _is_same_kind(found: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_string(wanted):
        tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
        return any(bool(test(found)) for test in tests)
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(found))
    if pa.types.is_floating(wanted):
        return bool(pa.types.is_floating(found))
    return bool(found == wanted)
