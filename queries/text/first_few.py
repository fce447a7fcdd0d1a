"""List the first few of many names in a sentence, and count the rest."""

from collections.abc import Sequence

FIRST_FEW = 3
"""How many names are listed."""


def first_named(names: Sequence[str]) -> str:
    """The first names, and the number of the rest: "a, b, c and 1,000 more"."""
    more = f" and {len(names) - FIRST_FEW:,} more" if len(names) > FIRST_FEW else ""
    return ", ".join(names[:FIRST_FEW]) + more
