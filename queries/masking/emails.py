"""E-mail addresses in any script, plain or written out to hide them from collectors."""

import re

from queries.masking.lower_case import lowered
from queries.masking.placeholders import PLACEHOLDERS

# Word characters, with the vowel signs of Indic, Tibetan and Southeast Asian scripts.
_WORD = r"\w\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3"

_TOP = r"(?:xn--[A-Za-z0-9-]{2,59}|[A-Za-z]{2,24}|(?:(?![A-Za-z\d_])[" + _WORD + r"]){2,24})"

EMAIL_ADDRESS = re.compile(
    rf"(?:\"[^\"\s@]{{1,64}}\"|[{_WORD}.+%-]{{1,64}}(?:['’&/=][{_WORD}.+%-]{{1,64}})?)[@\uff20]"
    rf"(?:[{_WORD}-]{{1,63}}\.){{1,8}}{_TOP}"
)

# Image names for high-density screens, and accounts of code hosts.
_NOT_AN_ADDRESS = re.compile(
    r"[^@]*@(?:[\d.]+x(?:~\w+)?\.(?:png|jpe?g|gif|svg|webp)|.*\.(?:png|jpe?g|gif|svg|webp|css|js))\Z"
    r"|git@|.*@(?:mixin|media|import|property|param|selector|objc)\b"
)

# In scripts without spaces an address starts where the Latin letters do.
_LATIN_END = re.compile(
    r"(?<=[\u0e00-\u0eff\u1000-\u109f\u2e80-\u9fff\uac00-\ud7af\uff00-\uff0f])[\w.+%-]*\Z", re.A
)

_AT_WORDS = r"(?:arroba|arobase|chiocciola|klammeraffe|ät|собака|malpa|małpa)"
_DOT_WORDS = r"(?:dot|punto|point|punkt|ponto|точка|kropka|nokta)"
_OPEN, _CLOSE = r"[\[({<]", r"[\])}>]"
_IN_BRACKETS = rf"{_OPEN}\s?(?:at|{_AT_WORDS}|@)\s?{_CLOSE}"
_DOT = rf"(?:\.|\s?{_OPEN}\s?(?:{_DOT_WORDS}|\.)\s?{_CLOSE}\s?|\s[-_]?{_DOT_WORDS}[-_]?\s)"
_TLD = (
    r"(?:com|org|net|edu|gov|info|io|co|biz|app|dev|me|xyz|example|test|invalid|ru|de|fr|es|it|pl|br|uk"
    r"|nl|se|eu|cn|jp|kr|in|tr|ua|mx|ar|ch|at|be|au|ca|us|za)(?:\.(?:uk|br|au|in|jp|za|mx|ar|tr))?"
)

_BRACKETED = re.compile(
    rf"(?<![\w.+-])[\w+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,3}}\s?{_IN_BRACKETS}\s?"
    rf"(?:[\w-]{{1,63}}{_DOT}){{1,5}}[^\W\d_]{{2,24}}(?!\w)",
    re.I,
)
_BRACKETED_HINT = re.compile(rf"{_OPEN}\s?(?:at|{_AT_WORDS}|@)\s?{_CLOSE}", re.I)

# With a plain or spaced @: jo@example[.]com, jo@example dot com, jo @ example.com.
_HIDDEN_DOT = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}\s?@\s?[\w-]{{1,63}}"
    rf"(?:(?:\s?{_OPEN}\s?(?:{_DOT_WORDS}|\.)\s?{_CLOSE}\s?|\s{_DOT_WORDS}\s)[\w-]{{1,63}}){{1,4}}(?![\w(])"
    rf"|(?<![\w.+-])[\w.+-]{{1,64}}\s?@\s?[\w-]{{1,63}}(?:\s\.\s[\w-]{{1,63}}){{0,3}}\s\.\s{_TLD}(?![\w(])"
    rf"|(?<![\w.+-])[\w+-][\w.+-]{{1,63}}\s@\s(?:[a-z0-9-]{{1,63}}\.){{1,4}}{_TLD}(?![\w(.-])",
    re.I,
)
_ENCODED = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:&#0*64;|&#x0*40;|%40|&commat;)(?:[\w-]{{1,63}}\.){{1,4}}{_TLD}(?![\w-])",
    re.I,
)

