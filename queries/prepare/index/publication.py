"""Publish the finished tables of an index as a new version of a store."""

import shutil
from collections.abc import Callable, Sequence

from queries.prepare.index.work_folder import IndexFacts, IndexWork
from queries.prepare.staged_version import link_file, publish_version, stage_version
from queries.search.index import KEY_FILE
from queries.store.atomic_files import write_json, write_text
from queries.store.checksums import file_facts
from queries.store.layout import StorePath, Version


def publish_index(
    store: StorePath,
    parts: Sequence[IndexWork],
    facts: IndexFacts,
    measure: Callable[[Version], IndexFacts] | None = None,
) -> Version:
    """Make the tables of the live version, with an index, the live version.

    Args:
        store: the store.
        parts: the parts of the index. The new version grows in the folder of the last one.
        facts: the index's entry in the manifest; ``files`` and what is measured are added.
        measure: measures the finished index, before it becomes live.

    Returns:
        The new version.
    """
    live = store.current()
    staged = _staged(parts, live, facts["key"])
    facts["files"] = _files(staged)
    _write_manifest(staged, live, facts)
    if measure is not None:
        facts |= measure(staged)
        _write_manifest(staged, live, facts)
    return publish_version(store, staged)


def _staged(parts: Sequence[IndexWork], live: Version, key: str) -> Version:
    """The complete new version in the work folder: the tables of the live one, and the index."""
    work = parts[-1]
    staged = stage_version(work.path / "staged", live, left_out=("index.lance", "manifest.json"))
    # Linked, not moved, so that an interrupted build can resume until the new version is live.
    tables = staged.path / "index.lance"
    for part in parts:
        shutil.copytree(part.tables, tables, copy_function=link_file, dirs_exist_ok=True)
    # The tables carry their key too, because somebody may copy them next to another manifest.
    write_text(tables / KEY_FILE, key)
    return staged


def _files(staged: Version) -> list[IndexFacts]:
    """Names, sizes and hashes of the index files; takes about a second per gigabyte."""
    paths = sorted(path for path in (staged.path / "index.lance").rglob("*") if path.is_file())
    return [file_facts(path, staged.path) for path in paths]


def _write_manifest(staged: Version, live: Version, facts: IndexFacts) -> None:
    """Write the manifest of a version: the one of the live version, and its index entry."""
    manifest = live.manifest()
    manifest["version"] = staged.name
    manifest["steps"] = {**manifest["steps"], "index": facts}
    write_json(staged.manifest_path, manifest)
