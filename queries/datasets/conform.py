"""Arrow data in exactly the published types, whatever encoding a file uses."""

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.value_types import cast_value, is_same_kind


def schema_problems(
    schema: pa.Schema, published: pa.Schema, optional: Collection[str] = ()
) -> Iterator[str]:
    """Reasons why a file cannot be read as a published schema; none if it can.

    Args:
        schema: of the file.
        published: what is needed.
        optional: columns of `published` that a file may lack.

    Yields:
        Clauses about the file, e.g. ``it lacks the column 'model'.``
    """
    required = [name for name in published.names if name not in optional]
    for name in required:
        if name not in schema.names:
            yield (
                f"it lacks the column {name!r}. "
                f"A conversation needs the columns {', '.join(required)}."
            )
    for field in published:
        count = schema.names.count(field.name)
        if count > 1:
            yield f"it has the column {field.name!r} more than once: keep one of them."
        elif count:
            actual = schema.field(field.name).type
            for problem in type_problems(actual, field.type, field.name):
                yield f"the column {problem}."


def type_problems(actual: pa.DataType, target: pa.DataType, path: str) -> Iterator[str]:
    """What keeps `conform` from turning one type into another; nothing if it can.

    Args:
        actual: the type in the file.
        target: the required type.
        path: of the value, for the message, e.g. ``conversation.role``.
    """
    actual = _decoded(actual)
    if pa.types.is_null(actual):
        return
    if _is_struct_of_lists(actual, target):
        columns = pa.struct([(field.name, field.type.value_type) for field in actual])
        yield from type_problems(columns, target.value_type, path)
    elif pa.types.is_struct(target):
        if pa.types.is_map(actual):
            yield from _map_problems(actual, target, path)
            return
        if not pa.types.is_struct(actual):
            yield f"{path} is {_type_name(actual)}, not a struct"
            return
        fields = {field.name: field.type for field in actual}
        for field in target:
            if field.name not in fields:
                yield f"{path} lacks the field {field.name!r}"
            else:
                yield from type_problems(fields[field.name], field.type, f"{path}.{field.name}")
    elif pa.types.is_list(target):
        if not _is_any_list(actual):
            yield f"{path} is {_type_name(actual)}, not a list"
        else:
            yield from type_problems(actual.value_type, target.value_type, path)
    elif not is_same_kind(actual, target):
        yield f"{path} is {_type_name(actual)}, not {target}"


def _map_problems(actual: pa.DataType, target: pa.DataType, path: str) -> Iterator[str]:
    """What keeps the entries of a map from being the fields of a struct."""
    if not is_same_kind(_decoded(actual.key_type), pa.string()):
        yield f"{path} is {_type_name(actual)}, not a struct"
        return
    for field in target:
        yield from type_problems(actual.item_type, field.type, f"{path}.{field.name}")


def surplus_columns(schema: pa.Schema, published: pa.Schema) -> Iterator[str]:
    """Columns and nested fields of a file that the published schema does not have, as paths."""
    for field in schema:
        if field.name in published.names:
            yield from _surplus_fields(field.type, published.field(field.name).type, field.name)
        else:
            yield field.name


def _surplus_fields(actual: pa.DataType, target: pa.DataType, path: str) -> Iterator[str]:
    if _is_struct_of_lists(actual, target):
        target = target.value_type
    if pa.types.is_struct(actual) and pa.types.is_struct(target):
        known = {field.name: field.type for field in target}
        for field in actual:
            if field.name in known:
                yield from _surplus_fields(field.type, known[field.name], f"{path}.{field.name}")
            else:
                yield f"{path}.{field.name}"
    elif _is_any_list(actual) and pa.types.is_list(target):
        yield from _surplus_fields(actual.value_type, target.value_type, path)


