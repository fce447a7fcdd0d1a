"""The command that looks for what is amiss."""

import sys
from pathlib import Path

import click

from queries.cli.options import format_option, store_option


@click.command()
@store_option
@click.option("--quick", is_flag=True, help="Sizes and rows only, not every byte; no model.")
@format_option
def doctor(store: Path, quick: bool, format_: str) -> int:
    """Check a store, this machine and the settings; say what to do about what is amiss.

    Reads every byte of the live version, about a second a gigabyte, and writes none. The exit code
    is 1 when something fails.

    Example: chatscape doctor --store store
    """
    from dataclasses import asdict

    import pandas as pd

    from queries.cli.rows import print_rows
    from queries.doctor.diagnosis import diagnosis
    from queries.layout import StorePath

    found = []
    for finding in diagnosis(StorePath(store), is_quick=quick):
        found.append(finding)
        if format_ == "table":
            advice = f" {finding.advice}" if finding.advice else ""
            click.echo(f"{_SHOWN[finding.status]:<8} {finding.check:<10} {finding.finding}{advice}")
            sys.stdout.flush()
    if format_ != "table":
        print_rows(pd.DataFrame([asdict(finding) for finding in found]), format_)
    return int(any(finding.status == "fail" for finding in found))


_SHOWN = {"ok": "OK", "warning": "warning", "fail": "FAIL"}
