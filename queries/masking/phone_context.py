"""The text around a run of digits: words that announce a phone number, and signs of arithmetic."""

import re

from queries.masking.placeholders import HIT_BORDERS, PLACEHOLDERS

_WORDS = (
    r"tel(?:efon[a-z]*|éfono|ephones?)?|t[ée]l(?:[ée]phone)?|(?:tele|smart)?phones?|mobiles?",
    r"cell(?:phone|ular[a-z]*)?|fax|whats?app|hotline|helpline|sms|gsm|handy(?:nummer)?|portable",
    r"mobil(?:nummer|telefon)?|(?:tele)?m[óo]v[ie]l|celular|mob|ph|viber|zalo|text me|dial",
    r"call(?:ing)?(?: (?:me|us|him|her|at|on))?|reach (?:me|us)|ring(?: (?:me|us))?",
    r"m(?:y|ein[e]?|on|i|eu) (?:new )?(?:number|numéro|nummer|número|numero)|rufnummer",
    r"contact(?: (?:no|number))?|numéro de (?:tél|portable)|ruf(?:en)?(?: sie)?(?: mich)? an",
    r"appelez|appelle|llám[ae]\w*|llama|chiam\w+|ligue|liga|bel|telefoon|telefono|cellulare",
    r"puhelin|zadzwoń|dzwoń|komórka|numer|nr tel|telefonnummer|arayın|ara|cep(?: tel)?",
    r"sđt|số điện thoại|điện thoại|gọi|telp|telpon|no\.? ?hp|nomor (?:hp|saya|telepon)|hubungi",
    r"тел(?:ефон[а-я]*)?|моб(?:ильный|\.)?|факс|звони(?:те)?|мой номер|τηλ(?:έφωνο)?|κινητό",
    r"טלפון|נייד",
)

_WORDS_ANYWHERE = (
    r"电话|手机号?码?|電話|手機|携帯|热线|传真|联系方式|致电|拨打|我的号码",
    r"전화|휴대폰|연락처|핸드폰|폰번호",
    r"هاتف|الهاتف|جوال|الجوال|موبايل|تليفون|تلفون|تلفن|موبایل|شماره تماس|واتساب|رقمي|اتصل",
    r"फ़ोन|फोन|मोबाइल|दूरभाष|नंबर|โทร(?:ศัพท์)?|เบอร์",
)

_CONTACT_WORD = re.compile(
    rf"(?:(?<![^\W_])(?:{'|'.join(_WORDS)})(?![^\W_])|{'|'.join(_WORDS_ANYWHERE)})"
    rf"[^\d\n{HIT_BORDERS}]{{0,20}}\n?[^\S\n]{{0,4}}\Z",
    re.I,
)

# A further number of a list that began with a phone number.
_NEXT_IN_LIST = re.compile(
    rf"(?:\[phone number\]|{PLACEHOLDERS['phone number']})\s?"
    r"(?:[,;/、،]|or|and|oder|und|ou|et|y|e|или|и|和|或|و)\s?\Z"
)

_OPERATOR_BEFORE = re.compile(r"(?:<<|[×÷^∗]\s?\(?|[\d)]\s?(?:[-+/]|\*{1,2})\s?\(?)\Z")
_EQUALS_BEFORE = re.compile(r"(?<![=:])=\s?\(?\Z")
_OPERATOR_AFTER = re.compile(r"\)?\s?(?:=(?!\")|\*\s?\d|[×÷^∗]|>>)|\)?\s?[+/]\s?\d")
_SUM_BEFORE = re.compile(r"[\w)\]}]\s\Z")

_CONTEXT_CHARS = 48


def follows_contact_word(before: str) -> bool:
    """Whether a text ends with words that announce a phone number."""
    end = before[-_CONTEXT_CHARS:]
    return bool(_CONTACT_WORD.search(end) or _NEXT_IN_LIST.search(end))


def is_arithmetic(before: str, run: str, after: str, *, is_named: bool) -> bool:
    """Whether a run of digits is part of a calculation.

    Args:
        before: the text before the run.
        run: the digits and the characters between them.
        after: the text after the run.
        is_named: whether a word announces a phone number.
    """
    before = before[-4:]
    if _OPERATOR_AFTER.match(after) or _OPERATOR_BEFORE.search(before):
        return True
    if is_named:
        return False
    is_sum = run[0] in "+(" and "+ " in run[:3] and _SUM_BEFORE.search(before) is not None
    return is_sum or " - " in run or _EQUALS_BEFORE.search(before) is not None
