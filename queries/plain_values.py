"""Values of Arrow as JSON can say them: leaf by leaf, whatever is nested in what."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa


def each_leaf(value: Any, given: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """A value of lists and mappings, with each leaf in it given another way."""
    match value:
        case Mapping():
            return {name: each_leaf(one, given) for name, one in value.items()}
        case list():
            return [each_leaf(one, given) for one in value]
    return given(value)


def with_bytes(type_: pa.DataType) -> pa.DataType:
    """A type with bytes in place of its texts: Arrow refuses to give those that are not UTF-8."""
    if pa.types.is_string(type_):
        return pa.binary()
    if pa.types.is_list(type_):
        return pa.list_(with_bytes(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(field.name, with_bytes(field.type)) for field in type_])
    return type_


def decoded(leaf: Any) -> Any:  # noqa: ANN401
    """Bytes as a text, U+FFFD where they are not UTF-8; anything else as it is."""
    return leaf.decode(errors="replace") if isinstance(leaf, bytes) else leaf


def finite(leaf: Any) -> Any:  # noqa: ANN401
    """A number that JSON does not have as a text, e.g. "Infinity"; anything else as it is."""
    if not isinstance(leaf, float) or math.isfinite(leaf):
        return leaf
    if math.isnan(leaf):
        return "NaN"
    return "Infinity" if leaf > 0 else "-Infinity"
