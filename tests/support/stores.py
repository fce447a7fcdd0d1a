"""Small stores, built as `chatscape prepare` builds them, and what tests read of one."""

from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.lmsys_chat import CURRENT_SCHEMA
from queries.datasets.rebuild import rebuilt_rows
from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.build import build_store
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.store.layout import StorePath, Version


def prepare_store(raw: Path | str, folder: Path, **options: object) -> Version:
    """The version that a real prepare makes of some raw data."""
    return build_store(str(raw), StorePath(folder), Silent(), **options).version  # type: ignore[arg-type]


FIXED_GROUP_KEY = bytes(range(32))
"""The key of the prompt groups in stores whose groups tests compare."""


def fix_group_key(folder: Path) -> Path:
    """Give a store that will be prepared there a key that is not random."""
    folder.mkdir(parents=True, exist_ok=True)
    path = StorePath(folder).group_key_path
    path.write_bytes(FIXED_GROUP_KEY)
    path.chmod(0o600)
    return folder


def conversation_count(store: Path) -> int:
    opened = open_store(store, Settings())
    count = int(opened.run("slice_size", Filters())["conversation_count"].iloc[0])
    opened.close()
    return count


def stored_rows(version: Version) -> pa.Table:
    """The canonical rows that a store holds, sorted by id."""
    tables = {
        name: pa.concat_tables(
            [pq.read_table(path) for path in sorted(version.table(name).glob("*.parquet"))]
            or [CURRENT_SCHEMA.empty_table()]
        )
        for name in ("conversations", "messages", "verbatim")
    }
    return rebuilt_rows(**tables)


def rows_by_id(version: Version) -> list[dict[str, Any]]:
    """The rows that a version was prepared from, in the order of their ids."""
    return sorted(stored_rows(version).to_pylist(), key=itemgetter("conversation_id"))
