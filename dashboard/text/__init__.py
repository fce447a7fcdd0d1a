"""The text of a message as a tree of nodes, which a script draws; no markup is made of it."""

from typing import Literal

from dashboard.text.budget import TooMuchError
from dashboard.text.nodes import Node, Note
from dashboard.text.plain import plain_nodes
from dashboard.text.rendered import rendered_nodes

How = Literal["plain", "rendered"]


def message_nodes(text: str, *, how: How) -> list[Node]:
    """What ``components/message_text.js`` draws of a message.

    Args:
        text: as ``queries.reading.visible`` gives it, with a mark for each thing that is masked.
        how: "plain" as written, with fenced code apart; "rendered" with Markdown and formulas
            drawn. What is too much to render comes plain, after a note that says so.

    Returns:
        Nodes in the order of the text, JSON as they are; ``dashboard.text.nodes`` describes them.
    """
    if how == "plain":
        return plain_nodes(text)
    try:
        return rendered_nodes(text)
    except TooMuchError as error:
        return [Note(note=f"Shown as written: {error} to be rendered."), *plain_nodes(text)]
