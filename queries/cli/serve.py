"""Commands that put the dashboard up."""

import importlib.util
import ipaddress
import os
import socket
import sys
from importlib.resources import as_file
from pathlib import Path

import click

from queries.assets import asset
from queries.cli.options import store_option
from queries.errors import (
    DataError,
    LicenceError,
    PortError,
    PublicAddressError,
    UsageError,
)
from queries.layout import StorePath
from queries.settings import Settings, unknown_variables, variable
from queries.sign_in import SignIn


@click.command()
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the store.  [default: CHATSCAPE_STORE, ./store, or else the bundled sample]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8501, show_default=True)
@click.option("--allow-public", is_flag=True, help="Listen beyond this machine without sign-in.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    help="A further name that the dashboard is reached by, e.g. through a proxy; repeatable.",
)
def serve(
    store: Path | None, host: str, port: int, allow_public: bool, allowed_hosts: tuple[str, ...]
) -> None:
    """Serve the dashboard of a store until it is stopped.

    Example: chatscape serve --store store --port 8501
    """
    sign_in = SignIn.of(Settings.from_env())
    if sign_in.way == "none" and not allow_public and not _is_loopback(host):
        raise PublicAddressError(host)
    if sign_in.way == "openid" and importlib.util.find_spec("authlib") is None:
        raise UsageError('Signing in by OpenID needs: pip install "chatscape[openid]"')
    store_path = StorePath((store or _usual_store()).expanduser().absolute())
    _say_what_is_missing(store_path)
    _check_port(host, port)
    _check_metrics_port(port)
    for sentence in unknown_variables(os.environ):
        click.echo(f"Warning: {sentence}", err=True)
    shown_host = f"[{host}]" if ":" in host else host
    click.echo(f"Chatscape is on http://{shown_host}:{port} (stop it with Ctrl-C).")
    environment = os.environ | {
        variable("store"): str(store_path.path),
        # uvicorn takes for the peer whom a proxy of this machine names: who may name anybody is
        # ours to say.
        "FORWARDED_ALLOW_IPS": "",
    }
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(_app())),
        *(f"--server.address={host}", f"--server.port={port}"),
        "--server.headless=true",
        *(f"--server.allowedHosts={name}" for name in _names(host, allowed_hosts)),
    ]
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606


@click.command("accept-licence")
@store_option
@click.option("--yes", is_flag=True, help="Accept without being asked.")
def accept_licence(store: Path, yes: bool) -> None:
    """Accept the licence of the data in a store, for whoever runs the dashboard."""
    from queries.licence import accept, is_acceptance_needed, terms, user

    store_path = StorePath(store)
    if not is_acceptance_needed(store_path, store_path.current()):
        click.echo("Nothing to accept: it was done before, or the store is the synthetic sample.")
        return
    click.echo(terms())
    if not yes:
        click.confirm("Do you accept these terms?", abort=True)
    accept(store_path, user())
    click.echo(f"Accepted for {store}.")


def _say_what_is_missing(store: StorePath) -> None:
    """Say what the first page will ask for; a database may also come up after the dashboard."""
    from queries.licence import is_acceptance_needed

    try:
        if is_acceptance_needed(store, store.current()):
            click.echo(
                "The licence of this data has not been accepted yet: the first page asks for it."
            )
    except LicenceError as error:
        click.echo(str(error), err=True)


def _usual_store() -> Path:
    """The store of the settings if there is one, else one made from the bundled sample."""
    from queries.cli.progress import shown_progress
    from queries.prepare.build import build_store

    usual = Settings.from_env().store
    if os.environ.get(variable("store")) or StorePath(usual).current_name() is not None:
        return usual
    click.echo(f"There is no store at {usual}: this is the bundled sample, which is synthetic.")
    folder = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chatscape" / "sample"
    )
    with as_file(asset("sample/sample.parquet")) as raw:
        build_store(str(raw), StorePath(folder), shown_progress())
    return folder


def _check_metrics_port(port: int) -> None:
    """Refuse a port for metrics that cannot be had: nobody would see that they are missing."""
    settings = Settings.from_env()
    host, way = settings.metrics_host, variable("metrics_port")
    if settings.metrics_port == port:
        raise PortError(host, port, "the dashboard itself is there", way=way)
    if settings.metrics_port:
        _check_port(host, settings.metrics_port, way)


def _check_port(host: str, port: int, way: str = "--port") -> None:
    """Refuse a port that somebody has: the address would show another dashboard."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise PortError(host, port, error.strerror, way) from error


def _app() -> Path:
    spec = importlib.util.find_spec("dashboard")
    if spec is None or spec.submodule_search_locations is None:
        raise DataError("The dashboard is not installed; install it with: pip install chatscape")
    return Path(spec.submodule_search_locations[0]) / "server.py"


def _names(host: str, further: tuple[str, ...]) -> tuple[str, ...]:
    """Names that a browser may ask by: a page elsewhere can have its own name lead to this machine.

    Beyond this machine any, unless some are given.
    """
    if not _is_loopback(host):
        return further
    return ("localhost", "127.0.0.1", "[::1]", host, *further)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
