"""Files that are made when somebody asks for them: each has an address, for its recipient alone.

Streamlit's own downloads are not used: its media store gives files out to whoever has the address,
names large ones by a few samples of their bytes, and knows nothing of removals.
"""

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from dashboard.process.removal_check import RemovalCheck
from queries.access import User

KEPT_SECONDS = 6 * 3600.0
"""How long a file can be downloaded after it was prepared or offered."""

_NAME_CHARS_MAX = 120

Clock = Callable[[], float]
"""Seconds since any moment; never decreases."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who may have a file.

    Attributes:
        user: who signed in, with their role; None where nobody signs in.
        browser: the browser, where nobody signs in; empty if it keeps no cookies.
    """

    user: User | None = None
    browser: str = ""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Download:
    """A file that can be downloaded.

    Attributes:
        name: name of the file, as `safe_file_name` returns it.
        mime: its media type.
        make: makes the content and records it in the audit log, each time somebody asks for it.
        recipient: who may have it.
        removals: whether it is free of removed conversations.
        token: unguessable part of its address.
        offered: when it was offered, by the clock of its `Downloads`.
    """

    name: str
    mime: str
    make: Callable[[], str | bytes]
    recipient: Recipient
    removals: RemovalCheck
    token: str
    offered: float

    def content(self) -> bytes:
        """Make the content.

        Raises:
            DataError: it cannot be made, or not be recorded.
        """
        content = self.make()
        return content.encode() if isinstance(content, str) else content


@dataclass
class Downloads:
    """The downloads that pages offer. Safe to share between threads.

    They are kept weakly: each ends with the session that offered it.
    """

    clock: Clock = time.monotonic
    _by_token: WeakValueDictionary[str, Download] = field(default_factory=WeakValueDictionary)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, download: Download) -> None:
        """Make a download available at its address, in place of an earlier one there."""
        with self._lock:
            self._by_token[download.token] = download

    def find(self, token: str) -> Download | None:
        """The download with a token; None if there is none, or not any more."""
        with self._lock:
            download = self._by_token.get(token)
        return download if download is None or not self._drop_outdated(download) else None

    def drop_outdated(self) -> None:
        """Drop downloads that are too old, or of which something has been removed since."""
        with self._lock:
            downloads = list(self._by_token.values())
        for download in downloads:
            self._drop_outdated(download)

    def _drop_outdated(self, download: Download) -> bool:
        is_expired = self.clock() >= download.offered + KEPT_SECONDS
        if not is_expired and download.removals.is_passed():
            return False
        with self._lock:
            if self._by_token.get(download.token) is download:
                del self._by_token[download.token]
        return True


def new_token() -> str:
    """The unguessable part of an address: 192 random bits."""
    return secrets.token_hex(24)


def safe_file_name(name: str) -> str:
    """A name that is one file in any folder of any system, and one segment of an address."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[-_NAME_CHARS_MAX:] or "download"
