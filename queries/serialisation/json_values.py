"""Convert nested Arrow values to JSON: bytes to text, non-finite numbers to their names."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa


def map_leaves(value: Any, convert: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """A nested value of lists and mappings, with each leaf converted."""
    match value:
        case Mapping():
            return {name: map_leaves(item, convert) for name, item in value.items()}
        case list():
            return [map_leaves(item, convert) for item in value]
    return convert(value)


def binary_type(type_: pa.DataType) -> pa.DataType:
    """The type with binary instead of string, for texts that are not valid UTF-8.

    Arrow raises an error when such a text is converted to a Python string.
    """
    if pa.types.is_string(type_):
        return pa.binary()
    if pa.types.is_list(type_):
        return pa.list_(binary_type(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(field.name, binary_type(field.type)) for field in type_])
    return type_


def decode_bytes(leaf: Any) -> Any:  # noqa: ANN401
    """Bytes as text, with U+FFFD for invalid UTF-8; any other value unchanged."""
    return leaf.decode(errors="replace") if isinstance(leaf, bytes) else leaf


def replace_non_finite(leaf: Any) -> Any:  # noqa: ANN401
    """The name of a number that JSON lacks, e.g. "Infinity"; any other value unchanged."""
    if not isinstance(leaf, float) or math.isfinite(leaf):
        return leaf
    if math.isnan(leaf):
        return "NaN"
    return "Infinity" if leaf > 0 else "-Infinity"
