"""The result of an SQL statement: its size, a quick chart, and one page of rows."""

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboard import formats
from dashboard.components.data_table import CellStyle, TableColumn, TableRow, show_table
from dashboard.components.pagination import show_pagination
from dashboard.panels.sql.cells import CellText, column_cells, is_number, labels
from dashboard.panels.sql.quick_chart import CHART_KEYS, show_result_chart
from dashboard.state import links
from dashboard.state.pagination import PAGE_KEY, current_page_number
from dashboard.state.sql_results import StatementResult
from queries.sql_console.console import SqlRequest
from queries.text.control_characters import escape_control_characters

RESULT_PAGE_ROWS = 50
COLUMNS_MAX = 200
"""Columns shown; downloads have all of them."""

RESULT_KEYS = (PAGE_KEY, *CHART_KEYS)
"""Query parameters of the page and chart of a result."""

_ID = "conversation_id"
_EXPANDED = "sql_whole"


def show_result(result: StatementResult) -> None:
    """Draw the rows of a statement, or its error."""
    if result.sql_result is None:
        _show_problem(result.problem)
        return
    rows = result.sql_result.rows
    _show_size(rows, result)
    if not rows.num_rows:
        return
    rows = rows.select(range(min(rows.num_columns, COLUMNS_MAX)))
    show_result_chart(rows)
    pages = -(-rows.num_rows // RESULT_PAGE_ROWS)
    first = (current_page_number(pages) - 1) * RESULT_PAGE_ROWS
    _show_rows(rows.slice(first, RESULT_PAGE_ROWS), first, result.request)
    show_pagination(pages)


def _show_problem(problem: str) -> None:
    """Draw an error, and the line of the statement in which it occurred."""
    sentence, _, line = problem.partition("\n\nLINE ")
    st.error(formats.escape_markdown(sentence), icon=":material/error:")
    if line:
        st.code(escape_control_characters(f"LINE {line}"), language=None)


def _show_size(rows: pa.Table, result: StatementResult) -> None:
    height = "1 row" if rows.num_rows == 1 else f"{rows.num_rows:,} rows"
    width = "1 column" if rows.num_columns == 1 else f"{rows.num_columns:,} columns"
    st.text(f"{height}, {width}, in {result.seconds:.1f} s" if rows.num_rows else "No rows.")
    if result.sql_result is not None and result.sql_result.is_cut:
        st.info(_cut_sentence(rows.num_rows), icon=":material/content_cut:")
    if rows.num_columns > COLUMNS_MAX:
        st.info(
            f"Only the first {COLUMNS_MAX} columns are shown. The downloads contain all of them.",
            icon=":material/content_cut:",
        )


def _cut_sentence(count: int) -> str:
    if not count:
        return (
            "The rows are larger than the limit of a result (64 MB). Select fewer or shorter texts."
        )
    return f"There are more rows. Only the first {count:,} are shown."


def _show_rows(rows: pa.Table, first: int, request: SqlRequest) -> None:
    expanded = _expanded_cells(request)
    columns = [TableColumn("Row"), *map(_column, labels(rows.column_names), rows.schema.types)]
    cells = []
    for index, column in enumerate(rows.columns):
        whole = frozenset(row - first for row, of in expanded if of == index)
        cells.append(column_cells(column, whole))
    id_columns = [index for index, name in enumerate(rows.column_names) if name == _ID]
    table_rows = [
        _row(first + number, line, id_columns)
        for number, line in enumerate(zip(*cells, strict=True))
    ]

    def expand(cell: str) -> None:
        row, _, column = cell.partition(":")
        if row.isdecimal() and column.isdecimal():
            position = int(row), int(column)
            st.session_state[_EXPANDED] = request, _expanded_cells(request) | {position}

    last = first + len(table_rows)
    show_table(
        columns,
        table_rows,
        caption=f"Rows {first + 1:,} to {last:,} of the result",
        key="sql_rows",
        on_rest=expand,
    )


def _expanded_cells(request: SqlRequest) -> frozenset[tuple[int, int]]:
    """Row and column of each long text that the reader expanded in this result."""
    of, positions = st.session_state.get(_EXPANDED, (None, frozenset()))
    expanded: Any = positions if of == request else frozenset()
    return frozenset(expanded)


def _column(label: str, kind: pa.DataType) -> TableColumn:
    return TableColumn(label, is_number=is_number(kind), hint=str(kind))


def _row(number: int, line: tuple[CellText, ...], id_columns: list[int]) -> TableRow:
    styles = {}
    for index, cell in enumerate(line):
        # The first cell of a row is its number.
        if cell.is_null:
            styles[index + 1] = CellStyle(is_null=True)
        elif cell.is_cut:
            styles[index + 1] = CellStyle(rest=f"{number}:{index}")
        elif index in id_columns:
            styles[index + 1] = CellStyle(href=links.plain_conversation_link(cell.text))
    return TableRow([f"{number + 1:,}", *(cell.text for cell in line)], styles=styles)
