"""A person at the dashboard's websocket, who reads all that comes, shown or not."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.load.drawn import Drawn
from tests.load.wire import Ask, Session, connected

PROXY_SECRET = "0123456789abcdef" * 4
SETTINGS = {"sign_in": "proxy", "proxy_secret": PROXY_SECRET, "operators": "op"}
"""Settings of a dashboard behind a proxy, which says who somebody is; `op` is an operator."""

_WIDGET_ID = re.compile(rb"\$\$ID-[0-9a-f]+-[\w-]+")
_OF_EARLIER_GUESSES = ("pick_a", "pick_b")
"""Keys of the pickers of Compare, which offer the slices that this very reader asked for before."""

_OWN_TO_A_RUN = re.compile(r"[\w-]{32}(?=/)|\$\$ID-[0-9a-f]+")
"""What differs from one page to the next: tokens of downloads, and ids of widgets."""


def signed_in(name: str) -> dict[str, str]:
    """The headers by which the proxy says who somebody is."""
    return {"X-Chatscape-Secret": PROXY_SECRET, "X-Chatscape-User": name}


class Attacker:
    """One session of somebody, with what came over the wire.

    Attributes:
        drawn: the page as it was drawn last.
        raw: all messages of the last rerun.
        widget_ids: the id of every widget that was seen, by its key.
    """

    def __init__(self, runner: asyncio.Runner, session: Session, received: list[bytes]) -> None:
        self._runner, self._session, self._received = runner, session, received
        self.drawn = Drawn()
        self.raw = b""
        self.widget_ids: dict[str, str] = {}

    def open(self, page: str, query: str = "", *planted: WidgetState) -> bytes:
        """Open an address, and return all that came.

        Args:
            page: the page, by its name in an address.
            query: the address after `?`.
            planted: states of widgets, which need not be on the page.
        """
        self._received.clear()
        # The first page stands at the root of the address.
        ask = Ask("" if page == "overview" else page, query, planted=planted)
        self.drawn = self._runner.run(self._session.rerun(ask))
        self.raw = b"".join(self._received)
        for match in _WIDGET_ID.findall(self.raw):
            identifier = match.decode()
            self.widget_ids[identifier.removeprefix("$$ID-").partition("-")[2]] = identifier
        return self.raw

    def answer(self, page: str, query: str, guess: str) -> str:
        """All that a page shows for a guess, with the guess itself left out."""
        self.open(page, query)
        drawn = self.drawn
        options = [
            sorted(map(str, getattr(widget, "options", ())))
            for key, widget in drawn.widgets.items()
            if key not in _OF_EARLIER_GUESSES
        ]
        content = repr((drawn.texts, drawn.problems, sorted(drawn.components.items()), options))
        return _OWN_TO_A_RUN.sub("", re.sub(re.escape(guess), "", content, flags=re.IGNORECASE))

    def hrefs(self) -> list[str]:
        """The links to downloads of the last page."""
        matches = re.findall(rb'"href":\s*"([^"]*chatscape/exports/[^"]+)"', self.raw)
        return sorted({href.decode() for href in matches})


@contextmanager
def attacking(host: str, headers: Mapping[str, str]) -> Iterator[Attacker]:
    """A session with a server, by its host and port."""
    received: list[bytes] = []
    with asyncio.Runner() as runner:
        port = int(host.partition(":")[2])
        connecting = connected(port, headers=headers, note=received.append)
        session = runner.run(connecting.__aenter__())
        try:
            yield Attacker(runner, session, received)
        finally:
            runner.run(connecting.__aexit__(None, None, None))


def pressed(identifier: str) -> WidgetState:
    """A press of a button."""
    return WidgetState(id=identifier, trigger_value=True)


def switched_on(identifier: str) -> WidgetState:
    """A switch that is on."""
    return WidgetState(id=identifier, bool_value=True)


def chosen(identifier: str, *labels: str) -> WidgetState:
    """The choice of options."""
    state = WidgetState(id=identifier)
    state.string_array_value.data.extend(labels)
    return state


def sent(identifier: str, event: str, value: Any) -> WidgetState:
    """An event of a component of ours."""
    name = f"$$STREAMLIT_INTERNAL_KEY_{identifier}__events"
    content = orjson.dumps([{"event": event, "value": value}]).decode()
    return WidgetState(id=name, json_trigger_value=content)
