"""Words before a number that say it is a phone number."""

import re

from queries.masking.marks import BORDERS, MARKS

_WORDS = (
    r"tel(?:efon[a-z]*|éfono|ephones?)?|t[ée]l(?:[ée]phone)?|(?:tele|smart)?phones?|mobiles?",
    r"cell(?:phone|ular[a-z]*)?|fax|whats?app|hotline|sms|gsm|handy(?:nummer)?|portable",
    r"mobil(?:nummer|telefon)?|m[óo]vil|celular|call (?:me|us)|text me|reach me|puhelin|telefoon",
    r"sđt|điện thoại|telp|telpon|no\.? ?hp|nomor hp|cep(?: tel)?",
    r"тел(?:ефон[а-я]*)?|моб(?:ильный|\.)?|факс|τηλ(?:έφωνο)?|טלפון|נייד",
)

_WORDS_ANYWHERE = (
    r"电话|手机号?码?|電話|手機|携帯|热线|传真|联系方式|전화|휴대폰|연락처|핸드폰",
    r"هاتف|الهاتف|جوال|الجوال|موبايل|تليفون|تلفون|تلفن|موبایل|شماره تماس|واتساب",
    r"फ़ोन|फोन|मोबाइल|दूरभाष|โทร(?:ศัพท์)?|เบอร์",
)

_CONTACT_WORD = re.compile(
    rf"(?:(?<![^\W_])(?:{'|'.join(_WORDS)})(?![^\W_])|{'|'.join(_WORDS_ANYWHERE)})"
    rf"[^\d\n{BORDERS}]{{0,20}}\n?[^\S\n]{{0,4}}\Z",
    re.I,
)

# One number more of a list that began with a phone number.
_NEXT_OF_LIST = re.compile(
    rf"(?:\[phone number\]|{MARKS['phone number']})\s?"
    r"(?:[,;/、،]|or|and|oder|und|ou|et|y|e|или|и|和|或|و)\s?\Z"
)

CONTEXT_CHARS = 48


def follows_contact_word(before: str) -> bool:
    """Whether the end of a text says that a phone number comes next."""
    end = before[-CONTEXT_CHARS:]
    return bool(_CONTACT_WORD.search(end) or _NEXT_OF_LIST.search(end))
