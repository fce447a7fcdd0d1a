import shutil

import pytest

from queries.store.layout import StorePath


@pytest.fixture
def store(tiny_folder, tmp_path):
    """A store of the twelve conversations, without an index."""
    shutil.copytree(tiny_folder, tmp_path / "store")
    return StorePath(tmp_path / "store")


@pytest.fixture
def small_buckets(monkeypatch):
    monkeypatch.setattr("queries.prepare.index.distinct_prompts.BUCKET_PROMPTS", 4)
