"""Stores that are well, harms that are done to them, and what the doctor says of them."""

import json
import os
import shutil
from pathlib import Path

import pytest

from queries.doctor import machine, packages
from queries.doctor.diagnosis import diagnosis
from queries.layout import StorePath
from queries.search import embedder
from tests.embedding import DictionaryEmbedder

CHECKS = {
    *("version", "files", "index", "model", "disk", "licence", "register", "state", "purge"),
    *("leftovers", "memory", "packages", "settings"),
}


@pytest.fixture
def healthy(indexed_folder, tmp_path, monkeypatch):
    """A copy of the indexed sample, on a machine where all is well."""
    for name in [name for name in os.environ if name.startswith("CHATSCAPE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(embedder, "embedder_of", lambda _: DictionaryEmbedder())
    monkeypatch.setattr(packages, "requires", lambda _: ["duckdb>=2.0,<3", "streamlit>=1.67"])
    monkeypatch.setattr(machine, "machine_bytes", lambda: 16_000_000_000)
    shutil.copytree(indexed_folder, tmp_path / "store")
    return tmp_path / "store"


def said(folder: Path, **options: bool) -> dict[str, list[tuple[str, str]]]:
    """What is not well, by the name of the check."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in diagnosis(StorePath(folder), **options):
        if one.status != "ok":
            found.setdefault(one.check, []).append((one.status, one.finding))
            assert one.advice.endswith((".", "?", "RAW", "index", "--fresh")) or " " in one.advice
    return found


def live(folder: Path) -> Path:
    return StorePath(folder).current().path


def first(folder: Path, pattern: str) -> Path:
    return sorted(p for p in live(folder).glob(pattern) if p.is_file())[0]


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def manifest(folder: Path, change) -> None:
    path = live(folder) / "manifest.json"
    facts = json.loads(path.read_text())
    change(facts)
    path.write_text(json.dumps(facts))


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
    }
