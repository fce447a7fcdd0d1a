"""What a rerun drew, as far as a reader's next step and a check of the page need it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_ID = "$$ID-"
_WORDS = ("text", "heading", "metric", "markdown")


@dataclass
class Drawn:
    """A page as it came over the wire.

    Attributes:
        query: the address that the server wrote, without `?`; that of the request at first.
        texts: of headings, lines and metrics, in the order in which they came.
        widgets: the protobuf of each widget, by its key.
        components: what each component of ours was given, by its key, as JSON.
        problems: exceptions and errors that the page shows.
        pages: the hash of each page, by its name in an address.
        links: the address of each page in the sidebar.
        bytes: that came.
    """

    query: str = ""
    texts: list[str] = field(default_factory=list)
    widgets: dict[str, Any] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    bytes: int = 0

    def begin_again(self) -> None:
        """Forget what a run drew that was cut off for another."""
        for drawn in (self.texts, self.widgets, self.components, self.problems):
            drawn.clear()

    def add(self, message: ForwardMsg) -> None:
        """Take in a message of a run."""
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.HasField("new_element"):
            self._add_element(message.delta.new_element)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            self.pages = {
                page.url_pathname: page.page_script_hash for page in message.navigation.app_pages
            }
        elif kind == "page_not_found":
            self.problems.append("the page was not found")

    def component(self, key: str) -> Mapping[str, Any]:
        """What a component was given; nothing for one that is not there."""
        values: Mapping[str, Any] = json.loads(self.components.get(key, "{}"))
        return values

    def has_text(self, start: str) -> bool:
        """Whether a text of the page begins so."""
        return any(text.startswith(start) for text in self.texts)

    def option(self, key: str, name: str) -> str | None:
        """The label of an option: its name and maybe a count; None where there is no such one."""
        return next((label for label in self._options(key) if label.split(" · ")[0] == name), None)

    def _options(self, key: str) -> Iterator[str]:
        for option in getattr(self.widgets.get(key), "options", ()):
            yield option if isinstance(option, str) else option.content

    def _add_element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        drawn = getattr(element, kind)
        if kind in _WORDS:
            self.texts.append(f"{drawn.label}: {drawn.body}" if kind == "metric" else drawn.body)
        elif kind == "exception":
            self.problems.append(f"{drawn.type}: {drawn.message}")
        elif kind == "alert" and drawn.format == Alert.ERROR:
            self.problems.append(drawn.body)
        elif str(getattr(drawn, "id", "")).startswith(_ID):
            key = drawn.id.removeprefix(_ID).partition("-")[2]
            if kind == "bidi_component":
                self.components[key] = drawn.json or drawn.mixed.json
            else:
                self.widgets[key] = drawn
