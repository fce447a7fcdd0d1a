"""The caches of this process with text of conversations, emptied when some are removed or purged.

Readers get nothing outdated from them anyway, because their keys name the version and the removals.
But what was purged from the disk must not stay in memory either.
"""

from collections.abc import Callable

_clearers: list[Callable[[], object]] = []


def clear_on_removal(clear: Callable[[], object]) -> None:
    """Register what empties a cache. It runs in a thread of the background."""
    _clearers.append(clear)


def clear_all() -> None:
    """Empty all registered caches."""
    for clear in _clearers:
        clear()
