"""IBANs: the length and structure by country and the check digits, from python-stdnum."""

import re
from functools import cache

from stdnum import iban, numdb

from queries.masking.placeholders import PLACEHOLDERS

# From the check digits on, which is faster to search for than the country code before them.
_CANDIDATE = re.compile(
    r"[0-9][0-9](?<=[A-Za-z]{2}[0-9]{2})(?:(?<![A-Za-z0-9].{4})|(?<=IBAN[A-Z]{2}[0-9]{2}))"
    r"(?:[ .\u00a0-]{0,2}[A-Za-z0-9]){11,30}"
)
_COUNTRY_CHARS = 2


def mask_accounts(text: str) -> str:
    """Replace IBANs by placeholders."""
    pieces, end = [], 0
    for candidate in _CANDIDATE.finditer(text):
        start = candidate.start() - _COUNTRY_CHARS
        if start >= end and (length := _account_length(text, start, candidate.end())):
            pieces += [text[end:start], PLACEHOLDERS["IBAN"]]
            end = start + length
    return "".join((*pieces, text[end:])) if pieces else text


def _account_length(text: str, start: int, end: int) -> int:
    """How many characters from a start are an IBAN; words may follow it. 0 if it is none."""
    written = text[start:end]
    length = _length(written[:2].upper())
    positions = [n for n, character in enumerate(written) if character.isalnum()]
    if not length or len(positions) < length:
        return 0
    chars = positions[length - 1] + 1
    following = text[start + chars : start + chars + 1]
    if following.isalnum() or not iban.is_valid(
        "".join(filter(str.isalnum, written[:chars])), check_country=False
    ):
        return 0
    return chars


@cache
def _length(country: str) -> int:
    """The number of characters of an IBAN of a country; 0 for other codes."""
    structure = numdb.get("iban").info(country)[0][1].get("bban", "")
    return sum(map(int, re.findall(r"(\d+)!", structure))) + 4 if structure else 0
