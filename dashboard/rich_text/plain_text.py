"""A message as written; only fenced blocks of code are recognised."""

import re
from collections.abc import Iterator

from dashboard.rich_text.chips import text_pieces
from dashboard.rich_text.highlighting import code_node
from dashboard.rich_text.nodes import Block, TextNode
from dashboard.rich_text.render_budget import Budget

BLOCK_CHARS = 4_000
"""Maximum characters of a block, which a browser lays out at once."""

_OPENING = re.compile(
    r"^ {0,3}(?P<fence>`{3,}+(?=[^`\n]*$)|~{3,}+)(?P<info>[^\n]*)$",
    re.M,
)


def plain_nodes(text: str) -> list[TextNode]:
    """Blocks of text and of fenced code (CommonMark 0.31, section 4.5).

    Together they are the whole text without the lines of the fences.
    """
    nodes: list[TextNode] = []
    budget = Budget()
    start = 0
    while opening := _OPENING.search(text, start):
        nodes += _blocks(text[start : opening.start()])
        first = min(opening.end() + 1, len(text))
        closing = _closing(opening["fence"]).search(text, first)
        last = closing.start() if closing else len(text)
        nodes.append(code_node(text[first:last], opening["info"].strip(), budget))
        start = min(closing.end() + 1, len(text)) if closing else len(text)
    return [*nodes, *_blocks(text[start:])]


def _closing(fence: str) -> re.Pattern[str]:
    return re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.M)


def _blocks(text: str) -> list[TextNode]:
    return [Block(block=text_pieces(part)) for part in cut(text)]


def cut(text: str) -> Iterator[str]:
    """Cut a text into parts of at most `BLOCK_CHARS`, at line ends where possible, or at spaces."""
    start = 0
    while len(text) - start > BLOCK_CHARS:
        stop = start + BLOCK_CHARS
        end = text.rfind("\n", start, stop) + 1
        if end <= start:
            end = text.rfind(" ", start + BLOCK_CHARS // 2, stop) + 1
        if end <= start:
            end = stop
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]
