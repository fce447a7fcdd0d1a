"""Contact data and secrets in messages, replaced by what they are.

Names are redacted in the published data; e-mail addresses, numbers and keys are not.
"""

import ipaddress
import re
from collections.abc import Callable

_DIGIT_RUN = r"(?<![\w.+-])\+?\(?\d(?:[ ().\-/]{0,2}\d){6,60}(?![\w-])"

_DATE_OR_ADDRESS = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(\d{1,3}\.){3}\d{1,3})\b"
)

# A word with a dot or an @ in any script, else one of a script that puts spaces between words.
_LAST_WORD = re.compile(r"(?:[\w+%-]*[.@][\w.@+%-]*|[\d\s()./+-]*[\x21-\x7e\u00c0-\u06ff]*)\Z")

# Sixteen digits as on the card, fifteen as on an American Express, or all of them together.
_CARD = re.compile(r"(?<!\d)(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}|\d{4}([ -]?)\d{6}\2\d{5})(?!\d)")

# Without a country code: an area code in parentheses or after a 0, or three, three and four digits.
_NATIONAL = re.compile(r"\(|0\d+[ ./-]|(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}$")

PHONE_DIGITS = (9, 15)
CARD_DIGITS = (13, 19)


def masked(text: str) -> str:
    """The text with e-mail addresses, keys, IP addresses, card and phone numbers named, not shown.

    Each becomes its kind in brackets, e.g. ``[email address]``. The rules are patterns: they miss
    some and hit some that are none; what is masked is always named.
    """
    for needle, pattern, replace in _RULES:
        if needle in text:
            text = pattern.sub(replace, text)
    return text


def masked_cut(text: str) -> str:
    """A text that was cut at its end, masked; without its last word or number.

    The beginning of an address or of a number does not look like one.
    """
    return f"{masked(_LAST_WORD.sub('', text))}…"


def _address(match: re.Match[str]) -> str:
    if not any(map(str.isalnum, match.group())):
        return match.group()  # The empty address, which is also how a slice is written: [::-1].
    try:
        ipaddress.ip_address(match.group())
    except ValueError:
        return match.group()
    return "[IP address]"


def _number(match: re.Match[str]) -> str:
    """A run of digits: a card number when its check digit fits, a phone number when it looks so."""
    written = match.group()
    digits = re.sub(r"\D", "", written)
    if CARD_DIGITS[0] <= len(digits) <= CARD_DIGITS[1] and _passes_luhn(digits):
        return "[card number]"
    has_phone_length = PHONE_DIGITS[0] <= len(digits) <= PHONE_DIGITS[1]
    is_phone = written.startswith("+") or _NATIONAL.match(written)
    if has_phone_length and is_phone and not _DATE_OR_ADDRESS.match(written):
        return "[phone number]"
    # Other digits may stand beside those of a card: a date, a list's number.
    return _CARD.sub(_card, written)


def _card(match: re.Match[str]) -> str:
    is_card = _passes_luhn(re.sub(r"\D", "", match.group()))
    return "[card number]" if is_card else match.group()


def _passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812: every second digit doubled, from the right; the sum ends in 0."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


EMAIL_ADDRESS = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")

_Rule = tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]

# First what every match holds: most texts have no "@", and looking for one is fast.
_RULES: tuple[_Rule, ...] = (
    (
        "-----BEGIN",
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S
        ),
        "[private key]",
    ),
    (
        "",
        re.compile(
            r"\b(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"
            r"|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}"
            r"|hf_[A-Za-z0-9]{20,}"
            r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,})"
        ),
        "[key]",
    ),
    (
        "@",
        EMAIL_ADDRESS,
        "[email address]",
    ),
    (".", re.compile(r"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"), _address),
    (
        ":",
        re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"),
        _address,
    ),
    ("", re.compile(_DIGIT_RUN), _number),
)
