"""The kinds of contact data and secrets, and the placeholder character that stands for each."""

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
    "national ID",
    "wallet address",
)
"""The kinds of a hit, in the order of their placeholders."""

# Noncharacters of Unicode, which no text contains on purpose.
_FIRST, _LAST = "\ufdd0", "\ufdef"

PLACEHOLDERS = {kind: chr(ord(_FIRST) + n) for n, kind in enumerate(KINDS)}
"""The placeholder of each kind: one character."""

PLACEHOLDER_RANGE = f"{_FIRST}-{chr(ord(_FIRST) + len(KINDS) - 1)}"
"""The placeholders, as a range for a character set of a pattern."""

PLACEHOLDER_CHARACTER = re.compile(f"[{_FIRST}-{_LAST}]")
"""A placeholder, or a character of the same block, which could be mistaken for one."""

HIT_BORDERS = rf"\[\]{_FIRST}-{_LAST}"
"""The first and last characters of a hit after masking, for a character set of a pattern.

A recogniser must treat placeholders and bracketed names alike, so that masking is idempotent.
"""


def placeholder_kind(character: str) -> str:
    """The kind that a placeholder stands for.

    Args:
        character: one character of a text from `with_placeholders`.

    Raises:
        ValueError: the argument is not a placeholder.
    """
    n = ord(character) - ord(_FIRST) if len(character) == 1 else -1
    if not 0 <= n < len(KINDS):
        raise ValueError(f"{character!r} is not a placeholder")
    return KINDS[n]


_NAMES = {ord(character): f"[{kind}]" for kind, character in PLACEHOLDERS.items()}


def name_placeholders(text: str) -> str:
    """Replace each placeholder by its kind in brackets, e.g. ``[email address]``."""
    return text if text.isascii() else text.translate(_NAMES)


def escape_placeholders(text: str) -> str:
    """Write out placeholder characters that are part of the data, e.g. as ``[U+FDD0]``."""
    return PLACEHOLDER_CHARACTER.sub(lambda match: f"[U+{ord(match.group()):04X}]", text)
