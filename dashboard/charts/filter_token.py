"""Filter tokens: the filters that a bar, cell or table row stands for, as text.

A token is written like a query string, for example ``model=gpt-4``.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from dashboard import formats

_NAMES = ("model", "language")
"""Fields of which a missing value can be chosen too."""


def filter_token(**values: object) -> str | None:
    """The token of some filter values, or None if one of them is missing.

    The field ``turns`` sets both the minimum and the maximum number of turns.
    """
    pairs: list[tuple[str, str]] = []
    for field, value in values.items():
        if value is None or value != value:
            if field not in _NAMES:
                return None
            value = formats.MISSING_NAME
        names = ("min_turns", "max_turns") if field == "turns" else (field,)
        pairs += [(name, str(value)) for name in names]
    return urlencode(pairs)


def filter_tokens(field: str, values: Iterable[object]) -> list[str | None]:
    """The token of each value of one field."""
    return [filter_token(**{field: value}) for value in values]
