"""How phone numbers are made and written in the countries of the world, of `phonenumbers`.

Its parser would take 50 µs for a number and a country; a number without a country code may be of
any. So the patterns are taken from its metadata and looked up by how a number is divided.
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
"""Country codes whose numbers are known as people write them at home."""

_TYPES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)


@dataclass(frozen=True)
class Format:
    """One way in which numbers of a country are divided.

    Attributes:
        country: the country code.
        prefix: what is dialled before the number inside the country; empty where nothing is.
        needs_prefix: whether the number is not written without it.
        beginning: what the number begins with.
        groups: the fewest and the most digits of each group, without the prefix.
    """

    country: int
    prefix: str
    needs_prefix: bool
    beginning: re.Pattern[str]
    groups: tuple[tuple[int, int], ...]

    def divides(self, groups: list[str]) -> bool:
        """Whether the digits, without the prefix, are divided exactly so."""
        return len(groups) == len(self.groups) and all(
            fewest <= len(group) <= most
            for group, (fewest, most) in zip(groups, self.groups, strict=True)
        )


def is_assigned(country: int, number: str) -> bool:
    """Whether the digits after a country code are a number of that country's plan."""
    return any(numbers.fullmatch(number) for numbers in _numbers(country))


def has_length(country: int, number: str) -> bool:
    """Whether numbers of the country can be so long."""
    return any(
        plan.general_desc is not None and len(number) in plan.general_desc.possible_length
        for plan in _plans(country)
    )


def country_codes(digits: str) -> Iterator[int]:
    """The country codes that the digits can begin with; there is at most one."""
    for length in (1, 2, 3):
        if digits[:length].isdigit() and int(digits[:length]) in COUNTRY_CODE_TO_REGION_CODE:
            yield int(digits[:length])
            return


@cache
def prefixes() -> tuple[str, ...]:
    """What is dialled before a number inside some country; first nothing."""
    return ("", *sorted({_prefix(country) for country in COUNTRIES} - {""}))


@cache
def formats() -> dict[tuple[int, int], list[Format]]:
    """The formats by how many digits the number has, and how many the first group; no prefix."""
    found: dict[tuple[int, int], list[Format]] = {}
    for country in COUNTRIES:
        for format_ in _formats(country):
            (first_min, first_max), *others = format_.groups
            fewest, most = (sum(group[end] for group in others) for end in (0, 1))
            for first in range(first_min, first_max + 1):
                for rest in range(fewest, most + 1):
                    found.setdefault((first + rest, first), []).append(format_)
    return found


def _formats(country: int) -> Iterator[Format]:
    prefix = _prefix(country)
    for entry in _plans(country)[0].number_format:
        rule = entry.national_prefix_formatting_rule or ""
        groups = re.findall(r"\(([^()]*)\)", entry.pattern or "")
        if len(groups) > 1:
            yield Format(
                country=country,
                prefix=prefix,
                needs_prefix=bool(re.search(r"(?<!\\)\d", rule))
                and not entry.national_prefix_optional_when_formatting,
                beginning=re.compile((entry.leading_digits_pattern or [""])[-1]),
                groups=tuple(map(_lengths, groups)),
            )


def _lengths(group: str) -> tuple[int, int]:
    r"""The fewest and the most digits of ``\d``, ``\d{4}``, ``\d{3,8}`` or of digits."""
    counted = re.fullmatch(r"\\d(?:\{(\d+)(?:,(\d+))?\})?", group)
    if counted is None:
        return len(group), len(group)
    fewest = int(counted[1] or 1)
    return fewest, int(counted[2] or fewest)


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
    """The metadata of each region with that code, the main one first."""
    plans = (
        PhoneMetadata.metadata_for_region_or_calling_code(country, region)
        for region in COUNTRY_CODE_TO_REGION_CODE[country]
    )
    return tuple(plan for plan in plans if plan is not None)
