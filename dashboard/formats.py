"""How numbers and names are written, everywhere the same."""

import re

import pandas as pd

from queries.describe import name_of

_ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)|@", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>&#+.!|$:~^@-])")


def count(value: float | None) -> str:
    """A whole number with separators, or a dash where there is none: 1,000,000."""
    return "–" if value is None or _is_missing(value) else f"{int(value):,}"


def mean(value: float | None, digits: int = 1) -> str:
    """A mean, or a dash where there is none: 214.5."""
    return "–" if _is_missing(value) else f"{value:,.{digits}f}"


def share(value: float | None) -> str:
    """A fraction as a percentage with three significant digits below ten: 5.44 %."""
    if value is None or _is_missing(value):
        return "–"
    percent = value * 100
    if percent == 0 or percent >= 99.95:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 10 else f"{percent:.3g} %"


def interval(low: float, high: float) -> str:
    """A 95 % interval of a fraction: 95 % CI 5.40–5.49 %."""
    if _is_missing(low) or _is_missing(high):
        return "no interval"
    return f"95 % CI {low * 100:.2f}–{high * 100:.2f} %"


def conversations(value: float) -> str:
    """A number of conversations in words: 1 conversation, 2 conversations."""
    return "1 conversation" if value == 1 else f"{count(value)} conversations"


def turns(value: float) -> str:
    """A number of turns in words: 1 turn, 2 turns."""
    return "1 turn" if value == 1 else f"{count(value)} turns"


def name(value: object) -> str:
    """A model or a language, also where the data has none: (none given), (empty name)."""
    return name_of(value)


def value(field: str, of: object) -> str:
    """A value of a filter field in words: a number of turns, or a name."""
    return turns(float(str(of))) if field == "turns" else name(of)


def plain(text: str) -> str:
    """Words where Streamlit would read Markdown: a model may be called `*a*`, a link may say so.

    An address becomes a link in spite of escapes; a word joiner, which nobody sees, keeps it text.
    """
    return _MARKDOWN.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", text))


def _is_missing(value: float | None) -> bool:
    return bool(pd.isna(value))
