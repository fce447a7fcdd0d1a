"""National identity, tax and insurance numbers that have check digits, from python-stdnum."""

import re
from functools import cache
from importlib import import_module

from queries.masking.lower_case import lowered, words_in
from queries.masking.placeholders import PLACEHOLDERS

# Formats that nothing else has: checked wherever they stand.
_SELF_EVIDENT = {
    "br.cpf": r"\d{3}\.\d{3}\.\d{3}-\d{2}",
    "ch.ssn": r"756\.\d{4}\.\d{4}\.\d{2}",
    "cl.rut": r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]",
    "cn.ric": r"[1-8]\d{5}(?:19|20)\d{9}[\dXx]",
    "fi.hetu": r"\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y]",
    "fr.nir": r"[12] \d\d (?:0\d|1[0-2]) (?:\d\d|2[AB]) \d{3} \d{3} \d\d",
    "it.codicefiscale": r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]",
    "kr.rrn": r"\d{6}-[1-4]\d{6}",
    "mx.curp": r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d",
    "th.pin": r"\d-\d{4}-\d{5}-\d{2}-\d",
}

# Formats that other numbers share: checked after a word that names them.
_NAMED = {
    "au.tfn": ("tfn|tax file", r"\d{3} ?\d{3} ?\d{3}"),
    "be.nn": (
        "rijksregister|rijksregisternummer|registre national|national register",
        r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}",
    ),
    "bg.egn": ("egn|егн", r"\d{10}"),
    "br.cpf": ("cpf", r"\d{11}"),
    "ca.sin": ("sin:|sin number|sin is|social insurance", r"\d{3}[ -]?\d{3}[ -]?\d{3}"),
    "cz.rc": ("rodné číslo|rodne cislo", r"\d{6}/?\d{3,4}"),
    "de.idnr": (
        "steuer-id|steuerid|steueridentifikationsnummer|idnr",
        r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
    ),
    "dk.cpr": ("cpr", r"\d{6}-?\d{4}"),
    "es.dni": ("dni|nif", r"\d{8}-?[A-Za-z]"),
    "es.nie": ("nie:|nie es|nie número|nie number", r"[XYZxyz]-?\d{7}-?[A-Za-z]"),
    "fr.nir": ("sécurité sociale|securite sociale|nir|insee", r"[12](?: ?\d){14}"),
    "gb.nhs": ("nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
    "in_.aadhaar": ("aadhaar|aadhar|adhaar|आधार", r"\d{4}[ -]?\d{4}[ -]?\d{4}"),
    "in_.pan": ("pan:|pan is|pan no|pan number|pan card", r"[A-Z]{5}\d{4}[A-Z]"),
    "kr.rrn": ("주민등록번호|rrn", r"\d{6}-?\d{7}"),
    "my.nric": ("mykad|nric|ic no|ic number", r"\d{6}-\d{2}-\d{4}"),
    "nl.bsn": ("bsn|burgerservicenummer", r"\d{3}\.?\d{3}\.?\d{3}|\d{4}\.\d{2}\.\d{3}"),
    "no.fodselsnummer": ("fødselsnummer|fodselsnummer|personnummer", r"\d{6} ?\d{5}"),
    "pl.pesel": ("pesel", r"\d{11}"),
    "pt.cc": ("cartão de cidadão|citizen card", r"\d{8} ?\d ?[A-Z0-9]{2}\d"),
    "ro.cnp": ("cnp", r"\d{13}"),
    "ru.inn": ("инн|inn:", r"\d{12}"),
    "se.personnummer": ("personnummer|personal identity", r"(?:19|20)?\d{6}[-+]?\d{4}"),
    "tr.tckimlik": ("kimlik|tckn", r"\d{11}"),
    "us.ssn": ("ssn|social security", r"\d{3}[- ]?\d{2}[- ]?\d{4}"),
    "us.itin": ("itin", r"9\d{2}-?\d{2}-?\d{4}"),
    "za.idnr": ("id number|id no|identity number", r"\d{6} ?\d{4} ?\d{2} ?\d|\d{13}"),
}

# Runs that may hold such a number; the many patterns are only tried on these.
_RUN = re.compile(
    r"[A-Z0-9](?<![A-Za-z0-9.-].)(?:[A-Z0-9.-]|(?<=\d) (?=\d)){9,24}[A-Zx0-9](?![\w-])", re.A
)
_EVIDENT = re.compile(
    "|".join(
        rf"(?P<{name.replace('.', '__')}>{pattern})" for name, pattern in _SELF_EVIDENT.items()
    ),
    re.A | re.I,
)
_BY_WORD: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
for _name, (_words, _pattern) in _NAMED.items():
    for _word in _words.split("|"):
        _number = re.compile(rf"(?<![\w.-])(?:{_pattern})(?![\w-])", re.A)
        _BY_WORD.setdefault(_word, []).append((_name, _number))
_SEVEN_DIGITS = re.compile(r"[0-9](?:[ ./-]?[0-9]){6}")
_REACH = 56
"""How many characters after its word a number may end."""


def mask_national_ids(text: str) -> str:
    """Replace identity numbers with correct check digits by placeholders."""
    text = _RUN.sub(_mask_evident, text)
    lower = lowered(text)
    if not _SEVEN_DIGITS.search(text) and "pan" not in lower:
        return text
    present = words_in(lower, tuple(_BY_WORD))
    if not present:
        return text
    pieces, end = [], 0
    for word in _word_pattern(present).finditer(lower):
        if lower[max(0, word.start() - 1) : word.start()].isalnum():
            continue
        start, stop = _named_number(text, word)
        if stop > start >= end:
            pieces += [text[end:start], PLACEHOLDERS["national ID"]]
            end = stop
    return "".join((*pieces, text[end:])) if pieces else text


@cache
def _word_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern of some of the words, with a digit after them: faster than one of them all."""
    longest_first = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"(?:{longest_first})(?![^\W\d_])(?=[^\d\n]{{0,40}}\d)")


def _mask_evident(match: re.Match[str]) -> str:
    number = _EVIDENT.fullmatch(match.group().rstrip("."))
    name = (number.lastgroup or "").replace("__", ".") if number else ""
    if number is None or not _is_valid(name, number.group()):
        return match.group()
    return PLACEHOLDERS["national ID"] + match.group()[number.end() :]


def _named_number(text: str, word: re.Match[str]) -> tuple[int, int]:
    """Start and end of the number that a word announces; equal if there is none."""
    window = text[word.end() : word.end() + _REACH].partition("\n")[0]
    for name, pattern in _BY_WORD[word.group()]:
        for number in pattern.finditer(window):
            if _is_valid(name, number.group()):
                return word.end() + number.start(), word.end() + number.end()
    return 0, 0


def _is_valid(name: str, number: str) -> bool:
    """Whether python-stdnum finds the number valid; `name` is one of its modules."""
    is_valid: bool = import_module(f"stdnum.{name}").is_valid(number)
    return is_valid
