from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.attacker import SETTINGS, Attacker, attacking, signed_in
from tests.support.browser import free_port
from tests.support.planted_secrets import planted_store
from tests.support.server import serving


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with secrets."""
    return planted_store(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="session")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="session")
def host(planted_folder: Path, server_log: Path, metrics_port: int) -> Iterator[str]:
    """Host and port of a dashboard of that store, as the product serves it behind a proxy."""
    settings = SETTINGS | {"metrics_port": metrics_port}
    with serving(planted_folder, server_log, **settings) as host:
        yield host


@pytest.fixture
def reader(host: str) -> Iterator[Attacker]:
    """A session of somebody with a reader's rights."""
    with attacking(host, signed_in("eve")) as attacker:
        yield attacker


@pytest.fixture
def operator(host: str) -> Iterator[Attacker]:
    """A session of an operator, by whom a test shows that its attack would find something."""
    with attacking(host, signed_in("op")) as attacker:
        yield attacker
