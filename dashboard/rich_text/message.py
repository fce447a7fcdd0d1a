"""The text of a message as a tree of nodes, from which a script builds the page without markup."""

from typing import Literal

from dashboard.rich_text.markdown import rendered_nodes
from dashboard.rich_text.nodes import Note, TextNode
from dashboard.rich_text.plain_text import plain_nodes
from dashboard.rich_text.render_budget import TooMuchError

TextFormat = Literal["plain", "rendered"]


def message_nodes(text: str, *, text_format: TextFormat) -> list[TextNode]:
    """The nodes that ``message_text.js`` draws.

    Args:
        text: the text from ``escape_control_characters``, with placeholders for masked values.
        text_format: "plain" is the text as written, with fenced code set apart; "rendered" draws
            Markdown and formulas. A text that is too costly to render comes as plain text after a
            note that says so.

    Returns:
        The nodes in the order of the text; ``dashboard.rich_text.nodes`` describes them.
    """
    if text_format == "plain":
        return plain_nodes(text)
    try:
        return rendered_nodes(text)
    except TooMuchError as error:
        return [Note(note=f"Shown as written: {error} to be rendered."), *plain_nodes(text)]
