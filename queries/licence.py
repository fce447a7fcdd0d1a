"""Whether the operator has accepted the licence of the data, remembered in the store's `state/`."""

import json
from datetime import UTC, datetime
from getpass import getuser

from queries.assets import asset
from queries.layout import StorePath, Version, write_json

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


def accept(store: StorePath) -> None:
    """Remember that the terms were accepted, by whom and when."""
    write_json(
        store.state_path / "licence.json",
        {
            "terms_version": TERMS_VERSION,
            "accepted_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "accepted_by": _user(),
        },
    )


def terms() -> str:
    """The terms, as Markdown."""
    return asset("texts/licence.md").read_text(encoding="utf-8")


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        return "unknown"
