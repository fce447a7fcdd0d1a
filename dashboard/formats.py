"""Formats numbers and names, the same way everywhere."""

import re

import pandas as pd

from queries.filters.values import NONE_GIVEN, value_name

_ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)|@", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>&#+.!|$:~^@-])")


MISSING_NAME = NONE_GIVEN
"""A missing model or language, on pages and as the value of a filter."""


def count(value: float | None) -> str:
    """A whole number with separators, e.g. 1,000,000; a dash if it is missing."""
    return "–" if value is None or _is_missing(value) else f"{int(value):,}"


def mean(value: float | None, digits: int = 1) -> str:
    """A mean, e.g. 214.5; a dash if it is missing."""
    return "–" if _is_missing(value) else f"{value:,.{digits}f}"


def share(value: float | None) -> str:
    """A fraction as a percentage, e.g. 5.44 %: three significant digits below ten."""
    if value is None or _is_missing(value):
        return "–"
    percent = value * 100
    if percent == 0 or percent >= 99.95:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 10 else f"{percent:.3g} %"


def interval(low: float, high: float) -> str:
    """A 95 % confidence interval of a fraction, e.g. 95 % CI 5.40–5.49 %."""
    if _is_missing(low) or _is_missing(high):
        return "no interval"
    return f"95 % CI {low * 100:.2f}–{high * 100:.2f} %"


def conversations(value: float) -> str:
    """A number of conversations: 1 conversation, 2 conversations."""
    return "1 conversation" if value == 1 else f"{count(value)} conversations"


def verdicts_known(judged: float, total: float, unit: str = "conversation") -> str:
    """What a share of flagged ones is taken over, e.g. verdicts known for 4 of 10 conversations."""
    if judged == total:
        return f"n = {count(total)} {unit}{'' if total == 1 else 's'}"
    return f"verdicts known for {count(judged)} of {count(total)} {unit}s"


def coverage(judged: float, total: float) -> str:
    """What a note adds about shares of flagged conversations: nothing if all verdicts are known."""
    return "" if judged == total else f" · {verdicts_known(judged, total)}"


def turns(value: float) -> str:
    """A number of turns: 1 turn, 2 turns."""
    return "1 turn" if value == 1 else f"{count(value)} turns"


def name(value: object) -> str:
    """The name of a model or language; (none given) or (empty name) if the data has none."""
    return value_name(value)


def value(field: str, of: object) -> str:
    """A value of a filter in words: a number of turns, or a name."""
    return turns(float(str(of))) if field == "turns" else name(of)


def escape_markdown(text: str) -> str:
    """Escape text from the data or the address where Streamlit would read Markdown.

    Streamlit turns URLs into links in spite of escapes; an invisible word joiner prevents that.
    """
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", text))


def _is_missing(value: float | None) -> bool:
    return bool(pd.isna(value))
