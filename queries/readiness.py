"""Whether the live version of a store can be shown now: cheap enough to be asked all the time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queries.errors import (
    DataError,
    RegisterError,
    StoreFormatError,
    StoreMissingError,
    VersionGoneError,
)
from queries.layout import StorePath, Version, is_writable
from queries.store import Store

_SENTENCES: tuple[tuple[type[DataError], str], ...] = (
    (StoreMissingError, "There is no prepared store: build one with chatscape prepare."),
    (
        StoreFormatError,
        "The store has the format of another version of Chatscape: prepare it again.",
    ),
    (
        RegisterError,
        "The register of removed conversations cannot be read, so nothing is shown: put it back "
        "from a copy of the store.",
    ),
    (VersionGoneError, "The live version of the data is gone: chatscape doctor says more."),
)

_UNREADABLE = "The live version of the data cannot be read: chatscape doctor says what is amiss."


class NotReady(Exception):
    """Nothing can be shown; says why in one sentence, without paths and without data."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What is shown, and how.

    Attributes:
        version: the name of the live version.
        has_index: whether it can be searched.
        duckdb_bytes: what DuckDB holds for it.
        can_write_state: whether a removal, an export or the licence can be noted.
    """

    version: str
    has_index: bool
    duckdb_bytes: int
    can_write_state: bool


def readiness(path: StorePath, opened: Callable[[Version], Store]) -> Ready:
    """Look whether the live version is whole, and ask it for a row.

    Args:
        path: the store.
        opened: gives the opened store of a version.

    Raises:
        NotReady: it cannot be shown.
    """
    try:
        live = path.current()
        manifest = live.manifest()
        _check_files(live, manifest)
        store = opened(live)
        _ = store.edition
        store.relations.check()
        return Ready(
            version=live.name,
            has_index="index" in manifest["steps"],
            duckdb_bytes=store.relations.memory_bytes(),
            can_write_state=is_writable(path.state_path),
        )
    except DataError as error:
        said = next((text for kind, text in _SENTENCES if isinstance(error, kind)), _UNREADABLE)
        raise NotReady(said) from error
    except NotReady:
        raise
    except Exception as error:
        # A manifest that is no JSON, a disk that is gone, a file that is no parquet.
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