def conform(array: pa.Array, target: pa.DataType) -> pa.Array:
    """The same values in another type: decoded, fields matched by name, surplus fields dropped.

    Raises:
        pa.ArrowInvalid: a value does not fit the type, e.g. 2**40 in a 32-bit list offset.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if array.type == target:
        return array
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), target)
    if _is_struct_of_lists(array.type, target):
        return _list_of_structs(array, target)
    if pa.types.is_map(array.type):
        return _struct_of_map(array, target)
    if pa.types.is_struct(target):
        children = [conform(array.field(field.name), field.type) for field in target]
        return pa.StructArray.from_arrays(
            children, fields=list(target), mask=array.is_null() if array.null_count else None
        )
    if pa.types.is_list(target):
        return with_values(array, conform(array.flatten(), target.value_type))
    return cast_value(array, target)


def _list_of_structs(array: pa.StructArray, target: pa.DataType) -> pa.Array:
    """Lists of structs from a struct of lists, as `datasets` and others store them.

    Raises:
        pa.ArrowInvalid: two lists of a row differ in length.
    """
    lists = [array.field(field.name) for field in target.value_type]
    lengths = [pc.list_value_length(column).fill_null(0) for column in lists]
    if any(not length.equals(lengths[0]) for length in lengths[1:]):
        names = ", ".join(field.name for field in target.value_type)
        raise pa.ArrowInvalid(f"the lists of {names} differ in length in a row.")
    columns = [
        conform(column.flatten(), field.type)
        for column, field in zip(lists, target.value_type, strict=True)
    ]
    structs = pa.StructArray.from_arrays(columns, fields=list(target.value_type))
    is_null = pc.or_(array.is_null(), lists[0].is_null())
    first = pc.if_else(is_null, None, lists[0]) if array.null_count else lists[0]
    return with_values(first, structs)


def _struct_of_map(array: pa.MapArray, target: pa.DataType) -> pa.Array:
    """Structs from maps, by key. A key that a map lacks gives null."""
    children = [
        conform(
            pc.map_lookup(array, pa.scalar(field.name, array.type.key_type), "first"), field.type
        )
        for field in target
    ]
    mask = array.is_null() if array.null_count else None
    return pa.StructArray.from_arrays(children, fields=list(target), mask=mask)


def with_values(lists: pa.Array, values: pa.Array) -> pa.ListArray:
    """Lists with the same lengths and nulls as others, over other values.

    Args:
        lists: lists of any layout.
        values: as many as ``lists.flatten()`` has.

    Returns:
        A list array with 32-bit offsets that start at zero.
    """
    lengths = pc.list_value_length(lists).cast(pa.int64())
    ends = pc.cumulative_sum(lengths.fill_null(0))
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), ends]).cast(pa.int32())
    mask = lists.is_null() if lists.null_count else None
    return pa.ListArray.from_arrays(offsets, values, mask=mask)


def lists_with_any(lists: pa.Array, condition: pa.Array) -> pa.Array:
    """For each list, whether a condition is true of any of its values (boolean, no nulls).

    Args:
        lists: the lists.
        condition: a boolean for each value of ``lists.flatten()``, without nulls.
    """
    has_any = np.zeros(len(lists), dtype=bool)
    parents = pc.list_parent_indices(lists).to_numpy()
    has_any[parents[condition.to_numpy(zero_copy_only=False)]] = True
    return pa.array(has_any)


def _type_name(type_: pa.DataType) -> str:
    """A type in a few words; that of a struct would fill the screen."""
    if pa.types.is_map(type_):
        return "a map"
    if pa.types.is_struct(type_):
        return "a struct"
    return "a list" if _is_any_list(type_) else str(type_)


def _decoded(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _is_struct_of_lists(actual: pa.DataType, target: pa.DataType) -> bool:
    """Whether a type holds the lists of structs of another one as a struct of lists."""
    if not (pa.types.is_list(target) and pa.types.is_struct(target.value_type)):
        return False
    if not pa.types.is_struct(actual):
        return False
    types = {field.name: field.type for field in actual}
    return all(
        field.name in types and _is_any_list(types[field.name]) for field in target.value_type
    )


def _is_any_list(type_: pa.DataType) -> bool:
    tests = (
        pa.types.is_list,
        pa.types.is_large_list,
        pa.types.is_fixed_size_list,
        pa.types.is_list_view,
        pa.types.is_large_list_view,
    )
    return any(bool(test(type_)) for test in tests)
