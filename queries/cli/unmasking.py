"""Writing down that a command shows contact data, before it does."""

from pathlib import Path


def note_unmasking(store: Path, of: str, *, count: int) -> None:
    """Write down who unmasks what.

    Args:
        store: the folder of the store.
        of: the id of a conversation, or a command with its arguments.
        count: rows or messages that are printed.

    Raises:
        LogError: it cannot be written down; then nothing may be printed.
    """
    from queries.access_log import note
    from queries.layout import StorePath
    from queries.licence import user

    note(StorePath(store), user(), "unmasked", of, count=count)
