"""The real server in a process of its own, and readers that are no browser."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import orjson
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.support.browser import free_port, wait_until_healthy
from tests.support.paths import ROOT

COMMAND = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]


@contextmanager
def serving(store: Path, log: Path, /, **settings: object) -> Iterator[str]:
    """Host and port of a dashboard of a store; what it says is in the log file."""
    port = free_port()
    given = {f"CHATSCAPE_{name.upper()}": str(value) for name, value in settings.items()}
    command = [*COMMAND, "--store", str(store), "--port", str(port)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | given, cwd=ROOT
        )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process, log.read_text)
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def fetch(url: str) -> tuple[int, bytes]:
    """Status and body of an answer."""
    try:
        with urllib.request.urlopen(f"http://{url}", timeout=120) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def health(host: str) -> tuple[int, dict[str, Any]]:
    """What the health route says."""
    status, body = fetch(f"{host}/healthz")
    return status, orjson.loads(body)


@contextmanager
def reading(host: str) -> Iterator[ClientConnection]:
    """An open page, as a browser would have it."""
    with connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"]) as page:  # type: ignore[list-item]
        yield page


def opened(page: ClientConnection, query: str) -> list[ForwardMsg]:
    """What a page gets for an address, until its script has come to its end."""
    asks = BackMsg()
    asks.rerun_script.query_string = query
    page.send(asks.SerializeToString())
    messages = []
    while not messages or messages[-1].WhichOneof("type") != "script_finished":
        messages.append(ForwardMsg.FromString(page.recv(timeout=120)))  # type: ignore[arg-type]
    return messages
