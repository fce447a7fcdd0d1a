"""The language of a words search: terms, "phrases", OR, -not, prefix*, (brackets).

A message matches as a whole: every part of the query is looked for in the same message. OR binds
more tightly than a space, so ``cat OR dog food`` is ``(cat OR dog) food``.
"""

from dataclasses import dataclass
from typing import Never

from queries.errors import FilterError

QUERY_CHARS_MAX = 1_000
PARTS_MAX = 64

_OPENING, _CLOSING = '"\u201c\u201d', '"\u201d\u201c'
_OPERATORS = ("OR", "AND", "NOT")


@dataclass(frozen=True, slots=True)
class Term:
    """A word; one that an index takes for several words is a phrase of them."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after another."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins so."""

    text: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the options."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every wanted part, and none of the unwanted ones; at least one part is wanted."""

    wanted: tuple["Node", ...]
    unwanted: tuple["Node", ...] = ()


Node = Term | Phrase | Prefix | AnyOf | AllOf


def parsed_query(text: str) -> Node:
    """The tree of a query.

    Raises:
        FilterError: it is malformed; says where, and how to write it.
    """
    if len(text) > QUERY_CHARS_MAX:
        raise FilterError(
            f"A search has at most {QUERY_CHARS_MAX:,} characters; this one has {len(text):,}."
        )
    parser = _Parser(text)
    tree = parser.every(depth=0)
    if parser.part_count > PARTS_MAX:
        raise FilterError(
            f"A search has at most {PARTS_MAX} parts; this one has {parser.part_count}. "
            "Put words that belong together in quotes."
        )
    return tree


def plain_words(text: str) -> str:
    """The query without its signs: what a search by meaning looks for."""
    words = [piece.strip('()"\u201c\u201d') for piece in text.split()]
    kept = [word for word in words if word not in _OPERATORS and not word.startswith("-")]
    return " ".join(word.removesuffix("*") for word in kept if word) or text.strip()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.part_count = 0

    def every(self, depth: int) -> Node:
        """Parts up to the end or the closing bracket."""
        wanted: list[Node] = []
        unwanted: list[Node] = []
        while (sign := self._peek()) is not None:
            if sign == ")" and depth:
                break
            if self._takes_word("AND"):
                if not wanted or self._peek() is None:
                    self._refuse("AND stands between two words")
                continue
            is_unwanted, node = self._either(depth)
            if node is not None:
                (unwanted if is_unwanted else wanted).append(node)
        if not wanted:
            self._refuse_empty(has_unwanted=bool(unwanted))
        if len(wanted) == 1 and not unwanted:
            return wanted[0]
        return AllOf(tuple(wanted), tuple(unwanted))

    def _either(self, depth: int) -> tuple[bool, Node | None]:
        """One part, or several with OR between them; and whether it is one to leave out."""
        is_unwanted, first = self._unit(depth)
        options = [first] if first is not None else []
        while self._takes_word("OR"):
            if self._peek() in (None, ")") or first is None:
                self._refuse("OR stands between two words")
            is_left_out, option = self._unit(depth)
            if is_unwanted or is_left_out:
                self._refuse("-word cannot stand beside OR")
            if option is not None:
                options.append(option)
        if not options:
            return is_unwanted, None
        return is_unwanted, options[0] if len(options) == 1 else AnyOf(tuple(options))

    def _unit(self, depth: int) -> tuple[bool, Node | None]:
        if self._text[self._at : self._at + 2] == "--":
            self._at += len(self._run()) or 1
            return False, None  # A dash in a text, not a minus.
        is_unwanted = self._text[self._at] == "-"
        if is_unwanted:
            self._at += 1
            if self._at == len(self._text) or self._text[self._at].isspace():
                if self._peek() is None:
                    return False, None
                self._refuse("a minus stands right before the word that it leaves out")
        if any(self._takes_word(word) for word in ("NOT", "OR")):
            self._refuse("OR stands between two words, and a word is left out with -word")
        return is_unwanted, self._atom(depth)

    def _atom(self, depth: int) -> Node | None:
        sign = self._text[self._at]
        if sign == "(":
            self._at += 1
            inside = self.every(depth + 1)
            if self._peek() != ")":
                self._refuse("a bracket is opened but not closed")
            self._at += 1
            return inside
        if sign == ")":
            self._refuse("a bracket is closed that was not opened")
        self.part_count += 1
        return self._phrase() if sign in _OPENING else self._word(depth)

    def _phrase(self) -> Node | None:
        start = self._at + 1
        ends = [self._text.find(sign, start) for sign in set(_CLOSING)]
        found = [end for end in ends if end >= 0]
        if not found:
            self._refuse("a phrase begins with a quote and has no quote at its end")
        self._at = min(found) + 1
        said = self._text[start : min(found)]
        return Phrase(said) if _has_word(said) else None

    def _word(self, depth: int) -> Node | None:
        word = self._run()
        if depth:
            # A bracket that closes the group is none of the word; one that the word opened is.
            spare = word.count(")") - word.count("(")
            while spare > 0 and word.endswith(")"):
                word, spare = word[:-1], spare - 1
        self._at += len(word)
        bare = word.rstrip("*")
        if "*" in bare and _has_word(bare):
            self._refuse("* stands only at the end of a word: begin*")
        if not _has_word(bare):
            return None
        return Prefix(bare) if bare != word else Term(word)

    def _run(self) -> str:
        """The characters from here to the next space."""
        rest = self._text[self._at :]
        return rest.split(maxsplit=1)[0] if rest.strip() else ""

    def _peek(self) -> str | None:
        """The next character that is no space; None at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at] if self._at < len(self._text) else None

    def _takes_word(self, word: str) -> bool:
        if self._peek() is None or self._run().rstrip(")") != word:
            return False
        self._at += len(word)
        return True

    def _refuse_empty(self, *, has_unwanted: bool) -> Never:
        if has_unwanted:
            self._refuse("there are only words to leave out: add one to look for")
        self._refuse("there is no letter or digit to look for")

    def _refuse(self, why: str) -> Never:
        raise FilterError(
            f"The search {self._text!r} cannot be read: {why}. "
            'A search is made of words, "phrases", begin*, -without, this OR that; '
            "put text with other signs in quotes."
        )


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
