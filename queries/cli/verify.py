"""The command verify: compare a store with the published figures of its dataset."""

from pathlib import Path

import click
import pandas as pd

from queries.cli.options import format_option, store_option
from queries.cli.output import print_rows
from queries.cli.progress import terminal_progress
from queries.open_store import open_store
from queries.settings import Settings

_COLUMNS = ["number", "check", "expected", "measured", "tolerance", "verdict"]


@click.command()
@store_option
@click.option(
    "--tokenizer",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A tokenizer.json; counts the tokens of all messages with it.",
)
@click.option(
    "--table",
    "name",
    type=click.Choice(["figures", "flagged", "attempts"]),
    default="figures",
    show_default=True,
    help="The figures one by one, or a table of the paper: flagged (2), attempts (4).",
)
@format_option
def verify(store: Path, tokenizer: Path | None, name: str, format_: str) -> None:
    """Compare a store with the figures that were published about its dataset.

    A part of the dataset, a store without some conversations and the synthetic sample differ by
    their nature. With --format json or csv each figure has its definition and source.

    Example: chatscape verify --store store
    """
    from queries.verification.token_counts import TokenCounts
    from queries.verification.verify import attempts_table, flagged_table, summary, verify

    opened = open_store(store, Settings.from_env())
    if name == "flagged":
        print_rows(flagged_table(opened), format_)
        return
    if name == "attempts":
        print_rows(attempts_table(opened), format_)
        return
    tokens = TokenCounts(tokenizer, terminal_progress()) if tokenizer is not None else None
    rows = verify(opened, tokens)
    if format_ != "table":
        print_rows(rows, format_)
        return
    print_rows(rows[_COLUMNS], format_)
    for reason, numbers in _reasons(rows).items():
        click.echo(f"Not checked ({', '.join(numbers)}): {reason}")
    click.echo(summary(opened, rows))


def _reasons(rows: pd.DataFrame) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for number, reason in zip(rows["number"], rows["reason"], strict=True):
        if reason is not None:
            reasons.setdefault(reason, []).append(number)
    return reasons
