"""The kinds of what is masked, and the one character that stands for each."""

import re

KINDS = (
    "email address",
    "phone number",
    "card number",
    "IBAN",
    "IP address",
    "key",
    "private key",
    "password",
)
"""What a hit can be. The order is that of the marks."""

FIRST_MARK = 0xFDD0

MARKS = {kind: chr(FIRST_MARK + place) for place, kind in enumerate(KINDS)}
"""The mark of each kind: a noncharacter of Unicode, which stands in no text on purpose."""

BORDERS = r"\[\]\ufdd0-\ufdef"
"""For a set in a pattern: what a hit begins and ends with after masking, in brackets or as a mark.

Rules must not tell the two apart, so that masking twice is masking once.
"""

NONCHARACTER = re.compile("[\ufdd0-\ufdef]")


def kind_of(mark: str) -> str:
    """What a mark stands for.

    Args:
        mark: one character that ``marked`` put into a text.

    Raises:
        ValueError: it is no mark.
    """
    place = ord(mark) - FIRST_MARK if len(mark) == 1 else -1
    if not 0 <= place < len(KINDS):
        raise ValueError(f"{mark!r} is no mark")
    return KINDS[place]


def named(text: str) -> str:
    """The text with each mark as its kind in brackets."""
    if text.isascii():
        return text
    return text.translate(_NAMES)


_NAMES = {ord(mark): f"[{kind}]" for kind, mark in MARKS.items()}


def without_marks(text: str) -> str:
    """The text with noncharacters of the data written out, e.g. ``[U+FDD0]``."""
    return NONCHARACTER.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
