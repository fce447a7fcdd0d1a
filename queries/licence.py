"""Whether the operator has accepted the licence of the data, remembered beside the log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getuser

from queries.assets import asset
from queries.databases import StateError
from queries.errors import LicenceError
from queries.layout import StorePath, Version
from queries.state import ACCEPTANCES, state_of

TERMS_VERSION = 1
"""Raised when the terms in `assets/texts/licence.md` ask for more than they did before."""


_accepted: set[tuple[str, str, int]] = set()
"""What was accepted in shared databases: nobody takes that back, and a page need not wait."""


def is_acceptance_needed(store: StorePath, version: Version) -> bool:
    """Whether somebody has to accept before the data is shown; the synthetic sample is free.

    Raises:
        LicenceError: whether somebody did cannot be looked up.
    """
    if version.manifest()["is_synthetic"]:
        return False
    with _said("looked up"):
        state = state_of(store)
        remembered = (state.place, (state.is_shared and store.identity()) or "", TERMS_VERSION)
        if remembered in _accepted:
            return False
        if _in_file(store) < TERMS_VERSION:
            rows = state.rows(ACCEPTANCES, ["terms_version"])
            if max((terms for (terms,) in rows), default=0) < TERMS_VERSION:
                return True
            if state.is_shared:
                _accepted.add(remembered)
        return False


def _in_file(store: StorePath) -> int:
    """The version of the terms that was accepted before there was a database; 0 for none."""
    try:
        return int(json.loads((store.state_path / "licence.json").read_text())["terms_version"])
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except (KeyError, TypeError) as error:
        raise ValueError("state/licence.json says no version of the terms") from error


def accept(store: StorePath, by: str) -> None:
    """Remember that the terms were accepted, by whom and when.

    Raises:
        LicenceError: nothing can be written there.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    said: dict[str, str | int] = {
        "terms_version": TERMS_VERSION,
        "accepted_at": at,
        "accepted_by": by,
    }
    with _said("kept"):
        state_of(store).add(ACCEPTANCES, **said)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """What goes wrong with the database, as a sentence."""
    try:
        yield
    except StateError as error:
        raise LicenceError(what, f"{error.place}: {error.reason}", error.way_out) from error
    except OSError as error:
        raise LicenceError(what, error.strerror or type(error).__name__) from error
    except ValueError as error:
        raise LicenceError(what, str(error)) from error


def terms() -> str:
    """The terms, as Markdown."""
    return asset("texts/licence.md").read_text(encoding="utf-8")


def user() -> str:
    """The name of who runs this process."""
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"
