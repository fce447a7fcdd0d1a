"""The services of compose.yaml as an engine runs them, and those who may attack them."""

import base64
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tests.e2e.support.container_engine import ENGINE_SECONDS, IMAGE, Engine
from tests.support.paths import ROOT

URL = "https://localhost"
OPERATOR = ("operator", "chatscape")
"""Name and password of the sample's operator, which compose.yaml publishes."""

SERVICES = ("app", "caddy")
"""Those that go on running."""

START_SECONDS = 300

STATE = "{{.Name}}: {{json .State}}, started again {{.RestartCount}} times"

PROJECT = "project"
"""Folder of the copy of compose.yaml, in the engine's."""

ATTACK = """
import sys, urllib.error, urllib.request
for url in sys.argv[1:]:
    headers = {"X-Chatscape-User": "operator", "Host": "localhost"}
    request = urllib.request.Request(url, headers=headers)
    try:
        print(urllib.request.urlopen(request, timeout=5).status)
    except urllib.error.HTTPError as error:
        print(error.code)
    except OSError as error:
        print("unreachable")
"""
"""Asks addresses with the forged name of the operator; prints a status or `unreachable` each."""


@dataclass(frozen=True)
class Stack:
    """The services of compose.yaml.

    Attributes:
        engine: what runs them.
        variables: what would stand in `.env`.
    """

    engine: Engine
    variables: Mapping[str, str]

    def compose(
        self, *arguments: str, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run podman-compose beside a copy of compose.yaml.

        The monitor of a container leaves a file in the folder, which must not be the repository's.

        Raises:
            AssertionError: it failed, and `check` is set; with its output.
        """
        done = subprocess.run(
            ["podman-compose", *arguments],
            cwd=self.engine.folder / PROJECT,
            env=os.environ | self.engine.environment | self.variables | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=ENGINE_SECONDS,
        )
        if check:
            assert done.returncode == 0, f"compose {arguments}\n{done.stdout}\n{done.stderr}"
        return done

    def up(self) -> None:
        """Start all services, and wait until the dashboard answers.

        In two steps: podman-compose prepares once for each service that depends on it otherwise,
        and podman restarts no service whose dependency has ended.
        """
        up = ("up", "--detach", "--no-build", "--no-deps")
        self.compose(*up, "prepare")
        until(lambda: self.has_ended(container("prepare")), self.logs)
        self.compose(*up, "index", *SERVICES)
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """Wait until the operator gets the first page.

        Raises:
            AssertionError: it takes too long; with what the containers wrote.
        """
        until(lambda: status("/", OPERATOR) == 200, self.logs)

    def logs(self) -> str:
        """What the running services wrote, and at the end how the engine sees them."""
        names = [container(name) for name in SERVICES]
        logs = [self.engine.podman("logs", name, check=False) for name in names]
        states = [self.engine.inspect(name, STATE) for name in names]
        return "\n".join([*(log.stdout + log.stderr for log in logs), *states])

    def execute(
        self, service: str, *command: str, stdin: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a service that runs, as `docker compose exec` does."""
        return self.engine.podman(
            "exec", "--interactive", container(service), *command, stdin=stdin or "", check=check
        )

    def sql(self, statement: str) -> str:
        """The one value of a statement in the SQL console."""
        done = self.execute("app", "chatscape", "sql", statement, "--format", "csv")
        return done.stdout.splitlines()[1]

    def attack(self, network: str, *urls: str, address: str | None = None) -> list[str]:
        """Ask addresses with a forged name from another container.

        Returns:
            One text each: the status of the answer, or `unreachable`.
        """
        where = f"chatscape_{network}" + (f":ip={address}" if address else "")
        python = ("--entrypoint", "python", IMAGE, "-c", ATTACK)
        done = self.engine.podman("run", "--rm", "--network", where, *python, *urls)
        return done.stdout.split()

    def has_ended(self, name: str) -> bool:
        """Whether a container has run and ended."""
        return self.engine.inspect(name, "{{.State.Running}}") == "false"

    def process(self, service: str) -> int:
        """The first process of a service, by its number on this machine; 0 if it does not run."""
        return int(self.engine.inspect(container(service), "{{.State.Pid}}"))


@contextmanager
def running_stack(engine: Engine, variables: Mapping[str, str]) -> Iterator[Stack]:
    """The services of compose.yaml on new volumes."""
    stack = Stack(engine, variables)
    shutil.copytree(ROOT / "assets", engine.folder / PROJECT / "assets")
    shutil.copy(ROOT / "compose.yaml", engine.folder / PROJECT)
    try:
        stack.up()
        yield stack
    finally:
        stack.compose("down", "--volumes", check=False)


def port_in_use() -> int | None:
    """A port that compose.yaml publishes and that another program of this machine has."""
    for port in (80, 443):
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind(("", port))
            except OSError:
                return port
    return None


def container(service: str) -> str:
    """The container of a service."""
    return f"chatscape_{service}_1"


def until(is_true: Callable[[], bool], describe: Callable[[], str]) -> None:
    """Wait for a state.

    Raises:
        AssertionError: it does not come; with a description.
    """
    given_up = time.monotonic() + START_SECONDS
    while not is_true():
        assert time.monotonic() < given_up, describe()
        time.sleep(0.1)


def status(path: str, person: tuple[str, str] | None = None, base: str = URL) -> int:
    """The status of an answer from outside; 0 if nobody answers."""
    request = urllib.request.Request(base + path)
    if person is not None:
        credentials = base64.b64encode(":".join(person).encode()).decode()
        request.add_header("Authorization", f"Basic {credentials}")
    # The authority is one of Caddy's own; tests/e2e/test_proxy.py checks certificates.
    unchecked = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(request, context=unchecked, timeout=120) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def address_of(stack: Stack, service: str) -> str:
    """The address of a service on the inner network."""
    networks = stack.engine.inspect(container(service), "{{json .NetworkSettings.Networks}}")
    return str(json.loads(networks)["chatscape_inside"]["IPAddress"])
