"""Types of single values that mean the same, as different programs write them."""

from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

_TEXTS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
)


def is_same_kind(actual: pa.DataType, target: pa.DataType) -> bool:
    """Whether every value of one type that `cast_value` accepts means the same in another.

    Args:
        actual: the type in a file.
        target: a published type: string, int64, float64 or bool.
    """
    if pa.types.is_string(target):
        return _is_uuid(actual) or any(bool(test(actual)) for test in _TEXTS)
    if pa.types.is_integer(target):
        return bool(pa.types.is_integer(actual)) or _is_whole_decimal(actual)
    if pa.types.is_floating(target):
        tests = (pa.types.is_floating, pa.types.is_decimal, pa.types.is_integer)
        return any(bool(test(actual)) for test in tests)
    if pa.types.is_boolean(target):
        return bool(pa.types.is_boolean(actual) or pa.types.is_integer(actual))
    return bool(actual == target)


def cast_value(array: pa.Array, target: pa.DataType) -> pa.Array:
    """The same values in another type of the same kind.

    A UUID becomes 32 hexadecimal digits, as LMSYS-Chat-1M writes its ids. Bytes become a text as
    they are, also where they are no UTF-8.

    Raises:
        pa.ArrowInvalid: a value does not fit: a number that is neither 0 nor 1 as a boolean, or one
            that is too large.
    """
    if _is_uuid(array.type):
        ids = [None if id_ is None else UUID(bytes=id_).hex for id_ in array.storage.to_pylist()]
        return pa.array(ids, target)
    if pa.types.is_boolean(target) and pa.types.is_integer(array.type):
        if pc.any(
            pc.not_equal(array.cast(pa.int64()), array.cast(pa.bool_()).cast(pa.int64()))
        ).as_py():
            raise pa.ArrowInvalid("a number that is neither 0 nor 1 stands for true or false.")
        return array.cast(target)
    if pa.types.is_string(target):
        return array.cast(target, safe=False)
    return array.cast(target)


def _is_uuid(type_: pa.DataType) -> bool:
    return isinstance(type_, pa.UuidType)


def _is_whole_decimal(type_: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(type_)) and type_.scale == 0
