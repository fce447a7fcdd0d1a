"""The rows that came of a statement, as a file with the licence notice, noted in the log."""

import csv
import hashlib
import io
import json
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from queries import __version__
from queries.access_log import note
from queries.console.asking import Question
from queries.console.process import Answered
from queries.describe import describe
from queries.export.manifest import METADATA_KEY, notice
from queries.spreadsheets import disarmed
from queries.store import Store

FileFormat = Literal["parquet", "csv"]

_STATEMENT_CHARS = 300
"""So much of a statement is in the log."""


def result_file(
    store: Store, question: Question, answered: Answered, format_: FileFormat, who: str
) -> bytes:
    """The rows as a file, once that is noted in the log of the store.

    Args:
        store: what was asked.
        question: what it was asked.
        answered: what came of it.
        format_: parquet, with what it is of in its metadata; or CSV, in which a text that a
            spreadsheet would run as a formula begins with an apostrophe, and lists are JSON.
        who: a person, for the log.

    Raises:
        LogError: it cannot be noted; then there is no file.
    """
    written = _parquet(store, question, answered) if format_ == "parquet" else _csv(answered.rows)
    masked = "unmasked" if question.is_unmasked else "masked"
    digest = hashlib.sha256(written).hexdigest()
    of = f"{masked}; SQL result as {format_}, SHA-256 {digest}: {noted_statement(question.sql)}"
    note(store.path, who, "exported", of, count=answered.rows.num_rows)
    return written


def noted_statement(sql: str) -> str:
    """A statement as the log names it: on one line, cut."""
    said = " ".join(sql.split())
    return said if len(said) <= _STATEMENT_CHARS else f"{said[:_STATEMENT_CHARS]}…"


def manifest(store: Store, question: Question, answered: Answered) -> dict[str, Any]:
    """What a result is of: enough to make it again."""
    return {
        "chatscape": __version__,
        "sql": question.sql,
        "slice": question.filters.pairs(),
        "slice_words": describe(question.filters),
        "version": store.version.name,
        "removals": store.edition.removals,
        "rows": answered.rows.num_rows,
        "is_cut": answered.is_cut,
        "is_masked": not question.is_unmasked,
        "is_covered": not question.is_uncovered,
        "notice": notice(),
    }


def _parquet(store: Store, question: Question, answered: Answered) -> bytes:
    said = json.dumps(manifest(store, question, answered), ensure_ascii=False)
    rows = answered.rows.replace_schema_metadata({METADATA_KEY: said})
    out = io.BytesIO()
    pq.write_table(rows, out, compression="zstd")
    return out.getvalue()


def _csv(rows: pa.Table) -> bytes:
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow([disarmed(name) for name in rows.column_names])
    lines.writerows(zip(*(map(_cell, _values(column)) for column in rows.columns), strict=True))
    return out.getvalue().encode("utf-8")


def _values(column: pa.ChunkedArray) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):  # Dates that Python does not have.
        values = column.cast(pa.string()).to_pylist()
    return values


def _cell(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list | dict | tuple):
        return disarmed(json.dumps(value, ensure_ascii=False, default=str))
    return disarmed(value) if isinstance(value, str) else value
