"""A session with the server, as a browser has one: Streamlit's messages over a websocket."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.load.drawn import Drawn

ANSWER_SECONDS = 60.0
"""A rerun that has not come to its end by then is an error."""

_ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class Lost(Exception):
    """The server went away, or did not answer."""


@dataclass(frozen=True)
class Ask:
    """What a browser asks for.

    Attributes:
        page: the page, by its name in an address; empty for the first one.
        query: the address after `?`.
        changed: the widget that was used; a browser sends what all of them hold, but the server
            remembers what it is not sent.
        planted: states of further widgets, which need not be on the page.
    """

    page: str
    query: str = ""
    changed: WidgetState | None = None
    planted: tuple[WidgetState, ...] = ()


class Session:
    """One connection, and what its browser would remember."""

    def __init__(
        self, connection: ClientConnection, origin: str, note: Callable[[bytes], object]
    ) -> None:
        self._connection = connection
        self._origin = origin
        self._note = note
        self._pages: dict[str, str] = {}
        self._cached: dict[str, ForwardMsg] = {}

    async def rerun(self, ask: Ask) -> Drawn:
        """Ask, and wait until the script has come to its end.

        Raises:
            Lost: it did not.
        """
        drawn = Drawn(query=ask.query, pages=self._pages)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._connection.send(self._request(ask).SerializeToString())
                await self._read(drawn)
        except TimeoutError as error:
            raise Lost(f"no answer in {ANSWER_SECONDS:.0f} s") from error
        except WebSocketException as error:
            raise Lost(f"the connection was lost: {error}") from error
        self._pages = drawn.pages
        return drawn

    def _request(self, ask: Ask) -> BackMsg:
        request = BackMsg()
        state = request.rerun_script
        state.query_string = ask.query
        # At first a browser knows the names of pages only.
        state.page_script_hash = self._pages.get(ask.page, "")
        state.page_name = "" if state.page_script_hash else ask.page
        state.context_info.url = f"{self._origin}/{ask.page}"
        state.context_info.timezone = "UTC"
        state.cached_message_hashes.extend(self._cached)
        if ask.changed is not None:
            state.widget_states.widgets.append(ask.changed)
        state.widget_states.widgets.extend(ask.planted)
        return request

    async def _read(self, drawn: Drawn) -> None:
        used: dict[str, ForwardMsg] = {}
        while True:
            raw = await self._connection.recv(decode=False)
            self._note(raw)
            message = ForwardMsg()
            message.ParseFromString(raw)
            drawn.bytes += len(raw)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                message = self._cached[message.ref_hash]
            if message.metadata.cacheable and message.hash:
                used[message.hash] = message
            if kind != "script_finished":
                drawn.add(message)
            elif message.script_finished in _ENDED:
                break
            elif message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                drawn.begin_again()
            else:
                drawn.problems.append("the script could not be compiled")
                break
        self._cached = used


@asynccontextmanager
async def connected(
    port: int,
    *,
    headers: Mapping[str, str] | None = None,
    note: Callable[[bytes], object] = len,
) -> AsyncIterator[Session]:
    """A session with the server on a port of this machine.

    Args:
        port: of the server.
        headers: further headers of the request that opens the connection.
        note: is given each message as it came.

    Raises:
        Lost: there is none to be had.
    """
    host = f"127.0.0.1:{port}"
    try:
        connection = await connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=f"http://{host}",  # type: ignore[arg-type]
            additional_headers=headers,
            max_size=None,
            open_timeout=ANSWER_SECONDS,
        )
    except (OSError, TimeoutError, WebSocketException) as error:
        raise Lost(f"there is no connection: {error}") from error
    try:
        yield Session(connection, f"http://{host}", note)
    finally:
        await connection.close()
