import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from queries.layout import StorePath, Version
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.search.index import SearchIndex
from queries.settings import Settings
from queries.store import Store, open_store
from tests import tiny
from tests.embedding import DictionaryEmbedder

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
