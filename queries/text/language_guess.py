"""A guess at the language of a short text, by its letters and its most common words.

A guess is cautious: a name or a few keywords in Latin letters have no language. Languages have the
names that datasets give them.
"""

import re
import unicodedata
from collections import Counter

_SCRIPTS = {
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "CJK": "Chinese",
    "HANGUL": "Korean",
    "CYRILLIC": "Russian",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "THAI": "Thai",
    "DEVANAGARI": "Hindi",
    "ARMENIAN": "Armenian",
}
"""The first word of the name of a letter, and the language that is written with it most."""

_LETTERS = {
    "Vietnamese": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "Polish": "ąćęłńśźż",
    "German": "ß",
    "Spanish": "ñ¿¡",
    "Portuguese": "ãõ",
    "Ukrainian": "іїєґ",
    "Persian": "پچژگ",
}
"""Letters that one of the languages here has, and no other one."""

_WORDS = {
    "English": "the of and to in is are was how what why who which for with my your from that this "
    "can do does an it on at by or not i you",
    "German": "der die das und ist sind wie ein eine einen für mit nicht ich zu zum zur von auf "
    "was man im dem den des warum bei aus oder wer wo kann nach über in um wird",
    "French": "le la les des une un et est sont comment pour dans du de qui que avec sur je pas au "
    "aux pourquoi quel quelle ou où son ses mon ma par",
    "Spanish": "el la los las de una un y es son cómo para en que con del por qué mi mis su sus al "
    "lo como dónde ser se me",
    "Portuguese": "o os as de uma um e é são como para em que com do da dos das não por na nos "
    "nas ao meu minha qual quais",
    "Polish": "i w z na jak jest są czy do się nie dla przy ile gdzie co po od za przez dwóch",
    "Finnish": "ja on ovat miten mikä joka jossa jotka ei se kun että voi miksi sekä tai ilman "
    "kanssa mitä kuinka liikaa pois",
    "Indonesian": "dan yang di dari untuk cara apa dengan adalah bagaimana ini itu ke tapi tanpa "
    "pada setelah paling saya bahasa atau dalam",
}
_LANGUAGES_OF_WORD = {
    word: [language for language, words in _WORDS.items() if word in words.split()]
    for word in {word for words in _WORDS.values() for word in words.split()}
}
_NON_LATIN_SHARE = 0.3


def guess_language(text: str) -> str | None:
    """The language that a text is probably in; None where nothing says so."""
    letters = [letter for letter in text.lower() if letter.isalpha()]
    special = next(
        (name for name, signs in _LETTERS.items() if set(signs) & set(text.lower())), None
    )
    scripts = Counter(
        _SCRIPTS[script] for letter in letters if (script := _script(letter)) in _SCRIPTS
    )
    if scripts.total() > _NON_LATIN_SHARE * len(letters):
        if scripts["Japanese"]:
            return "Japanese"
        language = scripts.most_common(1)[0][0]
        return {("Ukrainian", "Russian"): "Ukrainian", ("Persian", "Arabic"): "Persian"}.get(
            (special or "", language), language
        )
    return special or _by_words(text)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]


def _by_words(text: str) -> str | None:
    counts = Counter(
        language
        for word in re.findall(r"[^\W\d_]+", text.lower())
        for language in _LANGUAGES_OF_WORD.get(word, ())
    ).most_common(2)
    if not counts or (len(counts) == 2 and counts[0][1] == counts[1][1]):
        return None
    return counts[0][0]
