"""The command doctor: check a store, the machine and the settings."""

import sys
from pathlib import Path

import click

from queries.cli.options import format_option, store_option


@click.command()
@store_option
@click.option(
    "--quick", is_flag=True, help="Check sizes and row counts only; do not load the model."
)
@format_option
def doctor(store: Path, quick: bool, format_: str) -> int:
    """Check a store, this machine and the settings, and advise on every problem.

    Reads every byte of the live version, at about a gigabyte per second, and changes nothing. The
    exit code is 1 if a check fails.

    Example: chatscape doctor --store store
    """
    from dataclasses import asdict

    import pandas as pd

    from queries.cli.output import print_rows
    from queries.doctor.run_checks import run_checks
    from queries.store.layout import StorePath

    findings = []
    for finding in run_checks(StorePath(store), is_quick=quick):
        findings.append(finding)
        if format_ == "table":
            advice = f" {finding.advice}" if finding.advice else ""
            click.echo(
                f"{_STATUS_LABELS[finding.status]:<8} {finding.check:<10} {finding.finding}{advice}"
            )
            sys.stdout.flush()
    if format_ != "table":
        print_rows(pd.DataFrame([asdict(finding) for finding in findings]), format_)
    return int(any(finding.status == "fail" for finding in findings))


_STATUS_LABELS = {"ok": "OK", "warning": "warning", "fail": "FAIL"}
