r"""Recognise formulas in Markdown: $…$, $$…$$, \(…\) and \[…\].

The plug-ins of markdown-it search the whole text for each closing delimiter, which is quadratic.
Here the length of a formula is limited.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

FORMULA_CHARS = 2_000
"""Maximum length of a formula."""

_LINES_MAX = 60

_CLOSINGS = {"$$": "$$", r"\[": r"\]"}

# No space inside and no letter or digit outside: "$5 and $6" is money, "$HOME/$USER" a path.
_DOLLAR = re.compile(
    rf"(?<![A-Za-z0-9$\\])\$(?![\s$])((?:[^$\\\n]|\\.){{1,{FORMULA_CHARS}}})(?<!\s)\$(?![A-Za-z0-9$])"
)


def recognise_formulas(markdown: MarkdownIt) -> None:
    """Make a Markdown parser emit the tokens ``math_inline`` and ``math_block``.

    Their ``content`` is the formula, ``markup`` the opening and ``info`` the closing delimiter.
    """
    markdown.inline.ruler.before("escape", "math_inline", _inline)
    markdown.block.ruler.before(
        "fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _inline(state: StateInline, silent: bool) -> bool:
    opening = state.src[state.pos : state.pos + 2]
    if opening in _CLOSINGS or opening == r"\(":
        closing = _CLOSINGS.get(opening, r"\)")
        start = state.pos + 2
        end = state.src.find(closing, start, start + FORMULA_CHARS + 2)
        content = state.src[start:end] if end >= 0 else ""
        length = len(content) + 4
    elif match := _DOLLAR.match(state.src, state.pos):
        opening = closing = "$"
        content, length = match[1], len(match[0])
    else:
        return False
    if not content.strip():
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content, token.markup, token.info = content, opening, closing
    state.pos += length
    return True


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Parse a formula on lines of its own."""
    start = state.bMarks[first] + state.tShift[first]
    opening = state.src[start : start + 2]
    if opening not in _CLOSINGS or state.is_code_block(first):
        return False
    match = _until_closing(state, first, last, _CLOSINGS[opening])
    if not match:
        return False
    content, after = match
    if not silent:
        token = state.push("math_block", "math", 0)
        token.block, token.map = True, [first, after]
        token.content, token.markup, token.info = content, opening, _CLOSINGS[opening]
        state.line = after
    return True


def _until_closing(
    state: StateBlock, first: int, last: int, closing: str
) -> tuple[str, int] | None:
    """The text before ``closing`` at the end of a line, and the number of the next line.

    None if an empty line comes first, or the formula is too long.
    """
    lines: list[str] = []
    for line in range(first, min(last, first + _LINES_MAX)):
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return None
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
        lines.append(text if lines else text[2:])
        if closing in lines[-1]:
            content = "\n".join(lines)
            is_formula = (
                content.index(closing) == len(content) - 2
                and len(content) <= FORMULA_CHARS
                and content[:-2].strip()
            )
            return (content[:-2], line + 1) if is_formula else None
    return None
