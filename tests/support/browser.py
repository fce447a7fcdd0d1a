"""A Chromium and a server to point it at: for the browser tests and for the benchmark."""

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable

START_SECONDS = 300


def chromium() -> str:
    """Path of the browser.

    Raises:
        RuntimeError: there is none; that is an error, never a skipped test.
    """
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if path is None:
        raise RuntimeError("There is no Chromium: run tests/tools/install_browser.sh")
    return path


def chromium_arguments() -> list[str]:
    """How it is started: in a container of root's it has no sandbox to go into."""
    arguments = ["--disable-dev-shm-usage", "--disable-background-networking"]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_until_healthy(
    url: str, process: subprocess.Popen[bytes], read_log: Callable[[], str] = lambda: ""
) -> None:
    """Wait for a server to answer.

    Raises:
        AssertionError: it ended, or did not answer in time; with what it said.
    """
    given_up = time.monotonic() + START_SECONDS
    while time.monotonic() < given_up and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the dashboard did not start:\n{read_log()}")
