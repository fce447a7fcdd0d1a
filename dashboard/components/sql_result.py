"""What came of a statement: how many rows, a quick chart, and the rows, a page at a time."""

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboard import formats, url
from dashboard.asking import Outcome
from dashboard.components.sql_cells import Cell, cells, is_number, labels
from dashboard.components.sql_chart import CHART_KEYS, show_result_chart
from dashboard.components.table import Head, Mark, Row, show_table
from dashboard.paging import KEY, chosen_page, show_pages
from queries.console.asking import Question
from queries.reading import visible

PAGE_ROWS = 50
COLUMNS_MAX = 200
"""So many columns of a result are shown; a file has all of them."""

RESULT_KEYS = (KEY, *CHART_KEYS)
"""Parameters of the address that say how a result is looked at."""

_ID = "conversation_id"
_WHOLE = "sql_whole"


def show_result(came: Outcome) -> None:
    """Draw the outcome of a statement."""
    if came.answered is None:
        _show_problem(came.problem)
        return
    rows = came.answered.rows
    _show_size(rows, came)
    if not rows.num_rows:
        return
    rows = rows.select(range(min(rows.num_columns, COLUMNS_MAX)))
    show_result_chart(rows)
    pages = -(-rows.num_rows // PAGE_ROWS)
    first = (chosen_page(pages) - 1) * PAGE_ROWS
    _show_rows(rows.slice(first, PAGE_ROWS), first, came.question)
    show_pages(pages)


def _show_problem(problem: str) -> None:
    """One sentence, and the line of the statement that it is about."""
    sentence, _, line = problem.partition("\n\nLINE ")
    st.error(formats.plain(sentence), icon=":material/error:")
    if line:
        st.code(visible(f"LINE {line}"), language=None)


def _show_size(rows: pa.Table, came: Outcome) -> None:
    many = "1 row" if rows.num_rows == 1 else f"{rows.num_rows:,} rows"
    wide = "1 column" if rows.num_columns == 1 else f"{rows.num_columns:,} columns"
    st.text(f"{many}, {wide}, in {came.seconds:.1f} s" if rows.num_rows else "No row.")
    if came.answered is not None and came.answered.is_cut:
        st.info(_cut_words(rows.num_rows), icon=":material/content_cut:")
    if rows.num_columns > COLUMNS_MAX:
        st.info(
            f"The first {COLUMNS_MAX} columns are shown: the files below have all of them.",
            icon=":material/content_cut:",
        )


def _cut_words(count: int) -> str:
    if not count:
        return "Its rows are larger than a result may be (64 MB): ask for fewer or shorter texts."
    return f"There are more rows: the first {count:,} are shown."


def _show_rows(rows: pa.Table, first: int, question: Question) -> None:
    whole = _whole(question)
    heads = [Head("Row"), *map(_head, labels(rows.column_names), rows.schema.types)]
    columns = []
    for place, column in enumerate(rows.columns):
        opened = frozenset(row - first for row, of in whole if of == place)
        columns.append(cells(column, opened))
    links = [place for place, name in enumerate(rows.column_names) if name == _ID]
    lines = [
        _row(first + number, line, links) for number, line in enumerate(zip(*columns, strict=True))
    ]

    def show_rest(said: str) -> None:
        row, _, column = said.partition(":")
        if row.isdecimal() and column.isdecimal():
            spot = int(row), int(column)
            st.session_state[_WHOLE] = question, _whole(question) | {spot}

    last = first + len(lines)
    show_table(
        heads,
        lines,
        caption=f"Rows {first + 1:,} to {last:,} of the result",
        key="sql_rows",
        on_rest=show_rest,
    )


def _whole(question: Question) -> frozenset[tuple[int, int]]:
    """Row and column of the long texts of a result that are shown whole."""
    of, spots = st.session_state.get(_WHOLE, (None, frozenset()))
    found: Any = spots if of == question else frozenset()
    return frozenset(found)


def _head(label: str, kind: pa.DataType) -> Head:
    return Head(label, is_number=is_number(kind), hint=str(kind))


def _row(number: int, line: tuple[Cell, ...], links: list[int]) -> Row:
    marks = {}
    for place, cell in enumerate(line):
        # The number of the row is the first cell.
        if cell.is_nothing:
            marks[place + 1] = Mark(is_nothing=True)
        elif cell.is_cut:
            marks[place + 1] = Mark(rest=f"{number}:{place}")
        elif place in links:
            marks[place + 1] = Mark(href=url.way_to(cell.text))
    return Row([f"{number + 1:,}", *(cell.text for cell in line)], marks=marks)
