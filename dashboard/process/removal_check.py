"""Whether something that was prepared holds a conversation that has been removed since."""

import logging
from collections.abc import Callable

from queries.errors import DataError
from queries.store.layout import StorePath
from queries.store.tombstones import tombstone_revision

_logger = logging.getLogger(__name__)


class RemovalCheck:
    """Asks again only after a removal, so that it can be asked often. Once failed, it stays so."""

    def __init__(
        self, store: StorePath, has_removed: Callable[[], bool], checked: str | None = None
    ) -> None:
        """Start with what is known.

        Args:
            store: the store that the content is of.
            has_removed: whether the content has a removed conversation. If it raises an error,
                that cannot be found out, which counts as yes.
            checked: the revision of the tombstones at which it had none; None if that is unknown.
        """
        self._store = store
        self._has_removed = has_removed
        self._checked = checked
        self._is_failed = False

    def is_passed(self) -> bool:
        """Whether nothing in it has been removed. Takes microseconds if there was no removal."""
        if not self._is_failed:
            try:
                revision = tombstone_revision(self._store)
                self._is_failed = revision != self._checked and self._has_removed()
                self._checked = revision
            except Exception as error:
                self._is_failed = True
                if not isinstance(error, DataError):
                    _logger.exception("removals could not be checked")
        return not self._is_failed
