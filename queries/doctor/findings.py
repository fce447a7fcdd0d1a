"""What a check comes to."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check comes to.

    Attributes:
        check: its name.
        status: `fail` keeps Chatscape from doing what it should; a `warning` may become one.
        finding: what was found, in a sentence.
        advice: what to do, in a sentence; empty where all is well.
    """

    check: str
    status: Status
    finding: str
    advice: str = ""


def count(number: int, one: str) -> str:
    """A number of things, e.g. "1 file", "2 files"."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"
