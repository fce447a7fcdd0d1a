"""Many things in one sentence: the first few by name, and how many more there are."""

from collections.abc import Sequence

NAMED_MAX = 3
"""So many are named."""


def first_named(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - NAMED_MAX:,} more" if len(names) > NAMED_MAX else ""
    return ", ".join(names[:NAMED_MAX]) + more
