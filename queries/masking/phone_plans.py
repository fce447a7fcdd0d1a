"""National numbering plans and usual groupings, from the metadata of `phonenumbers`.

Its parser takes 50 µs per number and country, and a number without a country code may belong to
any country. So the patterns are read from the metadata and looked up by grouping.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

COUNTRIES = (
    *(1, 7, 20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 54, 55),
    *(56, 57, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 94, 98, 212, 213, 216, 233),
    *(
        234,
        254,
        256,
        351,
        353,
        358,
        359,
        380,
        381,
        385,
        420,
        421,
        852,
        880,
        886,
        961,
        962,
        964,
        965,
    ),
    *(966, 971, 972, 974, 977, 994, 995, 998),
)
"""Country codes whose numbers are also recognised in their national form."""

_TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)


@dataclass(frozen=True)
class PhoneFormat:
    """A usual grouping of the numbers of a country.

    Attributes:
        country: the country code.
        prefix: the national prefix; empty if there is none.
        needs_prefix: whether the number is always written with it.
        beginning: pattern of the first digits.
        groups: minimum and maximum digits of each group, without the prefix.
    """

    country: int
    prefix: str
    needs_prefix: bool
    beginning: re.Pattern[str]
    groups: tuple[tuple[int, int], ...]

    def divides(self, groups: list[str]) -> bool:
        """Whether digits without the prefix are grouped this way."""
        return len(groups) == len(self.groups) and all(
            fewest <= len(group) <= most
            for group, (fewest, most) in zip(groups, self.groups, strict=True)
        )


def is_assigned(country: int, number: str) -> bool:
    """Whether the digits after a country code are assigned in the numbering plan."""
    return any(numbers.fullmatch(number) for numbers in _numbers(country))


def is_assigned_anywhere(number: str) -> bool:
    """Whether a number without a country code is assigned in one of `COUNTRIES`."""
    return _assigned_anywhere().fullmatch(number) is not None


def is_mobile_anywhere(number: str) -> bool:
    """Whether a number is a mobile number of a country with the national prefix "0"."""
    return _mobile_anywhere().fullmatch(number) is not None


@cache
def _assigned_anywhere() -> re.Pattern[str]:
    patterns = {numbers.pattern for country in COUNTRIES for numbers in _numbers(country)}
    return re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))


@cache
def _mobile_anywhere() -> re.Pattern[str]:
    patterns = {
        plan.mobile.national_number_pattern
        for country in COUNTRIES
        for plan in _plans(country)
        if _prefix(country) == "0" and plan.mobile and plan.mobile.national_number_pattern
    }
    return re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))


def has_length(country: int, number: str) -> bool:
    """Whether the digits have a possible length of numbers of the country."""
    return any(
        plan.general_desc is not None and len(number) in plan.general_desc.possible_length
        for plan in _plans(country)
    )


def country_codes(digits: str) -> Iterator[int]:
    """The country code that the digits begin with, if any."""
    for length in (1, 2, 3):
        if digits[:length].isdigit() and int(digits[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            yield int(digits[:length])
            return


@cache
def prefixes() -> tuple[str, ...]:
    """All national prefixes, and first the empty one."""
    return ("", *sorted({_prefix(country) for country in COUNTRIES} - {""}))


@cache
def formats() -> dict[tuple[int, int], list[PhoneFormat]]:
    """The formats by the digits of the number and of its first group, without the prefix."""
    by_digits: dict[tuple[int, int], list[PhoneFormat]] = {}
    for country in COUNTRIES:
        for format_ in _formats(country):
            (first_min, first_max), *others = format_.groups
            fewest, most = (sum(group[end] for group in others) for end in (0, 1))
            for first in range(first_min, first_max + 1):
                for rest in range(fewest, most + 1):
                    by_digits.setdefault((first + rest, first), []).append(format_)
    return by_digits


def _formats(country: int) -> Iterator[PhoneFormat]:
    prefix = _prefix(country)
    for entry in _plans(country)[0].number_format:
        rule = entry.national_prefix_formatting_rule or ""
        groups = re.findall(r"\(([^()]*)\)", entry.pattern or "")
        if len(groups) > 1:
            yield PhoneFormat(
                country=country,
                prefix=prefix,
                needs_prefix=bool(re.search(r"(?<!\\)\d", rule))
                and not entry.national_prefix_optional_when_formatting,
                beginning=re.compile((entry.leading_digits_pattern or [""])[-1]),
                groups=tuple(map(_lengths, groups)),
            )


def _lengths(group: str) -> tuple[int, int]:
    r"""How few and how many digits ``\d{3,8}``, ``\d{4}``, ``\d`` or literal digits match."""
    quantifier = re.fullmatch(r"\\d(?:\{(\d+)(?:,(\d+))?\})?", group)
    if quantifier is None:
        return len(group), len(group)
    fewest = int(quantifier[1] or 1)
    return fewest, int(quantifier[2] or fewest)


def _prefix(country: int) -> str:
    return _plans(country)[0].national_prefix or ""


@cache
def _numbers(country: int) -> tuple[re.Pattern[str], ...]:
    patterns = {
        desc.national_number_pattern
        for plan in _plans(country)
        for kind in _TYPES
        if (desc := getattr(plan, kind)) is not None and desc.national_number_pattern
    }
    return tuple(map(re.compile, sorted(patterns)))


@cache
def _plans(country: int) -> tuple[PhoneMetadata, ...]:
    """The metadata of each region with that country code, the main one first."""
    plans = (
        PhoneMetadata.metadata_for_region_or_calling_code(country, region)
        for region in COUNTRY_CODE_TO_REGION_CODE[country]
    )
    return tuple(plan for plan in plans if plan is not None)
