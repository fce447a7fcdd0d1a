"""A text with every hit of every rule masked."""

import re

from queries.masking.emails import mark_emails
from queries.masking.ip_addresses import mark_ip_addresses
from queries.masking.keys import mark_keys
from queries.masking.marks import NONCHARACTER, named, without_marks
from queries.masking.numbers import mark_numbers
from queries.masking.passwords import mark_passwords

# A password in an address looks like an e-mail address, and a key may hold a run of digits.
_RULES = (mark_keys, mark_passwords, mark_emails, mark_ip_addresses, mark_numbers)

PASSES_MAX = 20
"""Two do, but for texts made to need more."""

# A word with a dot or an @ in any script, else one of a script that puts spaces between words.
_LAST_WORD = re.compile(
    r"(?:[\w+%-]*[.@][\w.@+%-]*|[+\uff0b]?[\d\s()./+\u2010-\u2015\uff08\uff09\uff0d-]*"
    r"[\x21-\x7e\u00c0-\u06ff]*)\Z"
)


def masked(text: str) -> str:
    """The text with contact data and secrets named, not shown.

    Each hit becomes its kind in brackets, e.g. ``[email address]``; the rest stays as it is. The
    rules are patterns and plans of phone numbers: they miss some and hit some that are none; what
    is masked is always named. Masking twice is masking once.
    """
    if NONCHARACTER.search(text):
        return "".join(
            piece if NONCHARACTER.match(piece) else masked(piece) for piece in _BETWEEN.split(text)
        )
    return named(_covered(text))


def marked(text: str) -> str:
    """The text as ``masked`` gives it, with each hit as one character.

    That character is ``chr(0xFDD0 + KINDS.index(kind))``, which no later step can split;
    ``kind_of`` gives the kind back. Such a character in the data becomes e.g. ``[U+FDD0]``.
    """
    return _covered(without_marks(text))


def masked_cut(text: str) -> str:
    """A text that was cut at its end, masked; without its last word or number."""
    return f"{masked(without_cut_end(text))}…"


def without_cut_end(text: str) -> str:
    """A text that was cut at its end, without its last word or number.

    The beginning of an address or of a number does not look like one.
    """
    return _LAST_WORD.sub("", text)


_BETWEEN = re.compile("([\ufdd0-\ufdef])")


def _covered(text: str) -> str:
    """The text with marks, until no rule finds more: a hit can uncover another beside it."""
    for _ in range(PASSES_MAX):
        before = text
        for mark in _RULES:
            text = mark(text)
        if text == before:
            break
    return text
