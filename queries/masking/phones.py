"""Whether a run of digits is a phone number, by its country's plan and by how it is divided."""

import re
from itertools import pairwise

from queries.masking.numbering import (
    COUNTRIES,
    Format,
    country_codes,
    formats,
    has_length,
    is_assigned,
    prefixes,
)

_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}"
    r"|(?<!\.)(?:\d{1,3}\.){3}\d{1,3}(?!\.))(?!\d)"
)

# As people of North America write any number, also one that nobody has: 555-123-4567.
_AMERICAN = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}([.-]))\d{3}(?(1)\1|[ .-])\d{4}")

_SUM = re.compile(r"\+ \d+|\+ ?\d+\.\d+")

# A post code of the United States; a year and pages.
_NO_PHONE = re.compile(r"\d{5}-\d{4}\Z|\((?:19|20)\d\d\)")

_SIGNS = re.compile(r"\D+")

# Divisions that tables do not have: of China, Spain, Russia, Poland.
_TELLING = {(3, 4, 4), (3, 2, 2, 2), (3, 3, 2, 2), (2, 3, 2, 2)}

DIGITS = (7, 15)
DIGITS_MIN_UNNAMED = 9
GROUPS_MAX = 6
DROPPED_MAX = 3


def is_phone(plain: str, *, is_named: bool) -> bool:
    """Whether a number that does not begin with "+" is a phone number.

    Args:
        plain: digits and signs between them, in ASCII.
        is_named: whether a word before it says so, e.g. "phone"; then it may be written any way.
    """
    if len(plain) < DIGITS[0] or plain.count("(") != plain.count(")"):
        return False
    groups = _SIGNS.sub(" ", plain).split()
    digits = "".join(groups)
    if not DIGITS[0] <= len(digits) <= DIGITS[1] or len(groups) > GROUPS_MAX:
        return False
    if _DATE.search(plain) or set(digits) <= {"0", "1"} or _counts_up(groups):
        return False
    if _AMERICAN.fullmatch(plain):
        return True
    if len(groups) == 1:
        return is_named and _is_of_some_plan(digits)
    if plain.startswith("00") and _is_abroad(digits[2:]):
        return True
    if is_named and (_is_of_some_plan(digits) or re.fullmatch(r"\d{3}[ -]\d{4}", plain)):
        return True
    return len(digits) >= DIGITS_MIN_UNNAMED and _is_written_so(plain, groups)


def phone_length(plain: str) -> int:
    """How many characters of a text that begins with "+" are a phone number; 0 if none are.

    Groups at its end may belong to something else.
    """
    if _SUM.fullmatch(plain):
        return 0
    ends = [group.end() for group in re.finditer(r"\d+", plain)]
    for end in reversed(ends[-1 - DROPPED_MAX :]):
        groups = _SIGNS.sub(" ", re.sub(r"\(0\)", " ", plain[:end])).split()
        if _is_abroad("".join(groups)):
            return end
    groups = _SIGNS.sub(" ", re.sub(r"\(0\)", " ", plain)).split()
    return len(plain) if _looks_abroad(groups) else 0


def _is_abroad(digits: str) -> bool:
    """Whether the digits are a country code and a number of that country."""
    return any(
        is_assigned(country, digits[len(str(country)) :]) for country in country_codes(digits)
    )


def _looks_abroad(groups: list[str]) -> bool:
    """Whether digits after "+" are as long as a number there, and divided as people divide it."""
    digits = "".join(groups)
    is_divided = len(groups) == 1 or all(2 <= len(group) <= 8 for group in groups[1:])
    return is_divided and any(
        has_length(country, digits[len(str(country)) :])
        for country in country_codes(digits)
        if len(digits) >= 10
    )


def _is_of_some_plan(digits: str) -> bool:
    """Whether some country has the number, written with or without what is dialled before it."""
    bare = digits.lstrip("0") if digits[0] == "0" else digits
    if digits[0] == "0" and 9 <= len(digits) <= 12:
        return True
    numbers = {digits, bare, digits[1:] if digits[0] in "18" else digits}
    return any(is_assigned(country, number) for country in COUNTRIES for number in numbers) or (
        _is_abroad(bare)
    )


def _is_written_so(plain: str, groups: list[str]) -> bool:
    """Whether the number is divided, and its parts are joined, as in a country that has it."""
    signs = {sign.strip(" ()") for sign in _SIGNS.findall(plain)} - {""}
    if len(signs) > 1 or max(map(len, signs), default=0) > 1 or plain.count("/") > 1:
        return False
    is_decimal = "." in signs and (len(groups) == 2 or " " in plain)
    is_parted_by_thousands = "." in signs and set(map(len, groups)) == {3}
    if is_decimal or is_parted_by_thousands or _NO_PHONE.match(plain):
        return False
    is_marked = "(" in plain or plain.startswith("0")
    is_telling = is_marked or (signs and signs != {"/"}) or tuple(map(len, groups)) in _TELLING
    return is_telling and any(
        _fits(groups, prefix, is_marked=is_marked)
        for prefix in prefixes()
        if groups[0].startswith(prefix)
    )


def _fits(groups: list[str], prefix: str, *, is_marked: bool) -> bool:
    """Whether the groups, without the prefix before them, are those of a country's number."""
    first = groups[0][len(prefix) :]
    rest = [first, *groups[1:]] if first else groups[1:]
    number = "".join(rest)
    return any(
        _is_possible(format_, prefix)
        and format_.beginning.match(number)
        and (format_.divides(rest) or (is_marked and min(map(len, rest[1:]), default=0) > 1))
        and is_assigned(format_.country, number)
        for format_ in formats().get((len(number), len(rest[0])), ())
    )


def _is_possible(format_: Format, prefix: str) -> bool:
    return prefix == format_.prefix if prefix else not format_.needs_prefix


def _counts_up(groups: list[str]) -> bool:
    """Whether the groups are numbers at even round steps: 01 02 03 04 05, 100 200 300."""
    numbers = list(map(int, groups))
    steps = {abs(after - before) for before, after in pairwise(numbers)}
    step = min(steps, default=0)
    return len(numbers) > 2 and len(steps) == 1 and (step <= 10 or step % 50 == 0)
