"""The command that runs a statement of yours."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import pandas as pd

from queries.cli.options import filter_options, format_option, reading_options, store_option
from queries.cli.rows import print_rows
from queries.cli.unmasking import note_unmasking
from queries.errors import UsageError
from queries.filters import Filters
from queries.settings import Settings

if TYPE_CHECKING:
    from queries.console.asking import Question
    from queries.console.process import Answered
    from queries.export.sql_results import FileFormat
    from queries.store import Store


@click.command()
@click.argument("statement", required=False)
@store_option
@filter_options
@click.option("--no-time-limit", is_flag=True, help="Let it run however long it takes.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the rows to a file that is not there yet, .parquet or .csv, noted in the log.",
)
@reading_options
@format_option
def sql(
    statement: str | None,
    store: Path,
    filters: Filters,
    no_time_limit: bool,
    out: Path | None,
    uncover: bool,
    unmask: bool,
    format_: str,
) -> None:
    """Run one SELECT over the views conversations, messages and slice (what the filters keep).

    It runs in a process of its own that can read nothing else, for 10 seconds, in 1 GB of memory;
    of its rows the first 10,000 are given. Without a STATEMENT, the columns are listed.

    Example: chatscape sql 'select model, count(*) from slice group by model' --flagged user
    """
    from queries.console.asking import Console, Question, limits_of
    from queries.store import open_store

    if statement is None:
        print_rows(_columns(), format_)
        return
    _check_out(out)
    opened = open_store(store, Settings.from_env())
    question = Question(statement, filters, is_uncovered=uncover, is_unmasked=unmask)
    limits = limits_of(Settings.from_env(), is_operator=True, is_unlimited=no_time_limit)
    answered = Console().ask(opened, question, limits)
    if unmask and out is None:
        note_unmasking(store, f"sql {statement}", count=answered.rows.num_rows)
    if out is None:
        print_rows(answered.rows.to_pandas(), format_)
    else:
        _write(opened, question, answered, out)
    if answered.is_cut:
        click.echo(
            f"There are more rows: the first {answered.rows.num_rows:,} are given.", err=True
        )


def _columns() -> pd.DataFrame:
    from queries.console.views import VIEWS

    return pd.DataFrame(
        [
            {"view": view, "column": one.name, "type": one.type, "meaning": one.meaning}
            for view, columns in VIEWS.items()
            for one in columns
            if view != "slice"
        ]
    )


def _check_out(out: Path | None) -> None:
    if out is None:
        return
    if out.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{out} must end in .parquet or .csv: that is how rows can be written.")
    if out.exists():
        raise UsageError(f"{out} is there already: choose another name, or delete it first.")


def _write(store: "Store", question: "Question", answered: "Answered", out: Path) -> None:
    from queries.export.sql_results import result_file
    from queries.layout import whole_file
    from queries.licence import user

    format_: FileFormat = "parquet" if out.suffix == ".parquet" else "csv"
    written = result_file(store, question, answered, format_, user())
    with whole_file(out) as path:
        path.write_bytes(written)
    click.echo(f"{answered.rows.num_rows:,} rows in {out}.", err=True)
