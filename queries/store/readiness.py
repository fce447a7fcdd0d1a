"""The readiness check: can the live version be served now? Cheap enough to call every second."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queries.errors import (
    DataError,
    NoLiveVersionError,
    StoreFormatError,
    StoreMissingError,
    TombstoneError,
    VersionGoneError,
)
from queries.store.atomic_files import write_problem
from queries.store.layout import StorePath, Version
from queries.store.store import Store

_SENTENCES: tuple[tuple[type[DataError], str], ...] = (
    (
        NoLiveVersionError,
        "The store has versions, but CURRENT names none of them: run chatscape prepare again.",
    ),
    (StoreMissingError, "There is no prepared store: build one with chatscape prepare."),
    (
        StoreFormatError,
        "The store has the format of another version of Chatscape: prepare it again.",
    ),
    (
        TombstoneError,
        "The list of removed conversations cannot be read, so nothing is shown: restore it "
        "from a copy of the store.",
    ),
    (VersionGoneError, "The live version of the data is gone: chatscape doctor says more."),
)

_UNREADABLE = "The live version of the data cannot be read: chatscape doctor says what is amiss."


class NotReady(Exception):
    """The store cannot be served. The message is one sentence, without paths and data."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The state of a store that can be served.

    Attributes:
        version: the name of the live version.
        has_index: whether it has a search index.
        duckdb_bytes: the memory that DuckDB uses for it.
        can_write_state: whether the audit log and the acceptance of the licence can be written.
    """

    version: str
    has_index: bool
    duckdb_bytes: int
    can_write_state: bool


def readiness(path: StorePath, opened: Callable[[Version], Store]) -> Ready:
    """Check that the live version is complete and that a row of it can be read.

    Args:
        path: the folder of the store.
        opened: returns the open store of a version.

    Raises:
        NotReady: the store cannot be served.
    """
    try:
        live = path.current()
        manifest = live.manifest()
        _check_files(live, manifest)
        store = opened(live)
        _ = store.snapshot
        store.relations.check()
        return Ready(
            version=live.name,
            has_index="index" in manifest["steps"],
            duckdb_bytes=store.relations.memory_bytes(),
            can_write_state=write_problem(path.state_path) is None,
        )
    except DataError as error:
        matching = (text for kind, text in _SENTENCES if isinstance(error, kind))
        raise NotReady(next(matching, _UNREADABLE)) from error
    except NotReady:
        raise
    except Exception as error:
        # An invalid manifest, a disk that is gone, a file that is not parquet.
        raise NotReady(_UNREADABLE) from error


def _check_files(live: Version, manifest: dict[str, Any]) -> None:
    paths = [(live.path / file["path"], file["bytes"]) for file in manifest["files"]]
    if "index" in manifest["steps"]:
        paths += [(live.path / "index.lance" / "key", None)]
    for path, size in paths:
        if not path.is_file() or size not in (None, path.stat().st_size):
            raise NotReady(
                "Files of the live version are gone or cut off: chatscape doctor says which."
            )
