"""Cut text into plain pieces and chips, which stand for masked values and redacted names."""

import re
from collections.abc import Iterator

from dashboard.rich_text.nodes import MaskChip, NameChip, TextPiece
from queries.masking.placeholders import PLACEHOLDER_RANGE, placeholder_kind

TONES = 8
"""Colours for redacted names; ``message_text.css`` defines them."""

_CHIP = re.compile(rf"[{PLACEHOLDER_RANGE}]|(?<![A-Za-z_])NAME_([0-9]{{1,6}})(?![0-9])")


def text_pieces(text: str) -> list[TextPiece]:
    """The plain pieces and chips of a text, in order; empty for an empty text."""
    if not _CHIP.search(text):
        return [text] if text else []
    return [piece for _, piece in _positioned_pieces(text)]


def run_pieces(runs: list[tuple[str, str]]) -> list[tuple[str, list[TextPiece]]]:
    """The same for runs of a class and a text. A chip belongs to the run in which it starts."""
    text = "".join(part for _, part in runs)
    if not _CHIP.search(text):
        return [(name, [part]) for name, part in runs]
    ends, end = [], 0
    for _, part in runs:
        end += len(part)
        ends.append(end)
    cut_runs: list[tuple[str, list[TextPiece]]] = [(name, []) for name, _ in runs]
    at = 0
    for start, piece in _positioned_pieces(text):
        while ends[at] <= start:
            at += 1
        if not isinstance(piece, str):
            cut_runs[at][1].append(piece)
            continue
        end, here = start + len(piece), at
        while start < end:
            stop = min(end, ends[here])
            cut_runs[here][1].append(text[start:stop])
            start, here = stop, here + 1
    return [(name, parts) for name, parts in cut_runs if parts]


def has_chip(text: str) -> bool:
    """Whether a text contains a masked value or a redacted name."""
    return _CHIP.search(text) is not None


def _positioned_pieces(text: str) -> Iterator[tuple[int, TextPiece]]:
    end = 0
    for match in _CHIP.finditer(text):
        if end < match.start():
            yield end, text[end : match.start()]
        yield match.start(), _chip(match)
        end = match.end()
    if end < len(text):
        yield end, text[end:]


def _chip(match: re.Match[str]) -> MaskChip | NameChip:
    if match[1] is None:
        return MaskChip(mask=placeholder_kind(match[0]))
    return NameChip(name=match[0], tone=int(match[1]) % TONES)
