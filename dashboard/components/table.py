"""A table of figures: for reading, sorting, copying and, row by row, for filtering."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.components.registration import registered
from queries.reading import visible

_TABLE = registered("table")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column.

    Attributes:
        label: its words.
        is_number: whether figures stand below it, flush right.
        sort: what sorting by it is called; None where rows cannot be sorted by it.
        hint: what it says in full.
    """

    label: str
    is_number: bool = True
    sort: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is special about a cell.

    Attributes:
        href: address that it leads to.
        rest: what asks for the rest of a text that is cut.
        is_nothing: there is no value: its text stands for that.
    """

    href: str | None = None
    rest: str | None = None
    is_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name, then its cells.

    Attributes:
        cells: a text for each column, the name first.
        notes: a small text below each cell (an interval); empty for none.
        pick: the filter that the row stands for; None for none.
        is_few: whether it is of so few that its rates say little.
        marks: what is special about a cell, by its place; nothing of the others.
    """

    cells: Sequence[str]
    notes: Sequence[str] = field(default=())
    pick: str | None = None
    is_few: bool = False
    marks: Mapping[int, Mark] = field(default_factory=dict)


def show_table(
    heads: Sequence[Head],
    rows: Sequence[Row],
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
        heads: the columns; the first one names the rows.
        rows: the rows, in the order to show.
        caption: what the table holds, for screen readers.
        key: name of the table on its page.
        sorted_by: the `sort` of the column that rows are in the order of.
        is_descending: largest first.
        on_sort: called with the `sort` of the head that was chosen.
        on_choice: called with the `pick` of the row that was chosen.
        on_rest: called with the `rest` of the cell whose whole text is asked for.
        export: ``name`` and ``csv`` of what can be saved, and ``plot``, ``title``, ``note`` of a
            chart that can be saved as a picture; None for none of it.
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
            "heads": [_head(head, sorted_by, is_descending=is_descending) for head in heads],
            "rows": [_row(row) for row in rows],
            "export": export,
        },
        on_chosen_change=choose,
        on_sorted_change=sort,
        on_rest_change=show_rest,
    )


def _head(head: Head, sorted_by: str | None, *, is_descending: bool) -> dict[str, Any]:
    order = ("descending" if is_descending else "ascending") if head.sort == sorted_by else "none"
    return {
        "label": head.label,
        "number": head.is_number,
        "sort": head.sort,
        "order": order if head.sort else None,
        "hint": head.hint,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "cells": [visible(cell) for cell in row.cells],
        "notes": list(row.notes),
        "pick": row.pick,
        "few": row.is_few,
        "marks": {
            place: {"href": mark.href, "rest": mark.rest, "nothing": mark.is_nothing}
            for place, mark in row.marks.items()
        },
    }
