"""The acceptance of the licence of the data, kept in the same database as the audit log."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

from queries.datasets.registry import dataset_of
from queries.errors import LicenceError
from queries.state.database import ACCEPTANCES, StateDatabase, open_state
from queries.state.engines import StateError
from queries.store.atomic_files import write_json
from queries.store.layout import StorePath, Version

TERMS_VERSION = 1
"""Increased when the terms in a `licence.md` of `assets/datasets` ask for more than before."""


_logger = logging.getLogger(__name__)

_logged: dict[str, str | None] = {}
"""The problem of each log that was last logged."""

_accepted: set[tuple[str, str, int]] = set()
"""A cache of acceptances in shared databases, which are never withdrawn."""


def is_acceptance_needed(store: StorePath, version: Version) -> bool:
    """Whether the terms must be accepted before the data is shown. Synthetic data needs none.

    Raises:
        LicenceError: the acceptance cannot be looked up.
    """
    if version.manifest()["is_synthetic"]:
        return False
    with _translated_errors("looked up"):
        state = open_state(store)
        if not state.is_shared and _in_file(store) >= TERMS_VERSION:
            _log_problem(state)
            return False
        key = (state.place, (state.is_shared and store.identity()) or "", TERMS_VERSION)
        if key in _accepted:
            return False
        if _in_file(store) < TERMS_VERSION:
            rows = state.rows(ACCEPTANCES, ["terms_version"])
            if max((terms for (terms,) in rows), default=0) < TERMS_VERSION:
                return True
            if state.is_shared:
                _accepted.add(key)
            else:
                _keep_in_file(store, {"terms_version": TERMS_VERSION})
        return False


def _in_file(store: StorePath) -> int:
    """The version of the terms that the file beside the log says were accepted; 0 for none."""
    try:
        return int(json.loads(_file(store).read_text())["terms_version"])
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except (KeyError, TypeError) as error:
        raise ValueError("state/licence.json contains no version of the terms") from error


def _file(store: StorePath) -> Path:
    """The file beside the log: reading goes on while the log itself is damaged or locked."""
    return store.state_path / "licence.json"


def _keep_in_file(store: StorePath, acceptance: Mapping[str, str | int]) -> None:
    """Keep an acceptance, which the log already has, in the file too, if that can be written."""
    try:
        write_json(_file(store), acceptance)
    except OSError as error:
        _logger.warning("the acceptance of the licence is in the log only: %s", error.strerror)


def _log_problem(state: StateDatabase) -> None:
    """Log that the log cannot be read, once for each reason."""
    reason = state.file_problem()
    if reason is not None and _logged.get(state.place) != reason:
        _logger.warning("the audit log at %s cannot be used: %s", state.place, reason)
    _logged[state.place] = reason


def accept(store: StorePath, by: str) -> None:
    """Record that a user accepts the terms.

    Raises:
        LicenceError: the acceptance cannot be recorded.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    acceptance: dict[str, str | int] = {
        "terms_version": TERMS_VERSION,
        "accepted_at": at,
        "accepted_by": by,
    }
    with _translated_errors("kept"):
        state = open_state(store)
        state.add(ACCEPTANCES, **acceptance)
    if not state.is_shared:
        _keep_in_file(store, acceptance)


@contextmanager
def _translated_errors(what: str) -> Iterator[None]:
    """Turn errors of the database into a `LicenceError`."""
    try:
        yield
    except StateError as error:
        raise LicenceError(what, f"{error.place}: {error.reason}", error.remedy) from error
    except OSError as error:
        raise LicenceError(what, error.strerror or type(error).__name__) from error
    except ValueError as error:
        raise LicenceError(what, str(error)) from error


def terms(version: Version) -> str:
    """The terms that the dataset of a version asks to accept, as Markdown."""
    return dataset_of(version.manifest()).info.licence


def local_username() -> str:
    """The name of the user who runs this process."""
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"
