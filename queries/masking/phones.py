"""Whether a run of digits is a phone number, by national numbering plans and usual grouping."""

import re
from itertools import pairwise

from queries.masking.phone_plans import (
    PhoneFormat,
    country_codes,
    formats,
    has_length,
    is_assigned,
    is_assigned_anywhere,
    is_mobile_anywhere,
    prefixes,
)

_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}"
    r"|(?<!\.)(?:\d{1,3}\.){3}\d{1,3}(?!\.))(?!\d)"
)

# The North American way to write a number, also an unassigned one: 555-123-4567.
_AMERICAN = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}([.-]))\d{3}(?(1)\1|[ .-])\d{4}")

_DECIMAL = re.compile(r"(?:\d{1,2}|[1-9]\d*)\.\d+")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")

# Mobile numbers that people write in one run: by their first digits and length.
_BARE_MOBILE = re.compile(
    r"07[1-57-9]\d{8}|0[67]\d{8}|01[5-7]\d{8,9}|09[0-39]\d{8}|08\d{8,11}|00\d{10,13}"
    r"|0[3457]\d{8,9}"
)

_SUM = re.compile(r"\+ \d+|\+ ?\d+\.\d+")

# A US postcode; a year and pages.
_NO_PHONE = re.compile(r"\d{5}-\d{4}\Z|\((?:19|20)\d\d\)")

_SIGNS = re.compile(r"\D+")

# Usual groups that the numbering plans lack: of China, Spain, Russia, Poland.
_USUAL_GROUPS = {(3, 4, 4), (3, 2, 2, 2), (3, 3, 2, 2), (2, 3, 2, 2), (1, 3, 3, 2, 2)}

DIGITS = (7, 15)
DIGITS_MIN_UNNAMED = 9
GROUPS_MAX = 6
DROPPED_MAX = 3


def is_phone(plain: str, *, is_named: bool) -> bool:
    """Whether a number that does not begin with "+" is a phone number.

    Args:
        plain: digits and separators, in ASCII.
        is_named: whether a word before it, e.g. "phone", announces a phone number. Then any
            grouping is recognised.
    """
    if len(plain) < DIGITS[0] or plain.count("(") != plain.count(")"):
        return False
    groups = _SIGNS.sub(" ", plain).split()
    digits = "".join(groups)
    if not DIGITS[0] <= len(digits) <= DIGITS[1] or len(groups) > GROUPS_MAX:
        return False
    if _DATE.search(plain) or set(digits) <= {"0", "1"} or _is_sequence(groups):
        return False
    if _DECIMAL.fullmatch(plain) or all(map(_YEAR.fullmatch, groups)):
        return False
    if _AMERICAN.fullmatch(plain):
        return True
    if len(groups) == 1:
        return (is_named and _is_of_some_plan(digits)) or _is_bare_mobile(digits)
    if plain.startswith("00") and (
        _is_abroad(digits[2:]) or _looks_abroad([groups[0][2:], *groups[1:]])
    ):
        return True
    if is_named and (_is_of_some_plan(digits) or re.fullmatch(r"\d{3}[ -]\d{4}", plain)):
        return True
    return len(digits) >= DIGITS_MIN_UNNAMED and _has_usual_form(plain, groups)


def phone_length(plain: str) -> int:
    """The length of the phone number at the start of a run with "+"; 0 if there is none.

    The last groups of the run may not belong to the number.
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
    """Whether the digits are a country code and an assigned number of that country."""
    return any(
        is_assigned(country, digits[len(str(country)) :]) for country in country_codes(digits)
    )


def _looks_abroad(groups: list[str]) -> bool:
    """Whether digits after "+" have a length and a grouping that is usual in that country."""
    digits = "".join(groups)
    is_divided = len(groups) == 1 or all(2 <= len(group) <= 8 for group in groups[1:])
    return is_divided and any(
        has_length(country, digits[len(str(country)) :])
        for country in country_codes(digits)
        if len(digits) >= 10
    )


def _is_of_some_plan(digits: str) -> bool:
    """Whether the number is assigned in some country, with or without a national prefix."""
    bare = digits.lstrip("0") if digits[0] == "0" else digits
    if digits[0] == "0" and 9 <= len(digits) <= 12:
        return True
    numbers = {digits, bare, digits[1:] if digits[0] in "18" else digits}
    return any(map(is_assigned_anywhere, numbers)) or _is_abroad(bare)


def _has_usual_form(plain: str, groups: list[str]) -> bool:
    """Whether the groups and separators are usual in a country where the number is assigned."""
    signs = {sign.strip(" ()") for sign in _SIGNS.findall(plain)} - {""}
    if len(signs) > 1 or max(map(len, signs), default=0) > 1 or plain.count("/") > 1:
        return False
    is_decimal = "." in signs and (len(groups) == 2 or " " in plain)
    has_thousands = "." in signs and set(map(len, groups)) == {3}
    if is_decimal or has_thousands or _NO_PHONE.match(plain):
        return False
    has_prefix = "(" in plain or plain.startswith("0")
    is_distinctive = (
        has_prefix or (signs and signs != {"/"}) or tuple(map(len, groups)) in _USUAL_GROUPS
    )
    return is_distinctive and any(
        _fits(groups, prefix, has_prefix=has_prefix)
        for prefix in prefixes()
        if groups[0].startswith(prefix)
    )


def _fits(groups: list[str], prefix: str, *, has_prefix: bool) -> bool:
    """Whether the groups, after a national prefix, are those of some country's number."""
    first = groups[0][len(prefix) :]
    rest = [first, *groups[1:]] if first else groups[1:]
    number = "".join(rest)
    return any(
        _is_possible(format_, prefix)
        and format_.beginning.match(number)
        and (format_.divides(rest) or (has_prefix and min(map(len, rest[1:]), default=0) > 1))
        and is_assigned(format_.country, number)
        for format_ in formats().get((len(number), len(rest[0])), ())
    )


def _is_possible(format_: PhoneFormat, prefix: str) -> bool:
    return prefix == format_.prefix if prefix else not format_.needs_prefix


def _is_bare_mobile(digits: str) -> bool:
    """Whether a run without separators is a mobile number as people write it at home."""
    if _BARE_MOBILE.fullmatch(digits) is None or len(set(digits)) < 4:
        return False
    if digits.startswith("00"):
        return _is_abroad(digits[2:])
    return is_mobile_anywhere(digits[1:])


def _is_sequence(groups: list[str]) -> bool:
    """Whether the groups are an arithmetic sequence: 01 02 03 04 05, 100 200 300."""
    numbers = list(map(int, groups))
    steps = {abs(after - before) for before, after in pairwise(numbers)}
    step = min(steps, default=0)
    return len(numbers) > 2 and len(steps) == 1 and (step <= 10 or step % 50 == 0)
