"""E-mail addresses, also of other scripts, and those written out against collectors."""

import re

from queries.masking.marks import MARKS

# Letters, with the vowel signs of India, Tibet and Southeast Asia, which Python counts as no word.
_WORD = r"\w\u0900-\u0dff\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3"

_TOP = r"(?:xn--[A-Za-z0-9-]{2,59}|[A-Za-z]{2,24}|(?:(?![A-Za-z\d_])[" + _WORD + r"]){2,24})"

EMAIL_ADDRESS = re.compile(rf"[{_WORD}.+%-]{{1,64}}[@\uff20](?:[{_WORD}-]{{1,63}}\.){{1,8}}{_TOP}")

# What looks like one and is none: a picture for dense screens, an account of a code host.
_NO_ADDRESS = re.compile(
    r"[^@]*@(?:[\d.]+x(?:~\w+)?\.(?:png|jpe?g|gif|svg|webp)|.*\.(?:png|jpe?g|gif|svg|webp|css|js))\Z"
    r"|git@"
)

# Written without spaces between words: the address begins where the Latin letters do.
_LATIN_END = re.compile(
    r"(?<=[\u0e00-\u0eff\u1000-\u109f\u2e80-\u9fff\uac00-\ud7af\uff00-\uff0f])[\w.+%-]*\Z", re.A
)

_AT_IN_BRACKETS = re.compile(r"[\[({<]\s?(?:at|@)\s?[\])}>]", re.I)

_DOT = r"(?:\.|\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|\sdot\s)"

_WRITTEN_OUT = re.compile(
    rf"(?<![\w.+-])[\w+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,3}}"
    r"\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?"
    rf"(?:[\w-]{{1,63}}{_DOT}){{1,5}}[^\W\d_]{{2,24}}(?!\w)",
    re.I,
)

_SPOKEN_DOT = re.compile(r"\sdot\s", re.I)

_SPOKEN = re.compile(
    r"(?:(?<=[<(])[\w.+-]{1,64}|(?<![\w.+-])[\w.+-]{1,64}(?:\sdot\s[\w.+-]{1,64}){1,2})\sat\s"
    r"(?:[\w-]{1,63}\sdot\s){1,3}(?:com|org|net|edu|gov|info|io|co|[a-z]{2})(?![\w-])",
    re.I,
)


def mark_emails(text: str) -> str:
    """The text with each e-mail address as a mark."""
    if "@" in text or "\uff20" in text:
        text = EMAIL_ADDRESS.sub(_mark_address, text)
    if _AT_IN_BRACKETS.search(text):
        text = _WRITTEN_OUT.sub(MARKS["email address"], text)
    if _SPOKEN_DOT.search(text):
        text = _SPOKEN.sub(MARKS["email address"], text)
    return text


def _mark_address(match: re.Match[str]) -> str:
    written = match.group()
    if _NO_ADDRESS.match(written.replace("\uff20", "@")):
        return written
    local = re.split("[@\uff20]", written)[0]
    latin = _LATIN_END.search(local)
    kept = local[: latin.start()] if latin and latin.group() else ""
    return kept + MARKS["email address"]
