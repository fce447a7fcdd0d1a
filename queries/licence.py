"""Whether the operator has accepted the licence of the data, remembered in the store's `state/`."""

import json
from datetime import UTC, datetime
from getpass import getuser
from threading import Lock

from queries.assets import asset
from queries.errors import LicenceError
from queries.layout import StorePath, Version, write_json

_one_at_a_time = Lock()

TERMS_VERSION = 1
"""Raised when the terms in `assets/texts/licence.md` ask for more than they did before."""


def is_acceptance_needed(store: StorePath, version: Version) -> bool:
    """Whether somebody has to accept before the data is shown; the synthetic sample is free."""
    if version.manifest()["is_synthetic"]:
        return False
    try:
        accepted = json.loads((store.state_path / "licence.json").read_text())
    except FileNotFoundError:
        return True
    return int(accepted["terms_version"]) < TERMS_VERSION


def accept(store: StorePath, by: str) -> None:
    """Remember that the terms were accepted, by whom and when.

    Raises:
        LicenceError: nothing can be written there.
    """
    said = {
        "terms_version": TERMS_VERSION,
        "accepted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "accepted_by": by,
    }
    with _one_at_a_time:
        try:
            write_json(store.state_path / "licence.json", said)
        except OSError as error:
            raise LicenceError(error.strerror or type(error).__name__) from error


def terms() -> str:
    """The terms, as Markdown."""
    return asset("texts/licence.md").read_text(encoding="utf-8")


def user() -> str:
    """The name of who runs this process."""
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"
