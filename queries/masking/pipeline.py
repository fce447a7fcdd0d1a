"""Masking of a text: every recogniser in turn, until none finds more."""

import re

from queries.masking.api_keys import mask_keys
from queries.masking.digit_runs import mask_numbers
from queries.masking.emails import mask_emails
from queries.masking.ip_addresses import mask_ip_addresses
from queries.masking.national_ids import mask_national_ids
from queries.masking.passwords import mask_passwords
from queries.masking.placeholders import (
    PLACEHOLDER_CHARACTER,
    escape_placeholders,
    name_placeholders,
)
from queries.masking.wallets import mask_wallets

# Order matters: a password in a URL looks like an e-mail address, and a key may contain digits.
_RECOGNISERS = (
    *(mask_keys, mask_wallets, mask_passwords, mask_emails, mask_ip_addresses),
    *(mask_national_ids, mask_numbers),
)

PASSES_MAX = 20
"""Upper limit of passes. Two suffice, except for texts made to need more."""

_PLACEHOLDER_SPLIT = re.compile(f"({PLACEHOLDER_CHARACTER.pattern})")

# A word with a dot or an @ in any script, or a run of digits and ASCII or European letters.
_LAST_WORD = re.compile(
    r"(?:[\w+%-]*[.@][\w.@+%-]*|[+\uff0b]?[\d\s()./+\u2010-\u2015\uff08\uff09\uff0d-]*"
    r"[\x21-\x7e\u00c0-\u06ff]*)\Z"
)


def masked(text: str) -> str:
    """The text with contact data and secrets replaced by their kind, e.g. ``[email address]``.

    Recognisers are patterns, check digits and phone number plans. They miss some secrets and hit
    some harmless texts. Masking is idempotent.
    """
    if PLACEHOLDER_CHARACTER.search(text):
        return "".join(
            piece if PLACEHOLDER_CHARACTER.match(piece) else masked(piece)
            for piece in _PLACEHOLDER_SPLIT.split(text)
        )
    return name_placeholders(_recognise(text))


def with_placeholders(text: str) -> str:
    """The text with each hit replaced by one placeholder character, which nothing can split.

    `placeholder_kind` gives the kind of a placeholder. Placeholder characters that are part of the
    text are escaped, e.g. as ``[U+FDD0]``.
    """
    return _recognise(escape_placeholders(text))


def masked_prefix(text: str) -> str:
    """A truncated text, masked, without its last word or number, and with an ellipsis."""
    return f"{masked(drop_partial_secret(text))}…"


def drop_partial_secret(text: str) -> str:
    """A truncated text without its last word or number.

    The beginning of an address or a number is not recognised as one, so it must not be shown.
    """
    return _LAST_WORD.sub("", text)


def _recognise(text: str) -> str:
    """Apply all recognisers until none finds more: a hit can uncover another next to it."""
    for _ in range(PASSES_MAX):
        before = text
        for recognise in _RECOGNISERS:
            text = recognise(text)
        if text == before:
            break
    return text
