"""Numbers of cards, accounts and phones, found as runs of digits and judged one by one."""

import re

from queries.masking.accounts import mark_accounts, mark_cards
from queries.masking.contact_words import follows_contact_word
from queries.masking.marks import MARKS, NONCHARACTER
from queries.masking.phones import is_phone, phone_length

_SIGN = "+\uff0b"
_BETWEEN_DIGITS = (
    r" ().\-/\u00a0\u2002-\u200b\u200e\u202f\u2010-\u2015\u2212\uff08\uff09\uff0d\uff0e\u30fc"
)

# A run also ends at letters of scripts that are written with spaces; Chinese stands right beside.
_RUN = re.compile(
    rf"(?<![A-Za-z\u00c0-\u024f\d_.+-])(?:[(\uff08]?[{_SIGN}] ?)?[(\uff08]?"
    rf"\d(?:[{_BETWEEN_DIGITS}]{{0,3}}\d){{6,60}}(?![A-Za-z\u00c0-\u024f\d_+-])"
    r"(?!,\d{3}(?!\d)|\s?%|\*[A-Za-z\d(])"
)

_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹₽₩]|\b(?:USD|EUR|GBP|INR|RMB))\s?\Z")

# Between two numbers of one run: a wide gap; or a space, where signs join the digits of each.
_WIDE_GAP = re.compile(r" {2,}| [-/] |/(?=\d{6})| (?=\(\d)")
_GAP = re.compile(r" {2,}| [-/] |/(?=\d{6})| ")

# Digits of every script, and the signs between them of wide scripts, as ASCII.
_PLAIN_SIGNS = {
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u30fc"), "-"),
    **dict(zip(map(ord, "\u202f\uff08\uff09\uff0e\uff0b"), " ().+", strict=True)),
    **dict.fromkeys((0x200B, 0x200E), " "),
}


def mark_numbers(text: str) -> str:
    """The text with each number of a card, an account or a phone as a mark."""
    text = mark_accounts(text)
    pieces: list[str] = []
    end = 0
    for run in _RUN.finditer(text):
        before = text[end : run.start()]
        if end and pieces:
            before = (pieces[-1][-1:] if NONCHARACTER.match(pieces[-1][-1:]) else "") + before
        pieces += [text[end : run.start()], _judged(run.group(), before)]
        end = run.end()
    return "".join((*pieces, text[end:])) if pieces else text


def _judged(run: str, before: str) -> str:
    """A run with what it holds as marks.

    Args:
        run: digits and the signs between them.
        before: the text between the run before, or its mark, and this one.
    """
    if run[0] in "(\uff08" and not set(run) & {")", "\uff09"}:
        return run[0] + _judged(run[1:], before)
    plain = _plain(run)
    if "+" in plain:
        length = phone_length(plain)
        return MARKS["phone number"] + run[length:] if length else run
    if (cards := mark_cards(run, plain)) != run:
        return cards
    if _MONEY_BEFORE.search(before[-8:]):
        return run
    is_named = follows_contact_word(before)
    if is_phone(plain, is_named=is_named):
        return MARKS["phone number"]
    return _each_piece(run, plain, is_named=is_named)


def _each_piece(run: str, plain: str, *, is_named: bool) -> str:
    """A run of several numbers, divided at its gaps, with each phone number as a mark."""
    pieces, end = [], 0
    gap = _WIDE_GAP if _WIDE_GAP.search(plain) else _GAP
    for start, after in (*map(re.Match.span, gap.finditer(plain)), (len(run), len(run))):
        is_hit = is_phone(plain[end:start], is_named=is_named and gap is _WIDE_GAP)
        pieces += [MARKS["phone number"] if is_hit else run[end:start], run[start:after]]
        end = after
    return "".join(pieces)


def _plain(run: str) -> str:
    """The run in ASCII, of the same length: digits of every script, signs of wide scripts."""
    if run.isascii():
        return run
    return "".join(
        str(int(char)) if char.isdigit() else char for char in run.translate(_PLAIN_SIGNS)
    )
