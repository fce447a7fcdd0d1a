"""Checks of the live version: it exists, and its files are unchanged."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.doctor.findings import FINDINGS_MAX, Finding, quantity
from queries.errors import DataError
from queries.prepare.prompt_groups import KEYED_SINCE
from queries.prepare.scatter import TABLES
from queries.store.checksums import difference
from queries.store.layout import StorePath, Version

RESTORE_ADVICE = "Restore the store from a backup, or rebuild it with: chatscape prepare RAW"


def check_version(store: StorePath) -> Iterator[Finding]:
    """Check that there is a live version with a readable manifest."""
    try:
        live = store.current()
        counts = live.manifest()["counts"]
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        yield Finding("version", "fail", f"{finding}.", advice)
        return
    except (ValueError, KeyError, TypeError):
        yield Finding(
            "version", "fail", "The manifest of the live version cannot be read.", RESTORE_ADVICE
        )
        return
    contents = f"{counts['conversations']:,} conversations, {counts['messages']:,} messages"
    yield Finding("version", "ok", f"The live version is {live.name}: {contents}.")


def check_files(live: Version, *, is_quick: bool) -> Iterator[Finding]:
    """Check that every file of the tables is unchanged, and that there are no others."""
    files: list[dict[str, Any]] = live.manifest()["files"]
    damaged = [
        (facts["path"], problem)
        for facts in files
        if (problem := difference(facts, live.path, is_quick=is_quick) or _rows_differ(facts, live))
    ]
    for path, problem in damaged[:FINDINGS_MAX]:
        yield Finding("files", "fail", f"{path} {problem}.", RESTORE_ADVICE)
    if len(damaged) > FINDINGS_MAX:
        more = quantity(len(damaged) - FINDINGS_MAX, "more file")
        yield Finding("files", "fail", f"{more} of the tables differ.", RESTORE_ADVICE)
    listed = {facts["path"] for facts in files}
    present = (p for table in TABLES for p in sorted(live.table(table).glob("*.parquet")))
    for path in present:
        if (name := path.relative_to(live.path).as_posix()) not in listed:
            advice = "Move it out of the store, because queries read it as data."
            yield Finding("files", "fail", f"{name} does not belong to this version.", advice)
    unsigned = sum("sha256" not in facts for facts in files)
    if unsigned:
        yield Finding(
            "files",
            "warning",
            f"The store was prepared before checksums were kept, so {quantity(unsigned, 'file')} "
            "cannot be verified byte by byte.",
            "Rebuild it when you can, with: chatscape prepare RAW --fresh",
        )
    if not damaged and not unsigned:
        how = "have the right sizes and rows" if is_quick else "are unchanged, byte by byte"
        yield Finding("files", "ok", f"The {quantity(len(files), 'file')} of the tables {how}.")


def check_prompt_groups(store: StorePath, live: Version) -> Iterator[Finding]:
    """Check that prompt groups are numbers under a key that its owner alone can read."""
    key = store.group_key_path
    if live.manifest()["steps"]["prepare"]["prepare_version"] < KEYED_SINCE:
        yield Finding(
            "groups",
            "warning",
            "The numbers of prompt groups are hashes without a key, so whoever guesses a masked "
            "first prompt can confirm it.",
            "Prepare the data again, with: chatscape prepare RAW",
        )
    elif not key.is_file():
        yield Finding(
            "groups",
            "warning",
            f"{key.name} is missing, so the next prepare gives prompt groups other numbers.",
            "Put it back from a backup if links or exports with these numbers must keep working.",
        )
    elif key.stat().st_mode & 0o077:
        yield Finding(
            "groups",
            "warning",
            f"Other accounts of this machine may read {key.name}.",
            f"Let its owner alone read it, with: chmod 600 {key}",
        )
    else:
        yield Finding("groups", "ok", "The numbers of prompt groups come from a secret key.")


def _rows_differ(facts: dict[str, Any], live: Version) -> str | None:
    try:
        rows = pq.read_metadata(live.path / facts["path"]).num_rows
    except (OSError, pa.ArrowException):
        return "is not a readable parquet file"
    expected = facts["row_count"]
    return None if rows == expected else f"has {rows:,} rows instead of {expected:,}"
