"""Texts that a spreadsheet takes for formulas."""

import re

import pandas as pd

_FORMULA = re.compile(r"\A[=+\-@\t\r]")


def disarmed(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula."""
    return _FORMULA.sub(r"'\g<0>", text)


def disarmed_csv(rows: pd.DataFrame) -> str:
    """A frame as CSV, lists as "a, b", in which no text is run as a formula."""
    return rows.map(_flat).to_csv(index=False)


def _flat(value: object) -> object:
    if isinstance(value, str):
        return disarmed(value)
    if hasattr(value, "__iter__"):
        return disarmed(", ".join(map(str, value)))
    return value
