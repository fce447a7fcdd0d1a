"""The command sql: run a SELECT of your own."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import pandas as pd

from queries.cli.audit import record_unmasking
from queries.cli.options import filter_options, format_option, reading_options, store_option
from queries.cli.output import print_rows, print_table
from queries.errors import UsageError
from queries.filters import Filters
from queries.settings import Settings

if TYPE_CHECKING:
    from queries.sql_console.console import SqlRequest
    from queries.sql_console.result_files import FileFormat
    from queries.sql_console.worker_client import SqlResult
    from queries.store.store import Store


@click.command()
@click.argument("statement", required=False)
@store_option
@filter_options
@click.option("--no-time-limit", is_flag=True, help="Run without a time limit.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the rows to a new file, .parquet, .csv or .xlsx; recorded in the audit log.",
)
@click.option(
    "--bom",
    "has_bom",
    is_flag=True,
    help="Begin the CSV of --out with a byte order mark, so that Excel reads it as UTF-8.",
)
@reading_options
@format_option
def sql(
    statement: str | None,
    store: Path,
    filters: Filters,
    no_time_limit: bool,
    out: Path | None,
    has_bom: bool,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """Run one SELECT on the views conversations, messages and slice (what the filters keep).

    It runs in a sandbox that can read nothing else, with 10 seconds and 1 GB of memory, and
    returns the first 10,000 rows. Without STATEMENT, list the columns.

    Example: chatscape sql 'select model, count(*) from slice group by model' --flagged user
    """
    from queries.open_store import open_store
    from queries.sql_console.console import SqlConsole, SqlRequest, limits_of

    if statement is None:
        print_rows(_columns(), format_)
        return
    format_of_out = _file_format(out, has_bom=has_bom)
    opened = open_store(store, Settings.from_env())
    request = SqlRequest(statement, filters, is_uncovered=uncover, is_unmasked=unmask)
    limits = limits_of(Settings.from_env(), is_operator=True, is_unlimited=no_time_limit)
    result = SqlConsole().run(opened, request, limits)
    if unmask and out is None:
        record_unmasking(store, f"sql {statement}", count=result.rows.num_rows)
    if out is None or format_of_out is None:
        print_table(result.rows, format_)
    else:
        _write(opened, request, result, out, format_of_out)
    if result.is_cut:
        click.echo(f"There are more rows; these are the first {result.rows.num_rows:,}.", err=True)


def _columns() -> pd.DataFrame:
    from queries.sql_console.views import VIEWS

    return pd.DataFrame(
        [
            {"view": view, "column": column.name, "type": column.type, "meaning": column.meaning}
            for view, columns in VIEWS.items()
            for column in columns
            if view != "slice"
        ]
    )


def _file_format(out: Path | None, *, has_bom: bool) -> "FileFormat | None":
    """The format of a new file by its name; None if there is to be none."""
    suffix = None if out is None else out.suffix.lower()
    if suffix not in (None, ".parquet", ".csv", ".xlsx"):
        raise UsageError(f"The file name {out} must end in .parquet, .csv or .xlsx.")
    if has_bom and suffix != ".csv":
        raise UsageError(
            "Only a CSV has a byte order mark: add --out NAME.csv, or leave --bom out."
        )
    if out is not None and out.exists():
        raise UsageError(f"{out} already exists. Choose another name, or delete it first.")
    if has_bom:
        return "csv-bom"
    return None if suffix is None else suffix.removeprefix(".")  # type: ignore[return-value]


def _write(
    store: "Store", request: "SqlRequest", result: "SqlResult", out: Path, format_: "FileFormat"
) -> None:
    from queries.sql_console.result_files import result_file
    from queries.state.licence import local_username
    from queries.store.atomic_files import atomic_write

    content = result_file(store, request, result, format_, local_username())
    with atomic_write(out) as path:
        path.write_bytes(content)
    click.echo(f"{result.rows.num_rows:,} rows in {out}.", err=True)
