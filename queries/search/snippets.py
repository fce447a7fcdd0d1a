"""The piece of a message that a search shows, and where in it the words of the search are."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from queries.search.language import AllOf, AnyOf, Node, Phrase, Prefix, Term

SNIPPET_CHARS = 280
_BEFORE = 60
_READ_CHARS = 20_000

Words = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text.

    Attributes:
        text: the piece, with … where the text goes on.
        marks: start and end of each word that was looked for, in characters of the piece.
    """

    text: str
    marks: tuple[tuple[int, int], ...]

    def marked(self, before: str, after: str) -> str:
        """The piece with signs around what is marked."""
        text = self.text
        for start, end in reversed(self.marks):
            text = f"{text[:start]}{before}{text[start:end]}{after}{text[end:]}"
        return text


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query looks for, as words of the index.

    Attributes:
        phrases: words that stand one after another; a single word is a phrase of one.
        beginnings: of words.
    """

    phrases: tuple[tuple[str, ...], ...] = ()
    beginnings: tuple[str, ...] = ()


def wanted_words(node: Node, words: Words) -> Wanted:
    """What a query looks for; not what it leaves out."""
    phrases: list[tuple[str, ...]] = []
    beginnings: list[str] = []
    for leaf in _leaves(node):
        found = words(leaf.text)
        if isinstance(leaf, Prefix):
            beginnings += found
        elif found:
            phrases.append(tuple(found))
    return Wanted(tuple(phrases), tuple(beginnings))


def snippet(text: str, wanted: Wanted, words: Words) -> Snippet:
    """The piece of a text around the first words that were looked for; its beginning without any.

    Args:
        text: white space in it becomes single spaces.
        wanted: what to mark.
        words: splits a text into the words of the index, in order.
    """
    line = " ".join(text[:_READ_CHARS].split())
    spans = _spans(line, words(line))
    marks = _marks(spans, wanted)
    start = _start(line, marks)
    end = min(len(line), start + SNIPPET_CHARS)
    if end < len(line):
        cut = line.rfind(" ", start + SNIPPET_CHARS * 3 // 4, end)
        end = cut if cut > 0 else end
    before = "… " if start else ""
    after = " …" if end < len(line) or len(text) > _READ_CHARS else ""
    shift = len(before) - start
    inside = [(a + shift, b + shift) for a, b in marks if a >= start and b <= end]
    return Snippet(before + line[start:end] + after, tuple(inside))


def _leaves(node: Node) -> Iterable[Term | Phrase | Prefix]:
    match node:
        case Term() | Phrase() | Prefix():
            yield node
        case AnyOf(options):
            for option in options:
                yield from _leaves(option)
        case AllOf(wanted, _):
            for part in wanted:
                yield from _leaves(part)


def _spans(line: str, words: Sequence[str]) -> list[tuple[str, int, int]]:
    """Each word with its place in a text; the index writes words small, which can change length."""
    places: list[int] = []
    small: list[str] = []
    for place, character in enumerate(line):
        lower = character.lower()
        small.append(lower)
        places += [place] * len(lower)
    lowered = "".join(small)
    places.append(len(line))
    spans = []
    at = 0
    for word in words:
        found = lowered.find(word, at)
        if found < 0:
            continue
        at = found + len(word)
        spans.append((word, places[found], places[at - 1] + 1))
    return spans


def _marks(spans: list[tuple[str, int, int]], wanted: Wanted) -> list[tuple[int, int]]:
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in wanted.phrases:
        by_first.setdefault(phrase[0], []).append(phrase)
    is_marked: set[int] = set()
    for n, (word, _, _) in enumerate(spans):
        for phrase in by_first.get(word, ()):
            if _stands_at(phrase, spans, n):
                is_marked.update(range(n, n + len(phrase)))
        if wanted.beginnings and word.startswith(wanted.beginnings):
            is_marked.add(n)
    return [(spans[n][1], spans[n][2]) for n in sorted(is_marked)]


def _stands_at(phrase: Collection[str], spans: list[tuple[str, int, int]], n: int) -> bool:
    return [word for word, _, _ in spans[n : n + len(phrase)]] == list(phrase)


def _start(line: str, marks: list[tuple[int, int]]) -> int:
    """Where to begin: a little before the place with the most marks, at the start of a word."""
    if not marks or marks[0][1] <= SNIPPET_CHARS - _BEFORE:
        return 0
    counts = [
        sum(a <= b < a + SNIPPET_CHARS - _BEFORE for b, _ in marks[n : n + 40])
        for n, (a, _) in enumerate(marks[:200])
    ]
    first = marks[counts.index(max(counts))][0]
    start = max(0, first - _BEFORE)
    space = line.find(" ", start, first)
    return space + 1 if space >= 0 else start
