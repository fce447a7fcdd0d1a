import os
import shutil

import pytest

from queries.doctor import machine_checks, package_checks
from queries.search import embedder
from tests.support.fake_embedder import DictionaryEmbedder


@pytest.fixture
def healthy(indexed_folder, tmp_path, monkeypatch):
    """A copy of the indexed sample, on a machine where all is well."""
    for name in [name for name in os.environ if name.startswith("CHATSCAPE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(embedder, "load_embedder", lambda _: DictionaryEmbedder())
    monkeypatch.setattr(package_checks, "requires", lambda _: ["duckdb>=2.0,<3", "streamlit>=1.67"])
    monkeypatch.setattr(machine_checks, "machine_bytes", lambda: 16_000_000_000)
    shutil.copytree(indexed_folder, tmp_path / "store")
    return tmp_path / "store"
