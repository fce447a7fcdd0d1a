"""Record in the audit log that a command is about to print unmasked contact data."""

from pathlib import Path


def record_unmasking(store: Path, of: str, *, count: int) -> None:
    """Record who unmasks what.

    Args:
        store: the folder of the store.
        of: the id of a conversation, or a command with its arguments.
        count: the number of rows or messages that will be printed.

    Raises:
        AuditLogError: the event cannot be recorded; then nothing may be printed.
    """
    from queries.state.audit_log import record_event
    from queries.state.licence import local_username
    from queries.store.layout import StorePath

    record_event(StorePath(store), local_username(), "unmasked", of, count=count)
