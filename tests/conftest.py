from collections.abc import Iterator
from pathlib import Path

import pytest

from queries.layout import StorePath, Version
from queries.prepare.build import build_store
from queries.progress import Silent
from queries.settings import Settings
from queries.store import Store, open_store
from tests import tiny

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
