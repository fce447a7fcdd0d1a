"""What a message is made of when it reaches the browser: a tree that a script builds, no markup."""

from typing import NotRequired, TypedDict, Union


class Mask(TypedDict):
    """Something masked; ``mask`` says what kind of thing it is, e.g. "email address"."""

    mask: str


class Name(TypedDict):
    """A redacted name. One name has one ``tone``, 0 to 7, within a conversation."""

    name: str
    tone: int


Piece = Union[str, Mask, Name]  # noqa: UP007


class Block(TypedDict):
    """Text as written, white space kept; the texts of neighbouring blocks follow each other."""

    block: list[Piece]


class Code(TypedDict):
    """A block of code: its runs, each with a class that says its colour, and what the fence said.

    Joining the runs gives the code.
    """

    code: list[tuple[str, list[Piece]]]
    info: list[Piece]


class Element(TypedDict):
    """An element of Markdown; ``start`` belongs to an ordered list, ``align`` to a cell."""

    tag: str
    children: list["Node"]
    start: NotRequired[int]
    align: NotRequired[str]


class Link(TypedDict):
    """A link that leads nowhere until a reader has seen its address: http, https or mailto."""

    link: str
    children: list["Node"]


class Image(TypedDict):
    """An image that is not loaded: what it is called and where it would come from."""

    image: list[Piece]
    address: list[Piece]


class MathElement(TypedDict):
    """An element of MathML; its children are elements, or one text."""

    tag: str
    attributes: dict[str, str]
    children: list[Union["MathElement", str]]


class Formula(TypedDict):
    """A formula as MathML, and as it was written."""

    formula: MathElement
    source: str
    display: bool


class Note(TypedDict):
    """A line of ours above the text."""

    note: str


Node = Union[str, Mask, Name, Block, Code, Element, Link, Image, Formula, Note]  # noqa: UP007
