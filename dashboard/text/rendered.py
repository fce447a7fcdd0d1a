"""A message with its Markdown drawn: no HTML, no images, links that lead nowhere by themselves."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from dashboard.text.budget import CHARS_MAX, DEPTH_MAX, Budget, TooMuchError
from dashboard.text.delimiters import recognise_formulas
from dashboard.text.highlighting import code_node
from dashboard.text.mathml import math_element
from dashboard.text.nodes import Element, Formula, Image, Link, Node
from dashboard.text.pieces import MARKS, has_chip, pieces
from queries.reading import visible

# The page has a first heading, and each turn a third.
TAGS = {
    "h1": "h4",
    "h2": "h5",
    **dict.fromkeys(("h3", "h4", "h5", "h6"), "h6"),
    **{tag: tag for tag in ("p", "ul", "ol", "li", "blockquote", "em", "strong", "s", "hr")},
    **{tag: tag for tag in ("table", "thead", "tbody", "tr", "th", "td")},
}
"""What is made of an element of Markdown."""

ADDRESS = re.compile(
    rf"(?:https?://|mailto:)[^\s\x00-\x20\x7f-\xa0<>\"'`\\{MARKS}]{{1,2000}}", re.I
)
"""What a link may lead to."""

ALIGNMENTS = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}


def rendered_nodes(text: str) -> list[Node]:
    """The text as Markdown (CommonMark, tables, strike-through, formulas); line ends are kept.

    Raises:
        TooMuchError: it is too long, too deep, has too many parts or takes too long.
    """
    if len(text) > CHARS_MAX:
        raise TooMuchError("it is too long")
    budget = Budget()
    return _tree(_MARKDOWN.parse(text, {"budget": budget}), budget)


def is_address(text: str) -> bool:
    """Whether a link may lead there: http, https and mailto, with nothing masked or hidden."""
    return ADDRESS.fullmatch(text) is not None and visible(text) == text


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"html": False, "linkify": False, "maxNesting": DEPTH_MAX})
    recognise_formulas(markdown)
    # In paragraphs, quotes and lists as well, which ask for what ends them line by line.
    markdown.block.ruler.before(
        "table", "budget", _watch_blocks, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.inline.ruler.before("text", "budget", _watch_inline)
    # An address that is refused is no link, and stands there as it was written.
    for name, rule in _ADDRESS_RULES.items():
        setattr(markdown, name, rule)
    return markdown


_ADDRESS_RULES = {"validateLink": is_address, "normalizeLink": str, "normalizeLinkText": str}


def _watch_blocks(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    state.env["budget"].look_at_the_clock()
    # The reader of Markdown would leave out what is nested deeper.
    if state.level >= DEPTH_MAX - 1:
        raise TooMuchError("it is nested too deep")
    return False


def _watch_inline(state: StateInline, silent: bool) -> bool:
    state.env["budget"].look_at_the_clock()
    return False


_MARKDOWN = _markdown()


def _tree(tokens: Sequence[Token], budget: Budget) -> list[Node]:
    """The tree that a flat list of tokens describes."""
    root: list[Node] = []
    stack = [root]
    for token in tokens:
        if token.nesting < 0:
            stack.pop()
        elif token.nesting > 0:
            children = _opened(token, stack[-1])
            budget.spend(1)
            stack.append(children)
            if len(stack) > DEPTH_MAX:
                raise TooMuchError("it is nested too deep")
        else:
            leaves = _leaves(token, budget)
            budget.spend(len(leaves))
            stack[-1].extend(leaves)
    return root


def _opened(token: Token, parent: list[Node]) -> list[Node]:
    """Begin an element in ``parent``; the list that its children go to."""
    if token.hidden or (token.tag not in TAGS and token.type != "link_open"):
        return parent
    children: list[Node] = []
    if token.type == "link_open":
        parent.append(Link(link=str(token.attrs["href"]), children=children))
        return children
    element = Element(tag=TAGS[token.tag], children=children)
    if token.tag == "ol" and "start" in token.attrs:
        element["start"] = int(token.attrs["start"])
    if str(token.attrs.get("style")) in ALIGNMENTS:
        element["align"] = ALIGNMENTS[str(token.attrs["style"])]
    parent.append(element)
    return children


def _leaves(token: Token, budget: Budget) -> Sequence[Node]:
    match token.type:
        case "inline":
            return _tree(token.children or [], budget)
        case "softbreak" | "hardbreak":
            return [Element(tag="br", children=[])]
        case "hr":
            return [Element(tag="hr", children=[])]
        case "code_inline":
            return [Element(tag="code", children=[*pieces(visible(token.content))])]
        case "fence" | "code_block":
            node = code_node(token.content, token.info.strip(), budget)
            budget.spend(len(node["code"]))
            return [node]
        case "math_inline" | "math_block":
            return [_formula(token, budget)]
        case "image":
            return [_image(token)]
    # Entities are read by now: what they stand for may have no shape either.
    return pieces(visible(token.content))


def _formula(token: Token, budget: Budget) -> Node:
    is_display = token.markup in ("$$", r"\[")
    # A chip cannot stand in a formula.
    if budget.has_formula() and not has_chip(token.content):
        element = math_element(token.content, display=is_display)
        if element:
            return Formula(formula=element, source=token.content.strip(), display=is_display)
    source = f"{token.markup}{token.content}{token.info}"
    return Element(tag="code", children=[*pieces(source)])


def _image(token: Token) -> Image:
    alternative = "".join(child.content for child in token.children or ())
    return Image(
        image=pieces(visible(alternative)), address=pieces(visible(str(token.attrs["src"])))
    )
