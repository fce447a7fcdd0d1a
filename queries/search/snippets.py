"""Snippets: the piece of a message that a search result shows, and the highlights in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from queries.text.characters import normalized, plain
from queries.text.query_language import QueryNode, leaves
from queries.text.tokenizer import CONTINUED, Token, tokens
from queries.text.word_lines import GAP
from queries.text.word_sequence import WordSequence, word_sequence

SNIPPET_CHARS = 280
_BEFORE = 60
_READ_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text.

    Attributes:
        text: the piece, with … where it was cut.
        highlights: start and end of each match, in characters of `text`.
    """

    text: str
    highlights: tuple[tuple[int, int], ...]

    def with_highlights(self, before: str, after: str) -> str:
        """The piece with a string inserted before and after each highlight."""
        text = self.text
        for start, end in reversed(self.highlights):
            text = f"{text[:start]}{before}{text[start:end]}{after}{text[end:]}"
        return text

    def rewritten(self, rewrite: Callable[[str], str]) -> "Snippet":
        """The snippet with each stretch of text, highlighted or not, replaced by another."""
        text = ""
        highlights: list[tuple[int, int]] = []
        position = 0
        for start, end in self.highlights:
            text += rewrite(self.text[position:start])
            highlighted = rewrite(self.text[start:end])
            highlights.append((len(text), len(text) + len(highlighted)))
            text += highlighted
            position = end
        return Snippet(text + rewrite(self.text[position:]), tuple(highlights))


HighlightTerms = tuple[WordSequence, ...]
"""What to highlight."""


def highlight_terms(node: QueryNode) -> HighlightTerms:
    """The terms of a query to highlight; excluded terms are left out."""
    sequences = map(word_sequence, leaves(node))
    return tuple(sequence for sequence in sequences if sequence.words or sequence.signs)


def snippet(text: str, terms: HighlightTerms) -> Snippet:
    """The piece of a text with the most matches; its beginning if there are none.

    Args:
        text: a text; runs of white space become single spaces.
        terms: what to highlight.
    """
    start = _reading_start(text, terms)
    line = " ".join(text[start : start + _READ_CHARS].split())
    is_begun, is_cut = start > 0, start + _READ_CHARS < len(text)
    highlights = _highlights(line, terms)
    start = _snippet_start(line, highlights)
    end = min(len(line), start + SNIPPET_CHARS)
    if end < len(line):
        cut = line.rfind(" ", start + SNIPPET_CHARS * 3 // 4, end)
        end = cut if cut > 0 else end
    before = "… " if start or is_begun else ""
    after = " …" if end < len(line) or is_cut else ""
    shift = len(before) - start
    inside = [(a + shift, b + shift) for a, b in highlights if a >= start and b <= end]
    return Snippet(before + line[start:end] + after, tuple(inside))


def _reading_start(text: str, terms: HighlightTerms) -> int:
    """Where to start splitting a long text into words: somewhat before the first match."""
    first_words = [
        (*sequence.plain_words, *sequence.signs)[0].strip(CONTINUED) for sequence in terms
    ]
    for start in range(0, len(text) - _READ_CHARS, _READ_CHARS // 2):
        piece = text[start : start + _READ_CHARS]
        folded = plain(normalized(piece))
        if any(word in folded for word in first_words):
            matches = _highlights(piece, terms)
            if matches:
                first = start + matches[0][0]
                return 0 if first < _READ_CHARS // 2 else first - _READ_CHARS // 4
    return max(0, len(text) - _READ_CHARS) if _highlights(text[-_READ_CHARS:], terms) else 0


def _highlights(line: str, terms: HighlightTerms) -> list[tuple[int, int]]:
    """Start and end of each word that belongs to a match, in order."""
    if not terms:
        return []
    by_position: dict[int, list[Token]] = {}
    signs = {sign for sequence in terms for sign in sequence.signs}
    spans: set[tuple[int, int]] = set()
    for token in tokens(line):
        if token.kind == "sign":
            spans |= {(token.start, token.end)} if token.word in signs else set()
        else:
            by_position.setdefault(token.position, []).append(token)
    spans |= {
        span
        for sequence in terms
        for position in by_position
        for span in _match_at(sequence, position, by_position)
    }
    return _disjoint(spans)


def _match_at(
    sequence: WordSequence, position: int, by_position: dict[int, list[Token]]
) -> list[tuple[int, int]]:
    """The spans of the words of a sequence that starts at a position; empty if none does."""
    spans: list[tuple[int, int]] = []
    for n, word in enumerate(sequence.words):
        at_position = by_position.get(position + n, [])
        matches = (token for token in at_position if sequence.matches(n, token.word))
        match = next(matches, None)
        if match is None and not (word == GAP and not at_position):
            return []
        if match is not None:
            spans.append((match.start, match.end))
    return spans


def _disjoint(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, without those inside another one."""
    disjoint: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not disjoint or start >= disjoint[-1][1]:
            disjoint.append((start, end))
    return disjoint


def _snippet_start(line: str, highlights: list[tuple[int, int]]) -> int:
    """Where the snippet starts: at a word, shortly before the window with the most highlights."""
    if not highlights or highlights[0][1] <= SNIPPET_CHARS - _BEFORE:
        return 0
    counts = [
        sum(a <= b < a + SNIPPET_CHARS - _BEFORE for b, _ in highlights[n : n + 40])
        for n, (a, _) in enumerate(highlights[:200])
    ]
    first = highlights[counts.index(max(counts))][0]
    start = max(0, first - _BEFORE)
    space = line.find(" ", start, first)
    return space + 1 if space >= 0 else start
