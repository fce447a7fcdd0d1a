"""Card and phone numbers: runs of digits, each checked against all formats."""

import re

from queries.masking.bank_accounts import mask_accounts
from queries.masking.payment_cards import mask_cards
from queries.masking.phone_context import follows_contact_word, is_arithmetic
from queries.masking.phones import is_phone, phone_length
from queries.masking.placeholders import PLACEHOLDER_CHARACTER, PLACEHOLDERS

_SIGN = "+\uff0b"
_BETWEEN_DIGITS = (
    r" ().\-/\u00a0\u2002-\u200b\u200e\u202f\u2010-\u2015\u2212\uff08\uff09\uff0d\uff0e\u30fc"
)

# Latin letters may not touch a run; Chinese characters may.
_RUN = re.compile(
    rf"(?<![A-Za-z\u00c0-\u024f\d_.+-])(?:[(\uff08]?[{_SIGN}] ?)?[(\uff08]?"
    rf"\d(?:[{_BETWEEN_DIGITS}]{{0,3}}\d){{6,60}}(?![A-Za-z\u00c0-\u024f\d_+-])"
    r"(?!,\d{3}(?!\d)|\s?%|\*[A-Za-z\d(])"
)

# Most texts have none, and this pattern is faster than the next.
_SEVEN_DIGITS = re.compile(r"[\d](?:[A-Za-z\W]{0,6}\d){6}")

_CONTEXT_CHARS = 64

_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹₽₩]|\b(?:USD|EUR|GBP|INR|RMB))\s?\Z")

# What separates two numbers in one run: a wide gap, or else a space.
_WIDE_GAP = re.compile(r" {2,}| [-/] |/(?=\d{6})| (?=\(\d)")
_GAP = re.compile(r" {2,}| [-/] |/(?=\d{6})| ")

# Wide and typographic separators as ASCII.
_ASCII_SEPARATORS = {
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u30fc"), "-"),
    **dict(zip(map(ord, "\u202f\uff08\uff09\uff0e\uff0b"), " ().+", strict=True)),
    **dict.fromkeys((0x200B, 0x200E), " "),
}


def mask_numbers(text: str) -> str:
    """Replace numbers of accounts, cards and phones by placeholders."""
    if not _SEVEN_DIGITS.search(text):
        return text
    text = mask_accounts(text)
    pieces: list[str] = []
    end = 0
    for run in _RUN.finditer(text):
        before = text[max(end, run.start() - _CONTEXT_CHARS) : run.start()]
        if pieces and end >= run.start() - _CONTEXT_CHARS:
            last = pieces[-1][-1:]
            before = (last if PLACEHOLDER_CHARACTER.match(last) else "") + before
        after = text[run.end() : run.end() + 4]
        pieces += [text[end : run.start()], _masked_run(run.group(), before, after)]
        end = run.end()
    return "".join((*pieces, text[end:])) if pieces else text


def _masked_run(run: str, before: str, after: str) -> str:
    """A run with the numbers in it replaced by placeholders.

    Args:
        run: digits and the characters between them.
        before: the text, or the last placeholder, before the run.
        after: the text after the run.
    """
    if run[0] in "(\uff08" and not set(run) & {")", "\uff09"}:
        return run[0] + _masked_run(run[1:], before + run[0], after)
    plain = _plain(run)
    is_named = follows_contact_word(before)
    if "+" not in plain and (cards := mask_cards(run, plain, before)) != run:
        return cards
    if is_arithmetic(before, plain, after, is_named=is_named):
        return run
    if "+" in plain:
        length = phone_length(plain)
        return PLACEHOLDERS["phone number"] + run[length:] if length else run
    if _MONEY_BEFORE.search(before[-8:]):
        return run
    if is_phone(plain, is_named=is_named):
        return PLACEHOLDERS["phone number"]
    return _masked_pieces(run, plain, is_named=is_named)


def _masked_pieces(run: str, plain: str, *, is_named: bool) -> str:
    """A run of several numbers, split at its gaps, with each phone number masked."""
    pieces, end = [], 0
    gap = _WIDE_GAP if _WIDE_GAP.search(plain) else _GAP
    for start, after in (*map(re.Match.span, gap.finditer(plain)), (len(run), len(run))):
        is_hit = is_phone(plain[end:start], is_named=is_named and gap is _WIDE_GAP)
        pieces += [PLACEHOLDERS["phone number"] if is_hit else run[end:start], run[start:after]]
        end = after
    return "".join(pieces)


def _plain(run: str) -> str:
    """The run in ASCII, of the same length: digits of any script, wide separators."""
    if run.isascii():
        return run
    return "".join(
        str(int(char)) if char.isdigit() else char for char in run.translate(_ASCII_SEPARATORS)
    )
