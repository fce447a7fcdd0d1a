"""A dashboard in a process of its own, which must not log a traceback."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.browser import free_port, wait_until_healthy

# Streamlit answers a browser that has left between two steps of saying hello, and tells the log
# why signing in with a provider failed.
KNOWN_COMPLAINT = re.compile(
    r"(?:Exception in ASGI application\nTraceback:\n(?:    [^\n]*\n)+"
    r"starlette\.websockets\.WebSocketDisconnected[^\n]*\n)"
    r"|(?:OAuth token exchange failed|Error during OAuth authorization)[^\n]*\n"
    r"Traceback:\n(?:    [^\n]*\n)+\S*Error[^\n]*\n"
)

# The addresses of the dashboards that their tests have stopped.
STOPPED: set[str] = set()


@contextmanager
def serving(store: Path, log: Path) -> Iterator[str]:
    """The address of a dashboard of a store."""
    command = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    with started([*command, "--store", str(store)], log) as url:
        yield url


@contextmanager
def started(
    command: list[str], log: Path, *, port: int | None = None, **options: Any
) -> Iterator[str]:
    """The address of a dashboard that a command starts on a port, by default a free one."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    STOPPED.discard(url)
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=out, stderr=subprocess.STDOUT, **options
        )
    try:
        wait_until_healthy(url, process, log.read_text)
        yield url
        complaints = KNOWN_COMPLAINT.sub("", log.read_text())
        assert "Traceback" not in complaints, complaints
    finally:
        STOPPED.add(url)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
