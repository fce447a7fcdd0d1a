"""Publish columns of prompt groups: a version whose conversations have them, and what they are."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.prepare.gather import write_groups
from queries.prepare.staged_version import publish_version, stage_version
from queries.runtime.progress import Progress
from queries.schema import CONVERSATIONS
from queries.store.atomic_files import delete_path, write_json
from queries.store.checksums import file_facts
from queries.store.layout import StorePath, Version


def publish_group_columns(
    store: StorePath,
    live: Version,
    work: Path,
    step: tuple[str, dict[str, Any]],
    values: pa.Table,
    progress: Progress,
) -> Version:
    """Make the live version, with columns of prompt groups, the live version.

    Args:
        store: the store.
        live: its live version.
        work: where the new version grows; deleted afterwards.
        step: the name and the facts of the step, for the manifest.
        values: a row for each prompt group: `prompt_group`, and the columns.
        progress: shows the step.
    """
    name, facts = step
    staged = stage_version(work / "staged", live, left_out=("conversations", "manifest.json"))
    files = sorted(live.table("conversations").glob("*.parquet"))
    with progress.step(f"Writing {name}", len(files), "files") as advance:
        for path in files:
            rows = _with_values(pq.read_table(path), values)
            write_groups(staged.table("conversations") / path.name, rows.schema, [rows])
            advance(1)
    manifest = live.manifest()
    manifest["version"] = staged.name
    manifest["steps"] = {**manifest["steps"], name: facts}
    manifest["files"] = [_file(staged, entry) for entry in manifest["files"]]
    write_json(staged.manifest_path, manifest)
    version = publish_version(store, staged)
    delete_path(work)
    return version


def _with_values(rows: pa.Table, values: pa.Table) -> pa.Table:
    """The rows with the values of their prompt groups."""
    positions = pc.index_in(rows["prompt_group"], values["prompt_group"].combine_chunks())
    columns = [name for name in values.column_names if name != "prompt_group"]
    rows = rows.drop_columns([name for name in columns if name in rows.column_names])
    for name in columns:
        rows = rows.append_column(name, values[name].take(positions))
    # An earlier version of Chatscape may have written fewer columns.
    return rows.select([c.name for c in CONVERSATIONS if c.name in rows.column_names])


def _file(staged: Version, entry: dict[str, Any]) -> dict[str, Any]:
    """The entry of a file: a new one for conversations."""
    if not entry["path"].startswith("conversations/"):
        return entry
    return {**entry, **file_facts(staged.path / entry["path"], staged.path)}
