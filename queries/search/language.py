"""The language of a words search: terms, "phrases", OR, -not, prefix*, (brackets).

A message matches as a whole: every part of the query is looked for in the same message. OR binds
more tightly than a space, so ``cat OR dog food`` is ``(cat OR dog) food``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Never

from queries.errors import FilterError

QUERY_CHARS_MAX = 1_000
PARTS_MAX = 64
DEPTH_MAX = 16
_SAID_CHARS = 80

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


def leaves(node: Node) -> Iterator[Term | Phrase | Prefix]:
    """What a query looks for, from left to right; not what it leaves out."""
    match node:
        case Term() | Phrase() | Prefix():
            yield node
        case AnyOf(options):
            for option in options:
                yield from leaves(option)
        case AllOf(wanted, _):
            for part in wanted:
                yield from leaves(part)


def spellings(text: str) -> list[str]:
    """The ways in which a text can stand in the index: with either apostrophe, with either sigma.

    The index writes every capital sigma as σ; at the end of a word one writes ς.
    """
    written = [text]
    if "'" in text or "\u2019" in text:
        written = [text.replace("\u2019", "'"), text.replace("'", "\u2019")]
    if "Σ" in text or "ς" in text:
        written += [one.lower().replace("ς", "σ") for one in written]
        written += [one.lower() for one in written if "Σ" in one]
    return list(dict.fromkeys(written))


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
                self._check_between(wanted or unwanted, "AND")
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
            self._check_between(options, "OR")
            is_left_out, option = self._unit(depth)
            if is_unwanted or is_left_out:
                self._refuse("-word cannot stand beside OR")
            if option is not None:
                options.append(option)
        if not options:
            return is_unwanted, None
        return is_unwanted, options[0] if len(options) == 1 else AnyOf(tuple(options))

    def _unit(self, depth: int) -> tuple[bool, Node | None]:
        if self._text.startswith("--", self._at):
            self._at += len(self._run(depth)) or 2
            return False, None  # A dash in a text, not a minus.
        is_unwanted = self._text[self._at] == "-"
        if is_unwanted:
            self._at += 1
            beside = self._text[self._at : self._at + 1]
            if not beside or beside == ")":
                return False, None
            if beside.isspace() and self._peek() not in (None, ")"):
                self._refuse("a minus stands right before the word that it leaves out")
            if beside.isspace():
                return False, None
        if any(self._takes_word(word) for word in ("NOT", "OR")):
            self._refuse("OR stands between two words, and a word is left out with -word")
        return is_unwanted, self._atom(depth)

    def _atom(self, depth: int) -> Node | None:
        sign = self._text[self._at]
        if sign == "(":
            if depth == DEPTH_MAX:
                self._refuse(f"brackets stand inside one another more than {DEPTH_MAX} deep")
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
        word = self._run(depth)
        self._at += len(word)
        bare = word.rstrip("*")
        if "*" in bare and _has_word(bare):
            self._refuse("* stands only at the end of a word: begin*")
        if not _has_word(bare):
            return None
        return Prefix(bare) if bare != word else Term(word)

    def _run(self, depth: int) -> str:
        """The characters from here to the next space, or to a bracket that closes the group."""
        rest = self._text[self._at :]
        run = rest.split(maxsplit=1)[0] if rest.strip() else ""
        if not depth:
            return run
        opened = 0
        for place, sign in enumerate(run):
            opened += (sign == "(") - (sign == ")")
            if opened < 0:
                return run[:place]
        return run

    def _peek(self) -> str | None:
        """The next character that is no space; None at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at] if self._at < len(self._text) else None

    def _takes_word(self, word: str) -> bool:
        if self._peek() is None or self._run(depth=1) != word:
            return False
        self._at += len(word)
        return True

    def _check_between(self, before: list[Node], word: str) -> None:
        """Refuse an operator that does not stand between two parts."""
        if before and self._peek() not in (None, ")"):
            rest = self._run(depth=1)
            if rest not in _OPERATORS:
                return
        self._refuse(f"{word} stands between two words")

    def _refuse_empty(self, *, has_unwanted: bool) -> Never:
        if has_unwanted:
            self._refuse("there are only words to leave out: add one to look for")
        self._refuse("there is no letter or digit to look for")

    def _refuse(self, why: str) -> Never:
        raise FilterError(
            f"The search {shortened(self._text)!r} cannot be read: {why}. "
            'A search is made of words, "phrases", begin*, -without, this OR that; '
            "put text with other signs in quotes."
        )


def shortened(text: str) -> str:
    """A text as an error repeats it."""
    return text if len(text) <= _SAID_CHARS else f"{text[:_SAID_CHARS]}…"


def _has_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
