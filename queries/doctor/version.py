"""Whether the live version is there, and its tables are what was written."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.checksums import difference
from queries.doctor.findings import Finding, count
from queries.errors import DataError
from queries.layout import StorePath, Version
from queries.prepare.scatter import TABLES

PREPARE_AGAIN = "Put the store back from a copy, or build it again with: chatscape prepare RAW"
NAMED_MAX = 20


def live_version(store: StorePath) -> Iterator[Finding]:
    """Whether there is a live version with a manifest that can be read."""
    try:
        live = store.current()
        counts = live.manifest()["counts"]
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        yield Finding("version", "fail", f"{finding}.", advice)
        return
    except (ValueError, KeyError, TypeError):
        yield Finding(
            "version", "fail", "The manifest of the live version cannot be read.", PREPARE_AGAIN
        )
        return
    held = f"{counts['conversations']:,} conversations, {counts['messages']:,} messages"
    yield Finding("version", "ok", f"The live version is {live.name}: {held}.")


def tables(live: Version, *, is_quick: bool) -> Iterator[Finding]:
    """Whether every file of the tables is what was written, and none is there besides."""
    files: list[dict[str, Any]] = live.manifest()["files"]
    harmed = [
        (facts["path"], said)
        for facts in files
        if (said := difference(facts, live.path, is_quick=is_quick) or _rows_differ(facts, live))
    ]
    for path, said in harmed[:NAMED_MAX]:
        yield Finding("files", "fail", f"{path} {said}.", PREPARE_AGAIN)
    if len(harmed) > NAMED_MAX:
        more = count(len(harmed) - NAMED_MAX, "more file")
        yield Finding("files", "fail", f"{more} of the tables differ.", PREPARE_AGAIN)
    known = {facts["path"] for facts in files}
    there = (p for table in TABLES for p in sorted(live.table(table).glob("*.parquet")))
    for path in there:
        if (name := path.relative_to(live.path).as_posix()) not in known:
            advice = "Move it out of the store: it is read as if it belonged to the data."
            yield Finding("files", "fail", f"{name} is no file of this version.", advice)
    unsigned = sum("sha256" not in facts for facts in files)
    if unsigned:
        yield Finding(
            "files",
            "warning",
            f"The store was prepared before checksums were kept: {count(unsigned, 'file')} "
            "cannot be compared byte by byte.",
            "Prepare it again when you can, with: chatscape prepare RAW --fresh",
        )
    if not harmed and not unsigned:
        how = "have the right sizes and rows" if is_quick else "are what was written, byte by byte"
        yield Finding("files", "ok", f"The {count(len(files), 'file')} of the tables {how}.")


def _rows_differ(facts: dict[str, Any], live: Version) -> str | None:
    try:
        rows = pq.read_metadata(live.path / facts["path"]).num_rows
    except (OSError, pa.ArrowException):
        return "is no parquet that can be read"
    wanted = facts["row_count"]
    return None if rows == wanted else f"has {rows:,} rows instead of {wanted:,}"
