"""A SQL result as a file with the licence notice, recorded in the audit log."""

import codecs
import hashlib
import io
import json
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from queries import __version__
from queries.export.manifest import METADATA_KEY
from queries.filters.describe import describe
from queries.serialisation.arrow_tables import table_csv
from queries.serialisation.duckdb_values import texts
from queries.serialisation.spreadsheet import open_sheet, sheet_rows
from queries.sql_console.console import SqlRequest
from queries.sql_console.worker_client import SqlResult
from queries.state.audit_log import record_event
from queries.store.store import Store

FileFormat = Literal["parquet", "csv", "csv-bom", "xlsx"]

_DECIMAL_END = 10**38
"""Decimals end before this number."""

_EXCERPT_CHARS = 300
"""How much of a statement the audit log records."""


def result_file(
    store: Store, request: SqlRequest, result: SqlResult, format_: FileFormat, who: str
) -> bytes:
    """The rows of a result as a file, after recording the export in the audit log.

    Args:
        store: the store that was queried.
        request: the statement.
        result: its result.
        format_: parquet, with the manifest in its metadata; XLSX; or CSV, in which a text that a
            spreadsheet would run as a formula starts with an apostrophe, and lists are JSON.
            `csv-bom` begins with a byte order mark.
        who: the user, for the audit log.

    Raises:
        AuditLogError: the export cannot be recorded; then there is no file.
        SheetLimitError: the rows do not fit into XLSX.
    """
    match format_:
        case "parquet":
            data = _parquet(store, request, result)
        case "xlsx":
            data = _xlsx(result.rows)
        case _:
            bom = codecs.BOM_UTF8 if format_ == "csv-bom" else b""
            data = bom + table_csv(result.rows).encode()
    masked = "unmasked" if request.is_unmasked else "masked"
    digest = hashlib.sha256(data).hexdigest()
    of = f"{masked}; SQL result as {format_}, SHA-256 {digest}: {statement_excerpt(request.sql)}"
    record_event(store.path, who, "exported", of, count=result.rows.num_rows)
    return data


def statement_excerpt(sql: str) -> str:
    """A statement for the audit log: on one line, and cut if it is long."""
    line = " ".join(sql.split())
    return line if len(line) <= _EXCERPT_CHARS else f"{line[:_EXCERPT_CHARS]}…"


def result_manifest(store: Store, request: SqlRequest, result: SqlResult) -> dict[str, Any]:
    """What is needed to reproduce a result."""
    return {
        "chatscape": __version__,
        "sql": request.sql,
        "slice": request.filters.pairs(),
        "slice_words": describe(request.filters),
        "version": store.version.name,
        "removals": store.snapshot.removals,
        "rows": result.rows.num_rows,
        "is_cut": result.is_cut,
        "is_masked": not request.is_unmasked,
        "is_covered": not request.is_uncovered,
        "notice": store.dataset.info.notice,
    }


def _xlsx(rows: pa.Table) -> bytes:
    out = io.BytesIO()
    with open_sheet(out, rows.schema) as sheet:
        sheet.write(sheet_rows(rows))
    return out.getvalue()


def _parquet(store: Store, request: SqlRequest, result: SqlResult) -> bytes:
    manifest = json.dumps(result_manifest(store, request, result), ensure_ascii=False)
    rows = _with_long_integers_as_text(result.rows)
    rows = rows.replace_schema_metadata({METADATA_KEY: manifest})
    out = io.BytesIO()
    pq.write_table(rows, out, compression="zstd")
    return out.getvalue()


def _with_long_integers_as_text(rows: pa.Table) -> pa.Table:
    """The table, with a column of whole numbers of 39 digits as text: a decimal has at most 38."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_decimal128(field.type) and field.type.scale == 0:
            column = rows.column(index)
            if any(v is not None and abs(v) >= _DECIMAL_END for v in column.to_pylist()):
                rows = rows.set_column(index, field.name, pa.array(texts(column), pa.string()))
    return rows
