"""The commands serve and accept-licence."""

import importlib.util
import ipaddress
import os
import secrets
import socket
import sys
from contextlib import suppress
from importlib.resources import as_file
from pathlib import Path

import click

from queries.access import AuthSettings
from queries.assets import asset
from queries.cli.options import store_option
from queries.errors import DataError, LicenceError, PortError, PublicAddressError, UsageError
from queries.search.endpoint_address import is_endpoint
from queries.search.index_summary import sending_sentence
from queries.settings import Settings, unknown_variables, variable
from queries.store.layout import StorePath


@click.command()
@click.option(
    "--store",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the store.  [default: CHATSCAPE_STORE, ./store, else the bundled sample]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8501,
    show_default=True,
    help="Port to listen on.",
)
@click.option(
    "--allow-public", is_flag=True, help="Allow access from other machines without sign-in."
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    help="Another host name of the dashboard, e.g. behind a proxy. Repeat for several.",
)
@click.option(
    "--build-index",
    type=click.Choice(["none", "words", "quick", "meaning"]),
    help="Build this search index beside the dashboard if the store has none.  "
    "[default: CHATSCAPE_BUILD_INDEX, or none]",
)
def serve(
    store: Path | None,
    host: str,
    port: int,
    allow_public: bool,
    allowed_hosts: tuple[str, ...],
    build_index: str | None,
) -> None:
    """Serve the dashboard of a store until you stop it.

    Example: chatscape serve --store store --port 8501
    """
    sign_in = AuthSettings.from_settings(Settings.from_env())
    if sign_in.mode == "none" and not allow_public and not _is_loopback(host):
        raise PublicAddressError(host)
    if sign_in.mode == "openid" and importlib.util.find_spec("authlib") is None:
        raise UsageError(
            'Sign-in with OpenID Connect needs more packages: pip install "chatscape[openid]"'
        )
    store_path = StorePath((store or _default_store()).expanduser().absolute())
    _announce_missing_licence(store_path)
    _announce_endpoint(store_path, build_index)
    _check_port(host, port)
    _check_metrics_port(port)
    for sentence in unknown_variables(os.environ):
        click.echo(f"Warning: {sentence}", err=True)
    url_host = f"[{host}]" if ":" in host else host
    base = Settings.from_env().base_path
    address = f"http://{url_host}:{port}{base and f'{base}/'}"
    click.echo(f"Chatscape runs at {address} (press Ctrl-C to stop).")
    app = _app()
    environment = _environment(store_path)
    if build_index:
        environment[variable("build_index")] = build_index
    # Neither modules nor options and secrets of Streamlit in the folder where somebody starts.
    os.chdir(app.parent)
    command = [
        *(sys.executable, "-P", "-m", "streamlit", "run", str(app)),
        *(f"--server.address={host}", f"--server.port={port}"),
        "--server.headless=true",
        *([f"--server.baseUrlPath={base}"] if base else []),
        *(f"--server.allowedHosts={name}" for name in _allowed_hosts(host, allowed_hosts)),
    ]
    sys.stdout.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606


@click.command("accept-licence")
@store_option
@click.option("--yes", is_flag=True, help="Accept without a prompt.")
def accept_licence(store: Path, yes: bool) -> None:
    """Accept the licence of the data in a store, so that the dashboard does not ask for it."""
    from queries.state.licence import accept, is_acceptance_needed, local_username, terms

    store_path = StorePath(store)
    if not is_acceptance_needed(store_path, store_path.current()):
        click.echo("Nothing to accept: the licence is accepted already, or the data is synthetic.")
        return
    click.echo(terms(store_path.current()))
    if not yes:
        click.confirm("Do you accept these terms?", abort=True)
    accept(store_path, local_username())
    click.echo(f"Accepted for {store}.")


def _announce_missing_licence(store: StorePath) -> None:
    """Announce that the first page will ask for the licence; an error is only a warning."""
    from queries.state.licence import is_acceptance_needed

    try:
        if is_acceptance_needed(store, store.current()):
            click.echo(
                "The licence of this data has not been accepted yet. The first page asks for it."
            )
    except LicenceError as error:
        click.echo(str(error), err=True)


def _announce_endpoint(store: StorePath, build_index: str | None) -> None:
    """Say that texts will be sent to an embeddings endpoint, if they will."""
    settings = Settings.from_env()
    names = []
    if (build_index or settings.build_index) not in ("none", "words"):
        names.append(settings.model)
    # What cannot be opened is said when the dashboard opens it.
    with suppress(DataError, OSError, ValueError):
        model = (store.current().manifest()["steps"].get("index") or {}).get("model")
        names.append(model["name"] if model else "")
    for name in dict.fromkeys(filter(is_endpoint, names)):
        click.echo(f"Note: {sending_sentence(name)}", err=True)


def _environment(store_path: StorePath) -> dict[str, str]:
    """The environment of the server, in which paths do not depend on the working folder."""
    from queries.state.engines import StateError, parse_address

    settings = Settings.from_env()
    environment = {
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(),
        **os.environ,
        variable("store"): str(store_path.path),
        # By default uvicorn believes the client address that a proxy on this machine reports.
        # The dashboard decides itself which proxies to trust.
        "FORWARDED_ALLOW_IPS": "",
    }
    for name, path in (
        ("model", settings.model),
        ("proxy_secret_file", settings.proxy_secret_file),
    ):
        if os.environ.get(variable(name)) and Path(path).exists():
            environment[variable(name)] = str(Path(path).absolute())
    if settings.state.startswith("sqlite"):
        with suppress(StateError):  # The dashboard says what is wrong with it.
            address = parse_address(settings.state)
            environment[variable("state")] = address.render_as_string(hide_password=False)
    return environment


def _default_store() -> Path:
    """The store of the settings if it exists, else one built from the bundled sample."""
    from queries.cli.progress import terminal_progress
    from queries.prepare.build import build_store

    configured = Settings.from_env().store
    store = StorePath(configured)
    if os.environ.get(variable("store")) or store.current_name() is not None or store.versions():
        return configured
    click.echo(
        f"There is no store at {configured}. Serving the bundled sample, which is synthetic."
    )
    folder = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chatscape" / "sample"
    )
    with as_file(asset("sample/sample.parquet")) as raw:
        build_store(str(raw), StorePath(folder), terminal_progress())
    return folder


def _check_metrics_port(port: int) -> None:
    """Refuse a metrics port that is in use: missing metrics would go unnoticed."""
    settings = Settings.from_env()
    host, setting = settings.metrics_host, variable("metrics_port")
    if settings.metrics_port == port:
        raise PortError(host, port, "the dashboard itself uses it", setting=setting)
    if settings.metrics_port:
        _check_port(host, settings.metrics_port, setting)


def _check_port(host: str, port: int, setting: str = "--port") -> None:
    """Refuse a port that is in use: the address would show another program."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortError(host, port, error.strerror, setting) from error


def _app() -> Path:
    spec = importlib.util.find_spec("dashboard")
    if spec is None or spec.submodule_search_locations is None:
        raise DataError("The dashboard is not installed. Install it with: pip install chatscape")
    return Path(spec.submodule_search_locations[0]) / "server.py"


def _allowed_hosts(host: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """The host names that requests may carry, against DNS rebinding.

    On a public address all names are allowed, unless some are given.
    """
    if not _is_loopback(host):
        return others
    return ("localhost", "127.0.0.1", "[::1]", host, *others)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
