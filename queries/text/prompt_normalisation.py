"""The form of a prompt by which repeats are found: equal for prompts that say the same.

Case, the amount of white space, forms of one letter in Unicode and the stop at the end may differ.
Every other sign counts: C# is not C, 1.5 is not 15, and -1 is not 1.
"""

import re
import unicodedata
from functools import cache

_FORMS = (
    *("<wide>", "<narrow>", "<compat>", "<noBreak>", "<square>", "<vertical>"),
    *("<initial>", "<medial>", "<final>", "<isolated>"),
)
"""Other forms of the same letters. Not superscripts, fractions and letters of mathematics."""

_HANGUL_LETTERS = range(0x3131, 0x318F)
"""Letters that stand alone; their decomposition would join them to syllables."""

_SAME_SIGNS = {
    **dict.fromkeys("\u2018\u2019\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u2010\u2011\u2212", "-"),
}

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufe0e\ufe0f\ufeff]"
)
"""Not joiners and tags, which make other emoji and other words."""

_STOPS = ".?!\u061f\u0964\u3002"
_STOP = re.compile(r"\.+|[?!\u061f]+|\u0964+|\u3002+")


def normalise_prompt(text: str) -> str:
    """The prompt in the form that all its repeats share."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_translation()))
    text = " ".join(_INVISIBLE.sub("", text).lower().split())
    return _without_stop(text)


def _without_stop(text: str) -> str:
    """The text without the punctuation that ends it; `5!` and `n!` keep theirs."""
    bare = text.rstrip(_STOPS)
    stop = text[len(bare) :]
    if not bare or not _STOP.fullmatch(stop):
        return text
    kinds = [unicodedata.category(letter)[0] for letter in bare[-2:]]
    is_word = len(kinds) == 2 and set(kinds) <= {"L", "M"}
    is_end = is_word or (kinds[-1] in "LMN" and "!" not in stop)
    return bare if is_end else text


@cache
def _translation() -> dict[int, str]:
    """The usual form of each sign that has another one."""
    table = {ord(sign): same for sign, same in _SAME_SIGNS.items()}
    for code in range(0x80, 0x10000):
        form, *parts = unicodedata.decomposition(chr(code)).split() or [""]
        if form in _FORMS and code not in _HANGUL_LETTERS:
            usual = "".join(chr(int(part, 16)) for part in parts)
            table[code] = "".join(_SAME_SIGNS.get(letter, letter) for letter in usual)
    return table
