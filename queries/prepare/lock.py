"""One writer a store: a lock that the operating system drops when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from queries.errors import StoreBusyError
from queries.layout import StorePath


@contextmanager
def sole_writer(store: StorePath) -> Iterator[None]:
    """Hold the store for writing.

    Raises:
        StoreBusyError: another process holds it; says which.
    """
    store.path.mkdir(parents=True, exist_ok=True)
    with (store.path / ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StoreBusyError(store.path, file.read().strip() or "unknown") from None
        file.truncate(0)
        now = datetime.now(UTC)
        file.write(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield
