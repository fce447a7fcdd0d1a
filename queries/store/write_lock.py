"""The write lock of a store. The operating system releases it when its holder exits."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from queries.errors import StoreBusyError
from queries.store.layout import StorePath


@contextmanager
def write_lock(store: StorePath, *, wait: bool = False) -> Iterator[None]:
    """Hold the write lock of a store.

    Args:
        store: the store; its folder is made if there is none.
        wait: wait until the lock is free instead of failing.

    Raises:
        StoreBusyError: another process holds it; the message says which.
    """
    store.path.mkdir(parents=True, exist_ok=True)
    with (store.path / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.seek(0)
            raise StoreBusyError(store.path, file.read().strip() or "unknown") from None
        file.truncate(0)
        now = datetime.now(UTC)
        file.write(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield
