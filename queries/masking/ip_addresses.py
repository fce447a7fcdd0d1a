"""IP addresses, told from versions, numbers of sections, times and slices."""

import ipaddress
import re

from queries.masking.marks import MARKS

_FOUR_NUMBERS = re.compile(r"(?<![A-Za-z\d_.:])(?:\d{1,3}\.){3}\d{1,3}(?![A-Za-z_]|\.?\d)", re.A)

_COLONS = re.compile(
    r"(?<![A-Za-z\d_:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![A-Za-z\d_:])", re.A
)

# Before a version of a program or the number of a section.
_VERSION = re.compile(
    r"(?:\b(?:versions?|ver|v|releases?|rev|revision|build|firmware|update|upgrade|sections?|sec"
    r"|chapters?|clauses?|articles?|paragraphs?|figures?|tables?|appendix|steps?)\b[\s.:=\"'-]{0,3}"
    r"(?:number\s)?|(?:版本|第|版|версия|версии)[\s:]?|§\s?|[A-Za-z]/|[=~><^!]=\s?|[~^])\Z",
    re.I,
)

_LINE_START = re.compile(r"(?:^|\n)[ \t#*>-]{0,8}\Z")
_HEADING = re.compile(r"[.)]?\*{0,2}\s+[^\W\d_a-z]")
SECTION_MAX = 30
CONTEXT_CHARS = 24


def mark_ip_addresses(text: str) -> str:
    """The text with each IP address as a mark, of version 4 or 6, public or not."""
    if "." in text:
        text = _FOUR_NUMBERS.sub(_mark_four, text)
    if ":" in text:
        text = _COLONS.sub(_mark_colons, text)
    return text


def _mark_four(match: re.Match[str]) -> str:
    written = match.group()
    before = match.string[max(0, match.start() - CONTEXT_CHARS) : match.start()]
    is_net_mask = written.startswith("255.")
    numbers = list(map(int, written.split(".")))
    is_address = max(numbers) <= 255 and written == ".".join(map(str, numbers))
    if is_net_mask or not is_address or _VERSION.search(before):
        return written
    is_small = max(numbers) <= SECTION_MAX
    starts_line = match.start() == len(before) or "\n" in before
    if (
        is_small
        and starts_line
        and _LINE_START.search(before)
        and _HEADING.match(match.string, match.end())
    ):
        return written
    return MARKS["IP address"]


def _mark_colons(match: re.Match[str]) -> str:
    """An address of version 6; ``[1::2]`` is a slice, ``ad::be`` a name of a program."""
    written = match.group()
    is_host = match.string[max(0, match.start() - 3) : match.start()] == "//["
    has_digit = any(map(str.isdigit, written))
    if has_digit and (is_host or not _is_slice(match)) and _is_address(written):
        return MARKS["IP address"]
    return written


def _is_slice(match: re.Match[str]) -> bool:
    written = match.group()
    if written == "::1":
        return match.string[max(0, match.start() - 1) : match.start()] == "["
    return sum(map(str.isalnum, written)) < 4 or written.removesuffix("::").isdecimal()


def _is_address(written: str) -> bool:
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return True
