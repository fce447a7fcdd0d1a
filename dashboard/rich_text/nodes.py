"""The nodes of a message as sent to the browser: JSON from which a script builds the page."""

from typing import NotRequired, TypedDict, Union


class MaskChip(TypedDict):
    """A masked value; ``mask`` names its kind, for example "email address"."""

    mask: str


class NameChip(TypedDict):
    """A redacted name. Its colour, ``tone`` 0 to 7, is the same throughout a conversation."""

    name: str
    tone: int


TextPiece = Union[str, MaskChip, NameChip]  # noqa: UP007


class Block(TypedDict):
    """Text as written, with its white space; adjacent blocks are one text."""

    block: list[TextPiece]


class Code(TypedDict):
    """A block of code: runs of a CSS class and pieces, and the info string of its fence.

    The runs together are the whole code.
    """

    code: list[tuple[str, list[TextPiece]]]
    info: list[TextPiece]


class Element(TypedDict):
    """An element of Markdown; ``start`` is for ordered lists, ``align`` for table cells."""

    tag: str
    children: list["TextNode"]
    start: NotRequired[int]
    align: NotRequired[str]


class Link(TypedDict):
    """A link to an http, https or mailto address, which opens only after the reader has seen it."""

    link: str
    children: list["TextNode"]


class Image(TypedDict):
    """An image, which is never loaded: its alternative text and address."""

    image: list[TextPiece]
    address: list[TextPiece]


class MathElement(TypedDict):
    """An element of MathML; its children are elements, or a single text."""

    tag: str
    attributes: dict[str, str]
    children: list[Union["MathElement", str]]


class Formula(TypedDict):
    """A formula as MathML and as written."""

    formula: MathElement
    source: str
    display: bool


class Note(TypedDict):
    """A note by the dashboard above the text."""

    note: str


TextNode = Union[str, MaskChip, NameChip, Block, Code, Element, Link, Image, Formula, Note]  # noqa: UP007
