"""Stores that are well, harms that are done to them, and what the doctor says of them."""

import json
from pathlib import Path

from queries.doctor.run_checks import run_checks
from queries.store.layout import StorePath

CHECKS = {
    *("version", "files", "index", "model", "disk", "licence", "register", "state", "purge"),
    *("leftovers", "groups", "memory", "packages", "settings"),
}


def findings(folder: Path, **options: bool) -> dict[str, list[tuple[str, str]]]:
    """What is not well, by the name of the check."""
    by_check: dict[str, list[tuple[str, str]]] = {}
    for result in run_checks(StorePath(folder), **options):
        if result.status != "ok":
            by_check.setdefault(result.check, []).append((result.status, result.finding))
            assert (
                result.advice.endswith((".", "?", "RAW", "index", "--fresh"))
                or " " in result.advice
            )
    return by_check


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
