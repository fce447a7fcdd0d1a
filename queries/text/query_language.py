"""The query language of full-text search: terms, "phrases", OR, -not, prefix*, =exact, (brackets).

Every part of a query has to match in the same message. OR binds more tightly than a space, so
``cat OR dog food`` is ``(cat OR dog) food``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Never

from queries.errors import FilterError
from queries.text.tokenizer import runs

QUERY_CHARS_MAX = 1_000
PARTS_MAX = 64
BRACKET_DEPTH_MAX = 16
_ERROR_CHARS = 80

_OPENING, _CLOSING = '"\u201c\u201d', '"\u201d\u201c'
_OPERATORS = ("OR", "AND", "NOT")


@dataclass(frozen=True, slots=True)
class Term:
    """A word; if it consists of several words, they match as a phrase."""

    text: str
    has_exact_accents: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in sequence."""

    text: str
    has_exact_accents: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins with this text; words before the last one match as in a phrase."""

    text: str
    has_exact_accents: bool = False


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the options."""

    options: tuple["QueryNode", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the required parts, of which there is at least one, and none of the excluded ones."""

    required: tuple["QueryNode", ...]
    excluded: tuple["QueryNode", ...] = ()


QueryNode = Term | Phrase | Prefix | AnyOf | AllOf


def parse_query(text: str) -> QueryNode:
    """Parse a query into a tree.

    Raises:
        FilterError: the query is malformed; the message says where, and how to write it.
    """
    if len(text) > QUERY_CHARS_MAX:
        raise FilterError(
            f"A query has at most {QUERY_CHARS_MAX:,} characters; this one has {len(text):,}. "
            "Shorten it."
        )
    parser = _Parser(text)
    tree = parser.parse_all(depth=0)
    if parser.part_count > PARTS_MAX:
        raise FilterError(
            f"A query has at most {PARTS_MAX} parts; this one has {parser.part_count}. "
            "Put words that belong together in quotes."
        )
    return tree


def leaves(node: QueryNode) -> Iterator[Term | Phrase | Prefix]:
    """The terms, phrases and prefixes of a query from left to right, without the excluded ones."""
    match node:
        case Term() | Phrase() | Prefix():
            yield node
        case AnyOf(options):
            for option in options:
                yield from leaves(option)
        case AllOf(required, _):
            for part in required:
                yield from leaves(part)


def with_exact_accents(node: QueryNode) -> QueryNode:
    """The query with accents compared: only ``café`` matches ``café``."""
    match node:
        case Term() | Phrase() | Prefix():
            return replace(node, has_exact_accents=True)
        case AnyOf(options):
            return AnyOf(tuple(map(with_exact_accents, options)))
        case AllOf(required, excluded):
            return AllOf(
                tuple(map(with_exact_accents, required)), tuple(map(with_exact_accents, excluded))
            )


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.part_count = 0

    def parse_all(self, depth: int) -> QueryNode:
        """Parse parts up to the end or the closing bracket."""
        required: list[QueryNode] = []
        excluded: list[QueryNode] = []
        while (sign := self._peek()) is not None:
            if sign == ")" and depth:
                break
            if self._takes_word("AND"):
                self._check_between(required or excluded, "AND")
                continue
            is_excluded, node = self._parse_any(depth)
            if node is not None:
                (excluded if is_excluded else required).append(node)
        if not required:
            self._refuse_empty(has_excluded=bool(excluded))
        if len(required) == 1 and not excluded:
            return required[0]
        return AllOf(tuple(required), tuple(excluded))

    def _parse_any(self, depth: int) -> tuple[bool, QueryNode | None]:
        """Parse one part, or several joined by OR; also return whether a minus excludes it."""
        is_excluded, first = self._parse_part(depth)
        options = [first] if first is not None else []
        while self._takes_word("OR"):
            self._check_between(options, "OR")
            is_option_excluded, option = self._parse_part(depth)
            if is_excluded or is_option_excluded:
                self._refuse("-word cannot be combined with OR")
            if option is not None:
                options.append(option)
        if not options:
            return is_excluded, None
        return is_excluded, options[0] if len(options) == 1 else AnyOf(tuple(options))

    def _parse_part(self, depth: int) -> tuple[bool, QueryNode | None]:
        if self._text.startswith("--", self._at):
            self._at += len(self._run(depth)) or 2
            return False, None  # a dash, not a minus
        is_excluded = self._text[self._at] == "-"
        if is_excluded:
            self._at += 1
            following = self._text[self._at : self._at + 1]
            if not following or following == ")":
                return False, None
            if following.isspace() and self._peek() not in (None, ")"):
                self._refuse("a minus has to stand right before the word it excludes")
            if following.isspace():
                return False, None
        if any(self._takes_word(word) for word in ("NOT", "OR")):
            self._refuse("OR has to stand between two words; write -word to exclude a word")
        return is_excluded, self._parse_atom(depth)

    def _parse_atom(self, depth: int) -> QueryNode | None:
        sign = self._text[self._at]
        if sign == "=" and self._text[self._at + 1 : self._at + 2].strip(")="):
            self._at += 1
            atom = self._parse_atom(depth)
            return None if atom is None else with_exact_accents(atom)
        if sign == "(":
            if depth == BRACKET_DEPTH_MAX:
                self._refuse(f"brackets are nested more than {BRACKET_DEPTH_MAX} deep")
            self._at += 1
            inside = self.parse_all(depth + 1)
            if self._peek() != ")":
                self._refuse("a bracket is not closed")
            self._at += 1
            return inside
        if sign == ")":
            self._refuse("a closing bracket has no opening bracket")
        self.part_count += 1
        return self._parse_phrase() if sign in _OPENING else self._parse_word(depth)

    def _parse_phrase(self) -> QueryNode | None:
        start = self._at + 1
        ends = [self._text.find(sign, start) for sign in set(_CLOSING)]
        end = min((end for end in ends if end >= 0), default=None)
        if end is None:
            self._refuse("a phrase has no closing quote")
        self._at = end + 1
        phrase = self._text[start:end]
        return Phrase(phrase) if _has_word(phrase) else None

    def _parse_word(self, depth: int) -> QueryNode | None:
        word = self._run(depth)
        self._at += len(word)
        bare = word.rstrip("*")
        if "*" in bare and _has_word(bare):
            self._refuse("* may only stand at the end of a word: begin*")
        if not _has_word(bare):
            return None
        return Prefix(bare) if bare != word else Term(word)

    def _run(self, depth: int) -> str:
        """The characters up to the next space, or to the bracket that closes the group."""
        rest = self._text[self._at :]
        run = rest.split(maxsplit=1)[0] if rest.strip() else ""
        if not depth:
            return run
        opened = 0
        for position, sign in enumerate(run):
            opened += (sign == "(") - (sign == ")")
            if opened < 0:
                return run[:position]
        return run

    def _peek(self) -> str | None:
        """The next character that is not a space; None at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at] if self._at < len(self._text) else None

    def _takes_word(self, word: str) -> bool:
        if self._peek() is None or self._run(depth=1) != word:
            return False
        self._at += len(word)
        return True

    def _check_between(self, before: list[QueryNode], word: str) -> None:
        """Refuse an operator that is not between two parts."""
        if before and self._peek() not in (None, ")"):
            rest = self._run(depth=1)
            if rest not in _OPERATORS:
                return
        self._refuse(f"{word} has to stand between two words")

    def _refuse_empty(self, *, has_excluded: bool) -> Never:
        if has_excluded:
            self._refuse("it only excludes words: add a word to search for")
        self._refuse("it has no letter, digit or emoji to search for")

    def _refuse(self, why: str) -> Never:
        raise FilterError(
            f"The query {shorten_query(self._text)!r} cannot be read: {why}. "
            'A query is made of words, "phrases", begin*, =exact, -without, this OR that; '
            "put text with other signs in quotes."
        )


def shorten_query(text: str) -> str:
    """A query as an error message quotes it: cut after 80 characters."""
    return text if len(text) <= _ERROR_CHARS else f"{text[:_ERROR_CHARS]}…"


def _has_word(text: str) -> bool:
    return bool(runs(text))
