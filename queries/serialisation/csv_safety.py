"""Keep spreadsheets from running texts as formulas."""

import re

import pandas as pd

_FORMULA = re.compile(
    # Programs differ in what they drop before a formula: white space, controls, invisible signs.
    r"\A(?:[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*"
    # Also their full-width forms, and the small ones.
    r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b])"
)


def escape_formula(text: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet might run it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def safe_csv(rows: pd.DataFrame) -> str:
    """A DataFrame as CSV: formulas are escaped, and a list becomes "a, b"."""
    return rows.map(_cell).to_csv(index=False)


def _cell(value: object) -> object:
    if isinstance(value, str):
        return escape_formula(value)
    if hasattr(value, "__iter__"):
        return escape_formula(", ".join(map(str, value)))
    return value
