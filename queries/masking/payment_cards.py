"""Payment card numbers: lengths, issuers and check digits."""

import re

from stdnum import luhn

from queries.masking.placeholders import PLACEHOLDERS

# Grouped as on the card: four by four, American Express, Diners Club; or not grouped.
_GAP = r"(?: {1,2}|[-.]| - )?"
_CARD = re.compile(
    rf"(?<![\d.,])(?<!\d\d\d\d[ -])(?:\d{{4}}(?P<gap>{_GAP})\d{{4}}(?P=gap)\d{{4}}(?P=gap)\d{{4}}"
    rf"(?:(?P=gap)\d{{3}})?|\d{{4}}(?P<short>{_GAP})\d{{6}}(?P=short)\d{{4,5}})"
    r"(?![\d]|[ -]\d{4}(?!\d))",
    re.A,
)
_NAMED_CARD = re.compile(r"(?<!\d)\d(?:[ .-]{0,2}\d){12,18}(?!\d)", re.A)
_CARD_WORD = re.compile(
    r"\b(?:card|cc|visa|mastercard|amex|maestro|karte|kreditkarte|carte|tarjeta|cart[ãa]o|carta|kart[ay]?"
    r"|карт[аыу])\b[^\d\n]{0,24}\Z|(?:卡号?|カード(?:番号)?|카드(?:번호)?)[^\d\n]{0,8}\Z",
    re.I,
)

# Visa; Mastercard; American Express; Diners Club; Discover; JCB; UnionPay; Mir; Maestro; RuPay;
# Troy; Elo and Hipercard of Brazil.
_ISSUER = re.compile(
    r"4(?:\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-59]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|62\d{14}(?:\d{3})?|220[0-4]\d{12}|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12}"
    r"|(?:508|60\d|8[12]\d)\d{13}|9792\d{12}|(?:6362|6363|5067|5090|6062)\d{12}"
)
_NAMED_ISSUER = re.compile(r"(?:4|5[0-8]|6|2[2-7]|3[0-9])\d{11,17}")


def mask_cards(run: str, plain: str, before: str) -> str:
    """Replace card numbers in a run of digits by placeholders.

    Args:
        run: digits of any script and the characters between them.
        plain: the same in ASCII, of the same length.
        before: the text before the run. After a word such as "card", other lengths and groups
            are recognised too.
    """
    is_named = _CARD_WORD.search(before[-32:]) is not None
    pattern, issuer = (_NAMED_CARD, _NAMED_ISSUER) if is_named else (_CARD, _ISSUER)
    pieces, end = [], 0
    for card in pattern.finditer(plain):
        digits = re.sub(r"\D", "", card.group())
        if issuer.fullmatch(digits) and luhn.is_valid(digits) and len(set(digits)) > 1:
            pieces += [run[end : card.start()], PLACEHOLDERS["card number"]]
            end = card.end()
    return "".join((*pieces, run[end:]))
