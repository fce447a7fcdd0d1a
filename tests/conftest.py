import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from queries import databases
from queries.console.asking import Console
from queries.layout import StorePath, Version
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.search.index import SearchIndex
from queries.settings import Settings
from queries.store import Store, open_store
from tests import tiny
from tests.embedding import DictionaryEmbedder
from tests.postgres import Server, shared_server

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "assets" / "sample" / "sample.parquet"


def prepared(raw: Path | str, folder: Path, **options: object) -> Version:
    """The version that a real prepare makes of some raw data."""
    return build_store(str(raw), StorePath(folder), Silent(), **options).version  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the twelve conversations of `tests/tiny.py`."""
    folder = tmp_path_factory.mktemp("tiny")
    prepared(tiny.write(folder / "raw" / "tiny.parquet", tiny.ROWS), folder / "store")
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
    prepared(SAMPLE, folder)
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
    store = open_store(indexed_folder, Settings())
    store._index = SearchIndex(store.version, DictionaryEmbedder())
    yield store
    store.close()


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    console = Console()
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
    for engine in databases._engines.values():
        engine.dispose()
    databases._engines.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_state(request: pytest.FixtureRequest) -> str:
    """A test of state is run twice: with the file of the store's own, and with PostgreSQL."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres_state")
    return request.param
