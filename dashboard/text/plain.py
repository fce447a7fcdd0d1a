"""A message as it was written: nothing is read into it but fenced blocks of code."""

import re
from collections.abc import Iterator

from dashboard.text.budget import Budget
from dashboard.text.highlighting import code_node
from dashboard.text.nodes import Block, Node
from dashboard.text.pieces import pieces

BLOCK_CHARS = 4_000
"""Characters of a block at most: what a browser lays out in one go."""

_OPENING = re.compile(
    r"^ {0,3}(?P<fence>`{3,}+(?=[^`\n]*$)|~{3,}+)(?P<info>[^\n]*)$",
    re.M,
)


def plain_nodes(text: str) -> list[Node]:
    """The text as blocks, and its fenced blocks of code (CommonMark 0.31, section 4.5).

    Joined, the blocks and the code give the text without the lines of the fences.
    """
    nodes: list[Node] = []
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


def _blocks(text: str) -> list[Node]:
    return [Block(block=pieces(part)) for part in cut(text)]


def cut(text: str) -> Iterator[str]:
    """The text in parts of at most ``BLOCK_CHARS``, cut at a line's end where there is one."""
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
