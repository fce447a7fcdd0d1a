"""A run of text as pieces: what is said, what is masked, who is redacted."""

import re
from collections.abc import Iterator

from dashboard.text.nodes import Mask, Name, Piece
from queries.masking import KINDS, kind_of

TONES = 8

_FIRST_MARK = 0xFDD0

MARKS = f"{chr(_FIRST_MARK)}-{chr(_FIRST_MARK + len(KINDS) - 1)}"
"""The characters that stand for something masked, as a range of a pattern."""

_CHIP = re.compile(rf"[{MARKS}]|(?<![A-Za-z_])NAME_([0-9]{{1,6}})(?![0-9])")


def pieces(text: str) -> list[Piece]:
    """The text cut into plain pieces and chips, in order; empty for no text."""
    if not _CHIP.search(text):
        return [text] if text else []
    return [piece for _, piece in _placed(text)]


def pieces_of_runs(runs: list[tuple[str, str]]) -> list[tuple[str, list[Piece]]]:
    """The same for runs of a class and a text; a chip belongs to the run that it begins in."""
    text = "".join(part for _, part in runs)
    if not _CHIP.search(text):
        return [(name, [part]) for name, part in runs]
    ends, end = [], 0
    for _, part in runs:
        end += len(part)
        ends.append(end)
    cut: list[tuple[str, list[Piece]]] = [(name, []) for name, _ in runs]
    at = 0
    for start, piece in _placed(text):
        while ends[at] <= start:
            at += 1
        if not isinstance(piece, str):
            cut[at][1].append(piece)
            continue
        end, here = start + len(piece), at
        while start < end:
            stop = min(end, ends[here])
            cut[here][1].append(text[start:stop])
            start, here = stop, here + 1
    return [(name, parts) for name, parts in cut if parts]


def has_chip(text: str) -> bool:
    """Whether something in the text is masked or redacted."""
    return _CHIP.search(text) is not None


def _placed(text: str) -> Iterator[tuple[int, Piece]]:
    end = 0
    for match in _CHIP.finditer(text):
        if end < match.start():
            yield end, text[end : match.start()]
        yield match.start(), _chip(match)
        end = match.end()
    if end < len(text):
        yield end, text[end:]


def _chip(match: re.Match[str]) -> Mask | Name:
    if match[1] is None:
        return Mask(mask=kind_of(match[0]))
    return Name(name=match[0], tone=int(match[1]) % TONES)
