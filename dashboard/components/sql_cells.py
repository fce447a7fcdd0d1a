"""Values of a result as texts: what a column of any type looks like in a table."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.charts.results import told_apart
from queries.reading import visible

TEXT_CHARS = 300
"""Of a longer text so much is shown, until one asks for more."""

WHOLE_CHARS = 20_000
"""So much is shown of a text that was asked for; a file has all of it."""

NOTHING = "null"
NESTED_BYTES_MAX = 2_000_000
"""Lists and structs of a page that are larger are not written out: others would wait for that."""

_TOO_LARGE = "(too large to show: a file has it)"
_UNREADABLE = "(cannot be shown)"

LABEL_CHARS = 80
"""So much of the name of a column, or of a bar, is shown."""


class Cell(NamedTuple):
    """A value as a text, and whether that is only its beginning."""

    text: str
    is_cut: bool = False
    is_nothing: bool = False


def labels(names: Sequence[str]) -> list[str]:
    """Names of columns as they are shown, each one once: a second ``a`` is ``a (2)``."""
    return told_apart([visible(name)[:LABEL_CHARS] or "(no name)" for name in names])


def is_number(kind: pa.DataType) -> bool:
    """Whether figures are in a column of a type."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def cells(column: pa.ChunkedArray, whole: frozenset[int] = frozenset()) -> list[Cell]:
    """The values of a column as they are shown.

    Args:
        column: of any type.
        whole: places of texts that are shown to their end.
    """
    if pa.types.is_nested(column.type) and column.nbytes > NESTED_BYTES_MAX:
        kept = column.is_valid().to_pylist()
        return [Cell(_TOO_LARGE) if one else Cell(NOTHING, is_nothing=True) for one in kept]
    return [
        _cell(value, WHOLE_CHARS if place in whole else TEXT_CHARS)
        for place, value in enumerate(values(column))
    ]


def values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; dates and times, which can be beyond those of Python, as texts."""
    kind = column.type
    try:
        if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
            return list(map(_without_zeros, pc.cast(column, pa.string()).to_pylist()))
        return list(column.to_pylist())
    except (pa.ArrowException, ValueError, OverflowError, TypeError):
        return [None if one is None else _UNREADABLE for one in column.is_valid().to_pylist()]


def _without_zeros(text: str | None) -> str | None:
    """A time without the fraction of a second that is none."""
    if text is not None and text.startswith("<value out of range"):
        return _UNREADABLE
    return text if text is None else text.removesuffix(".000000").replace(".000000Z", "Z")


def _cell(value: Any, chars: int) -> Cell:  # noqa: ANN401
    if value is None:
        return Cell(NOTHING, is_nothing=True)
    text = _text(value)
    return Cell(f"{text[:chars]}…", is_cut=True) if len(text) > chars else Cell(text)


def _text(value: Any) -> str:  # noqa: ANN401
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return _float(value)
        case pa.MonthDayNano():
            seconds = value.nanoseconds / 1e9
            return f"{value.months} months {value.days} days {seconds:g} s"
        case bytes():
            return value.hex(" ")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=_json)
        case _:
            return str(value)


def _json(value: Any) -> str:  # noqa: ANN401
    return value.hex(" ") if isinstance(value, bytes) else str(value)


def _float(value: float) -> str:
    """A number as it is where that is short, else with six figures."""
    exact = repr(value).removesuffix(".0")
    return exact if len(exact) <= 10 else f"{value:.6g}"