# Spoken: "jo at example dot com"; "jo at example.com" only after a word such as "e-mail".
_SPOKEN = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}}(?:\s{_DOT_WORDS}\s[\w.+-]{{1,64}}){{0,2}})\s[-_]?"
    rf"(?:at[-_]?\s((?:[\w-]{{1,63}}"
    rf"(?:\s[-_]?dot[-_]?\s|\s?{_OPEN}\s?dot\s?{_CLOSE}\s?)){{1,3}})"
    rf"|{_AT_WORDS}[-_]?\s((?:[\w-]{{1,63}}\s{_DOT_WORDS}\s){{1,3}})){_TLD}(?![\w-])",
    re.I,
)
_FOREIGN_AT = tuple(word for word in _AT_WORDS.strip("(?:)").split("|") if word != "ät")
_MAIL_WORDS = ("mail", "correo", "courriel", "почт", "邮箱", "邮件", "メール", "이메일")
_AFTER_MAIL_WORD = re.compile(
    r"((?:e-?mail(?:s|ed|ing)?|mailbox|correo|courriel|mail|почт[аеуы]|邮箱|邮件|メール|이메일)"
    r"[^\n\w]{1,3}(?:(?:me|us|him|her|them|address|adresse|id|is|it|to|ist|est|es|on|:)"
    r"[^\n\w]{1,3}){0,3})"
    rf"([\w.+-]{{2,64}})\sat\s(?:[\w-]{{1,63}}\.){{1,4}}{_TLD}(?![\w-])",
    re.I,
)
_NOT_A_NAME = frozenset(
    """
    account accounts address addresses and are arrive arrived available available's be
    buy check click customers find found get go got her here him host hosted id in is it
    list listed live look looking me meet met more not one online only order out page
    people person products provider read see service services shop site sold someone
    start started stay store team that them this up us used users visit was website were
    while work worked working works
    """.split()  # noqa: SIM905
)


def mask_emails(text: str) -> str:
    """Replace e-mail addresses by placeholders."""
    placeholder = PLACEHOLDERS["email address"]
    if "@" in text or "\uff20" in text:
        text = EMAIL_ADDRESS.sub(_mask_address, text)
        if "@" in text:
            text = _HIDDEN_DOT.sub(_mask_hidden, text)
    if _BRACKETED_HINT.search(text):
        text = _BRACKETED.sub(placeholder, text)
    if "%40" in text or "&#" in text or "&commat" in text:
        text = _ENCODED.sub(placeholder, text)
    lower = lowered(text)
    if _is_spoken(lower):
        text = _SPOKEN.sub(_mask_spoken, text)
    if " at " in lower and any(word in lower for word in _MAIL_WORDS):
        text = _AFTER_MAIL_WORD.sub(_mask_after_word, text)
    return text


def _is_spoken(lower: str) -> bool:
    """Whether a text in lower case may contain a spoken address."""
    if "dot" in lower and (" at " in lower or " -at" in lower or " _at" in lower):
        return True
    return " ät " in lower or any(word in lower for word in _FOREIGN_AT)


def _mask_address(match: re.Match[str]) -> str:
    written = match.group()
    if _NOT_AN_ADDRESS.match(written.replace("\uff20", "@")):
        return written
    local = re.split("[@\uff20]", written)[0]
    latin = _LATIN_END.search(local)
    prefix = local[: latin.start()] if latin and latin.group() else ""
    return prefix + PLACEHOLDERS["email address"]


def _mask_hidden(match: re.Match[str]) -> str:
    """Mask an address with a written-out dot; decorators and matrix products are none."""
    host = match.group().split("@")[1].strip().lower()
    return match.group() if host.startswith("dot ") else PLACEHOLDERS["email address"]


def _mask_spoken(match: re.Match[str]) -> str:
    """Mask a spoken address, but not "look at example dot com"."""
    local, host = match[1].lower(), (match[2] or match[3]).lower().split()[0]
    if local in _NOT_A_NAME or host in {"that", "this", "the", "a", "every", "each"}:
        return match.group()
    return PLACEHOLDERS["email address"]


def _mask_after_word(match: re.Match[str]) -> str:
    """Mask "jo at example.com", but not "an e-mail address at example.com"."""
    if match[2].lower() in _NOT_A_NAME:
        return match.group()
    return match[1] + PLACEHOLDERS["email address"]
