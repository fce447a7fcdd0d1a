"""Numbers of payment cards and of bank accounts, by their check digits and their lengths."""

import re

from queries.masking.marks import MARKS

# As on the card: four by four, an American Express, a Diners Club; or all of them together.
_CARD = re.compile(
    r"(?<![\d.,])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -]?)\d{6}\2\d{4,5})(?!\d)",
    re.A,
)

# Visa; Mastercard; American Express; Diners Club; Discover; JCB; UnionPay; Mir; Maestro; RuPay;
# Troy; Elo and Hipercard of Brazil.
_ISSUER = re.compile(
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-59]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|62\d{14}(?:\d{3})?|220[0-4]\d{12}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12}"
    r"|(?:508|60\d|8[12]\d)\d{13}|9792\d{12}|(?:6362|6363|5067|5090|6062)\d{12}"
)

_ACCOUNT = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
)

# Length of an IBAN by country, of the register of ISO 13616.
_ACCOUNT_CHARS = {
    code: chars
    for chars, codes in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for code in codes.split()
}


def mark_accounts(text: str) -> str:
    """The text with each IBAN as a mark, where its length and its check digits fit."""
    return _ACCOUNT.sub(_mark_account, text)


def mark_cards(run: str, plain: str) -> str:
    """A run of digits with each card number in it as a mark.

    Other digits may stand beside those of a card: a date, a list's number.

    Args:
        run: digits of any script and the signs between them.
        plain: the same in ASCII, of the same length.
    """
    pieces, end = [], 0
    for card in _CARD.finditer(plain):
        if _is_card(re.sub(r"\D", "", card.group())):
            pieces += [run[end : card.start()], MARKS["card number"]]
            end = card.end()
    return "".join((*pieces, run[end:]))


def _is_card(digits: str) -> bool:
    return _ISSUER.fullmatch(digits) is not None and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812: every second digit doubled, from the right; the sum ends in 0."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 1


def _mark_account(match: re.Match[str]) -> str:
    """Words in capitals may follow: only as many characters count as the country has."""
    written = match.group()
    length = _ACCOUNT_CHARS.get(written[:2])
    places = [place for place, char in enumerate(written) if char.isalnum()]
    if length is None or len(places) < length:
        return written
    end = places[length - 1] + 1
    account = "".join(filter(str.isalnum, written[:end]))
    is_whole = end == len(written) or not written[end].isalnum()
    return MARKS["IBAN"] + written[end:] if is_whole and _passes_97(account) else written


def _passes_97(account: str) -> bool:
    """The check of ISO 7064: country and check digits last, letters from 10, remainder 1."""
    return int("".join(str(int(char, 36)) for char in account[4:] + account[:4])) % 97 == 1
