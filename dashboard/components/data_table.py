"""A table of figures that can be sorted, copied and clicked to filter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.components.custom_component import custom_component
from queries.text.control_characters import escape_control_characters

_TABLE = custom_component(__name__)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column and its header.

    Attributes:
        label: text of the header.
        is_number: whether it holds numbers, which are aligned right.
        sort: name under which rows are sorted by it; None if they cannot be.
        hint: tooltip of the header.
    """

    label: str
    is_number: bool = True
    sort: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell differs from others.

    Attributes:
        href: address that it links to.
        rest: value to send when the reader asks for the whole of a truncated text.
        is_null: whether its text stands for a missing value.
    """

    href: str | None = None
    rest: str | None = None
    is_null: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of texts; the first one names it.

    Attributes:
        cells: a text for each column.
        notes: a small text below each cell, such as an interval; may be empty.
        token: the filter token of the row; None if it cannot be clicked.
        is_small: whether it counts so little that its rates are uncertain.
        styles: styles of single cells, by the index of the column.
    """

    cells: Sequence[str]
    notes: Sequence[str] = field(default=())
    token: str | None = None
    is_small: bool = False
    styles: Mapping[int, CellStyle] = field(default_factory=dict)


def show_table(
    columns: Sequence[TableColumn],
    rows: Sequence[TableRow],
    *,
    caption: str,
    key: str,
    sorted_by: str | None = None,
    is_descending: bool = True,
    on_sort: Callable[[str], None] | None = None,
    on_choice: Callable[[str], None] | None = None,
    on_rest: Callable[[str], None] | None = None,
    export: dict[str, Any] | None = None,
) -> None:
    """Draw a table.

    Args:
        columns: the columns; the first one names the rows.
        rows: the rows, in order.
        caption: what the table holds, for screen readers.
        key: key of the table on its page.
        sorted_by: the ``sort`` of the column by which rows are sorted.
        is_descending: whether the largest come first.
        on_sort: called with the ``sort`` of a clicked header.
        on_choice: called with the ``token`` of a clicked row.
        on_rest: called with the ``rest`` of the cell whose whole text is requested.
        export: ``name`` and ``csv`` of the file to offer, and the key ``plot``, ``title`` and
            ``note`` of a chart to offer as an image; None to offer nothing.
    """

    def choose() -> None:
        if on_choice is not None and st.session_state[key].chosen is not None:
            on_choice(str(st.session_state[key].chosen))

    def sort() -> None:
        if on_sort is not None and st.session_state[key].sorted is not None:
            on_sort(str(st.session_state[key].sorted))

    def show_rest() -> None:
        if on_rest is not None and st.session_state[key].rest is not None:
            on_rest(str(st.session_state[key].rest))

    _TABLE(
        key=key,
        data={
            "caption": caption,
            "columns": [
                _column(column, sorted_by, is_descending=is_descending) for column in columns
            ],
            "rows": [_row(row) for row in rows],
            "export": export,
        },
        on_chosen_change=choose,
        on_sorted_change=sort,
        on_rest_change=show_rest,
    )


def _column(column: TableColumn, sorted_by: str | None, *, is_descending: bool) -> dict[str, Any]:
    order = ("descending" if is_descending else "ascending") if column.sort == sorted_by else "none"
    return {
        "label": column.label,
        "number": column.is_number,
        "sort": column.sort,
        "order": order if column.sort else None,
        "hint": column.hint,
    }


def _row(row: TableRow) -> dict[str, Any]:
    return {
        "cells": [escape_control_characters(cell) for cell in row.cells],
        "notes": list(row.notes),
        "token": row.token,
        "small": row.is_small,
        "styles": {
            index: {"href": style.href, "rest": style.rest, "null": style.is_null}
            for index, style in row.styles.items()
        },
    }
