"""The result of a check."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check.

    Attributes:
        check: the name of the check.
        status: `fail` keeps Chatscape from working as it should; a `warning` may become a failure.
        finding: what was found, in a sentence.
        advice: what to do, in a sentence; empty if the status is `ok`.
    """

    check: str
    status: Status
    finding: str
    advice: str = ""


FINDINGS_MAX = 20
"""Damaged files that a check names; it counts the rest."""


def quantity(number: int, noun: str) -> str:
    """A number with its noun, e.g. "1 file", "2 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
