"""A PostgreSQL of the tests' own, in a folder of its own: one for all processes of a run."""

import fcntl
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.support.browser import free_port

USER, PASSWORD = "chatscape", "s3cret/word"
TRIES = 5
"""Somebody else may take a free port before the server does."""


def program(name: str) -> str:
    """Path of a program of the server.

    Raises:
        RuntimeError: there is none; that is an error, never a skipped test.
    """
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    # The one on the path may be a wrapper or a link: it is looked at last.
    for folder in reversed(folders):
        if (folder / name).is_file():
            return str(folder / name)
    path = shutil.which(name)
    if path is None:
        raise RuntimeError(f"There is no {name} of PostgreSQL: run tests/tools/install_postgres.sh")
    return path


@contextmanager
def shared_server(folder: Path) -> Iterator[int]:
    """The port of a server: whoever comes first starts it, whoever leaves last stops it.

    Args:
        folder: one that all processes of a run know.
    """
    with _held(folder) as state:
        if not state:
            state.update(_started())
        state["users"] = state.get("users", 0) + 1
        port = state["port"]
    try:
        yield port
    finally:
        with _held(folder) as state:
            state["users"] -= 1
            if not state["users"]:
                _stop(Path(state["folder"]))
                state.clear()


@contextmanager
def _held(folder: Path) -> Iterator[dict[str, Any]]:
    """What is known of the server, for one process at a time; what is changed is kept."""
    with (folder / "postgres.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state: dict[str, Any] = json.loads(file.read() or "{}")
        try:
            yield state
        finally:
            file.truncate(0)
            json.dump(state, file)


def _started() -> dict[str, Any]:
    # Not below the folder of the run: the server's own user may not go there.
    folder = Path(tempfile.mkdtemp(prefix="chatscape-postgres-"))
    password = folder / "password"
    password.write_text(PASSWORD)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in (folder, password):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    options = [f"--username={USER}", f"--pwfile={password}", "--auth=scram-sha-256"]
    _run("initdb", "--no-sync", "--encoding=UTF8", "--locale=C", *options, f"{folder}/data")
    for last in reversed(range(TRIES)):
        port = free_port()
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        try:
            _run(
                "pg_ctl",
                "start",
                "-w",
                "-D",
                f"{folder}/data",
                "-l",
                f"{folder}/log",
                "-o",
                settings,
            )
            break
        except subprocess.CalledProcessError:
            if not last:
                raise
    return {"folder": str(folder), "port": port}


def _stop(folder: Path) -> None:
    _run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", f"{folder}/data")
    shutil.rmtree(folder)


def _run(name: str, *arguments: str) -> None:
    """Run a program of the server, which refuses to be run by root."""
    postgres: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []}
    subprocess.run(
        [program(name), *arguments],
        **(postgres if os.geteuid() == 0 else {}),
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )


class Server:
    """A running server, and the databases that tests have in it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def address(self, database: str) -> str:
        """What `CHATSCAPE_STATE` is for a database."""
        password = PASSWORD.replace("/", "%2F")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """The address of a database with nothing in it."""
        with self.connected("postgres") as connection:
            connection.execute(f'create database "{name}"')  # type: ignore[call-overload]
        return self.address(name)

    def close(self, database: str) -> None:
        """Make a database refuse everybody, as one that is down does."""
        with self.connected("postgres") as connection:
            connection.execute(f'alter database "{database}" allow_connections false')  # type: ignore[call-overload]
        self.cut(database)

    def cut(self, database: str) -> None:
        """End all connections to a database."""
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
        with self.connected("postgres") as connection:
            connection.execute(ended, [database])

    def connected(self, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection that knows nothing of the code under test."""
        return psycopg.connect(self.address(database), autocommit=True)
