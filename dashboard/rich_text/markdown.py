"""Render Markdown as nodes: no HTML, no loaded images, and links that do not open by themselves."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from dashboard.rich_text.chips import has_chip, text_pieces
from dashboard.rich_text.highlighting import code_node
from dashboard.rich_text.math_delimiters import recognise_formulas
from dashboard.rich_text.mathml import math_element
from dashboard.rich_text.nodes import Element, Formula, Image, Link, TextNode
from dashboard.rich_text.render_budget import NESTING_MAX, RENDERED_CHARS_MAX, Budget, TooMuchError
from queries.masking.placeholders import PLACEHOLDER_RANGE
from queries.text.control_characters import escape_control_characters

# The page has an h1 and each turn an h3, so headings inside a message start at h4.
ELEMENT_TAGS = {
    "h1": "h4",
    "h2": "h5",
    **dict.fromkeys(("h3", "h4", "h5", "h6"), "h6"),
    **{tag: tag for tag in ("p", "ul", "ol", "li", "blockquote", "em", "strong", "s", "hr")},
    **{tag: tag for tag in ("table", "thead", "tbody", "tr", "th", "td")},
}
"""The element that each element of Markdown becomes."""

ADDRESS = re.compile(
    rf"(?:https?://|mailto:)[^\s\x00-\x20\x7f-\xa0<>\"'`\\{PLACEHOLDER_RANGE}]{{1,2000}}", re.I
)
"""Addresses that a link may open."""

ALIGNMENTS = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}


def rendered_nodes(text: str) -> list[TextNode]:
    """Render CommonMark with tables, strikethrough and formulas; line breaks are kept.

    Raises:
        TooMuchError: If the text is too long, nested too deeply, has too many parts or takes too
            long.
    """
    if len(text) > RENDERED_CHARS_MAX:
        raise TooMuchError("it is too long")
    budget = Budget()
    return _build_tree(_MARKDOWN.parse(text, {"budget": budget}), budget)


def is_address(text: str) -> bool:
    """Whether a link may open an address: http, https or mailto, with nothing masked or hidden."""
    return ADDRESS.fullmatch(text) is not None and escape_control_characters(text) == text


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt(
        "js-default", {"html": False, "linkify": False, "maxNesting": NESTING_MAX}
    )
    recognise_formulas(markdown)
    # Also inside paragraphs, quotes and lists, which try terminating rules on each line.
    markdown.block.ruler.before(
        "table", "budget", _check_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.inline.ruler.before("text", "budget", _check_inline)
    # The text of a link with a rejected address is shown as written.
    for name, rule in _ADDRESS_RULES.items():
        setattr(markdown, name, rule)
    return markdown


_ADDRESS_RULES = {"validateLink": is_address, "normalizeLink": str, "normalizeLinkText": str}


def _check_block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    state.env["budget"].check_time()
    # markdown-it would silently drop what is nested deeper.
    if state.level >= NESTING_MAX - 1:
        raise TooMuchError("it is nested too deep")
    return False


def _check_inline(state: StateInline, silent: bool) -> bool:
    state.env["budget"].check_time()
    return False


_MARKDOWN = _markdown()


def _build_tree(tokens: Sequence[Token], budget: Budget) -> list[TextNode]:
    """Build the tree that a flat list of tokens describes."""
    root: list[TextNode] = []
    stack = [root]
    for token in tokens:
        if token.nesting < 0:
            stack.pop()
        elif token.nesting > 0:
            children = _open_element(token, stack[-1])
            budget.spend(1)
            stack.append(children)
            if len(stack) > NESTING_MAX:
                raise TooMuchError("it is nested too deep")
        else:
            leaves = _leaves(token, budget)
            budget.spend(len(leaves))
            stack[-1].extend(leaves)
    return root


def _open_element(token: Token, parent: list[TextNode]) -> list[TextNode]:
    """Add an element to ``parent``; returns the list for its children."""
    if token.hidden or (token.tag not in ELEMENT_TAGS and token.type != "link_open"):
        return parent
    children: list[TextNode] = []
    if token.type == "link_open":
        parent.append(Link(link=str(token.attrs["href"]), children=children))
        return children
    element = Element(tag=ELEMENT_TAGS[token.tag], children=children)
    if token.tag == "ol" and "start" in token.attrs:
        element["start"] = int(token.attrs["start"])
    if str(token.attrs.get("style")) in ALIGNMENTS:
        element["align"] = ALIGNMENTS[str(token.attrs["style"])]
    parent.append(element)
    return children


def _leaves(token: Token, budget: Budget) -> Sequence[TextNode]:
    match token.type:
        case "inline":
            return _build_tree(token.children or [], budget)
        case "softbreak" | "hardbreak":
            return [Element(tag="br", children=[])]
        case "hr":
            return [Element(tag="hr", children=[])]
        case "code_inline":
            return [
                Element(
                    tag="code", children=[*text_pieces(escape_control_characters(token.content))]
                )
            ]
        case "fence" | "code_block":
            node = code_node(token.content, token.info.strip(), budget)
            budget.spend(len(node["code"]))
            return [node]
        case "math_inline" | "math_block":
            return [_formula(token, budget)]
        case "image":
            return [_image(token)]
    # Entities are decoded by now, and may stand for control characters.
    return text_pieces(escape_control_characters(token.content))


def _formula(token: Token, budget: Budget) -> TextNode:
    is_display = token.markup in ("$$", r"\[")
    # A formula cannot contain chips.
    if budget.take_formula() and not has_chip(token.content):
        element = math_element(token.content, display=is_display)
        if element:
            return Formula(formula=element, source=token.content.strip(), display=is_display)
    source = f"{token.markup}{token.content}{token.info}"
    return Element(tag="code", children=[*text_pieces(source)])


def _image(token: Token) -> Image:
    alternative = "".join(child.content for child in token.children or ())
    return Image(
        image=text_pieces(escape_control_characters(alternative)),
        address=text_pieces(escape_control_characters(str(token.attrs["src"]))),
    )
