import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.sql_console.console import SqlConsole
from queries.state import engines
from queries.store.layout import StorePath
from queries.store.store import Store
from tests.support import tiny_dataset
from tests.support.fake_embedder import DictionaryEmbedder
from tests.support.paths import SAMPLE
from tests.support.postgres import Server, shared_server
from tests.support.stores import fix_group_key, prepare_store

# The same examples in every run; HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("same-examples", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-examples"))


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the twelve conversations of `tests/support/tiny_dataset.py`."""
    folder = tmp_path_factory.mktemp("tiny")
    prepare_store(
        tiny_dataset.write(folder / "raw" / "tiny.parquet", tiny_dataset.ROWS), folder / "store"
    )
    return folder / "store"


@pytest.fixture(scope="session")
def tiny_store(tiny_folder: Path) -> Iterator[Store]:
    store = open_store(tiny_folder, Settings())
    yield store
    store.close()


@pytest.fixture
def own_folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A store of the twelve that a test may change; nobody has written to it."""
    shutil.copytree(tiny_folder, tmp_path / "store", ignore=shutil.ignore_patterns("state"))
    return tmp_path / "store"


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the bundled sample."""
    folder = tmp_path_factory.mktemp("sample") / "store"
    prepare_store(SAMPLE, fix_group_key(folder))
    return folder


@pytest.fixture(scope="session")
def sample_store(sample_folder: Path) -> Iterator[Store]:
    store = open_store(sample_folder, Settings())
    yield store
    store.close()


@pytest.fixture(scope="session")
def indexed_folder(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the bundled sample with a search index, whose model is a dictionary."""
    folder = tmp_path_factory.mktemp("indexed") / "store"
    shutil.copytree(sample_folder, folder)
    build_index(StorePath(folder), DictionaryEmbedder(), Silent())
    return folder


@pytest.fixture(scope="session")
def indexed_store(indexed_folder: Path) -> Iterator[Store]:
    store = open_store(indexed_folder, Settings(), embedder=DictionaryEmbedder())
    yield store
    store.close()


@pytest.fixture(scope="module")
def console() -> Iterator[SqlConsole]:
    console = SqlConsole()
    yield console
    console.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL that all processes of the run share."""
    base = tmp_path_factory.getbasetemp()
    with shared_server(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as port:
        yield Server(port)


@pytest.fixture
def postgres_state(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a database of this test's own, in which state is kept."""
    name = uuid4().hex
    monkeypatch.setenv("CHATSCAPE_STATE", postgres.new_database(name))
    yield name
    for engine in engines._engines.values():
        engine.dispose()
    engines._engines.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_state(request: pytest.FixtureRequest) -> str:
    """A test of state is run twice: with the file of the store's own, and with PostgreSQL."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres_state")
    return request.param
