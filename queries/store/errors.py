"""Errors of stores that open but lack something."""

from pathlib import Path

from queries.errors import DataError


class StoreOutdatedError(DataError):
    """A store that an earlier version of Chatscape prepared, without the words of openings."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"An earlier version of Chatscape prepared the store at {path}, without masked prompts "
            f"to find words in. Prepare it again with: chatscape prepare RAW --store {path}"
        )
