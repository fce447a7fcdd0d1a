"""The Caddy of compose.yaml in front of a dashboard, with the Caddyfile as it is."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.browser import free_port, wait_until_healthy
from tests.support.paths import ROOT

CADDYFILE = ROOT / "assets" / "deploy" / "Caddyfile"
OPERATOR, READER = ("operator", "correct horse"), ("reader", "battery staple")
SECRET = "0123456789abcdef" * 4
START_SECONDS = 300


@dataclass(frozen=True)
class Proxied:
    """A dashboard behind Caddy.

    Attributes:
        url: what people open.
        plain_url: the same without TLS.
        app_url: where the dashboard listens, which they cannot reach in earnest.
        authority: the certificate that signed Caddy's.
        caddy_log: what Caddy wrote.
        app_log: what the dashboard wrote.
    """

    url: str
    plain_url: str
    app_url: str
    authority: Path
    caddy_log: Path
    app_log: Path

    @property
    def port(self) -> int:
        """Of what people open."""
        return int(self.url.rpartition(":")[2])

    def trust(self) -> ssl.SSLContext:
        """For clients that check the certificate."""
        return ssl.create_default_context(cafile=str(self.authority))


def caddy() -> str:
    """Path of Caddy.

    Raises:
        RuntimeError: there is none; that is an error, never a skipped test.
    """
    path = os.environ.get("CADDY") or shutil.which("caddy")
    if path is None:
        raise RuntimeError("There is no Caddy: run tests/tools/install_caddy.sh")
    return path


def hashed(password: str) -> str:
    """The hash of a password, as people are told to make it."""
    command = [caddy(), "hash-password", "--plaintext", password]
    return subprocess.check_output(command, text=True).strip()


@contextmanager
def proxied(store: Path, folder: Path, base_path: str = "") -> Iterator[Proxied]:
    """A dashboard of a store, as compose.yaml runs it, behind Caddy on free ports."""
    port, log = free_port(), folder / "app.log"
    serve = [sys.executable, "-c", "from queries.cli import main; main()", "serve"]
    listen = ["--port", str(port), "--allowed-host", "localhost"]
    signing_in = {
        "CHATSCAPE_SIGN_IN": "proxy",
        "CHATSCAPE_OPERATORS": OPERATOR[0],
        "CHATSCAPE_PROXY_SECRET": SECRET,
        "CHATSCAPE_BASE_PATH": base_path,
    }
    with (
        _running([*serve, "--store", str(store), *listen], signing_in, log) as app,
        only_caddy(folder, port) as behind,
    ):
        wait_until_healthy(behind.app_url, app, log.read_text)
        yield behind


@contextmanager
def only_caddy(folder: Path, app_port: int, wait: str = "60s") -> Iterator[Proxied]:
    """Caddy, whether there is a dashboard at that port or not.

    Args:
        folder: where it writes its log and certificates.
        app_port: where the dashboard listens on this machine.
        wait: how long requests wait for a dashboard that does not listen, as Caddy writes times.
    """
    https_port, http_port, log = free_port(), free_port(), folder / "caddy.log"
    at = {
        "CHATSCAPE_APP": f"127.0.0.1:{app_port}",
        "CHATSCAPE_PROXY_SECRET": SECRET,
        "CHATSCAPE_WAIT": wait,
        "CHATSCAPE_HTTPS_PORT": str(https_port),
        "CHATSCAPE_HTTP_PORT": str(http_port),
        "CHATSCAPE_PASSWORD_HASH": hashed(OPERATOR[1]),
        "CHATSCAPE_READER": f"{READER[0]} {hashed(READER[1])}",
        "XDG_DATA_HOME": str(folder / "caddy"),
        "XDG_CONFIG_HOME": str(folder / "caddy"),
    }
    command = [caddy(), "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    authority = folder / "caddy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    with _running(command, at, log) as process:
        _wait_for_tls(https_port, authority, process, log)
        url, app_url = f"https://localhost:{https_port}", f"http://127.0.0.1:{app_port}"
        yield Proxied(
            url, f"http://localhost:{http_port}", app_url, authority, log, folder / "app.log"
        )


@contextmanager
def _running(
    command: list[str], more: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("w") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | more
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for_tls(port: int, authority: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    given_up = time.monotonic() + START_SECONDS
    while time.monotonic() < given_up and process.poll() is None:
        try:
            trust = ssl.create_default_context(cafile=str(authority))
            with (
                socket.create_connection(("localhost", port), timeout=2) as plain,
                trust.wrap_socket(plain, server_hostname="localhost"),
            ):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Caddy did not start:\n{log.read_text()}")
