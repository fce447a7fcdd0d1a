"""Build a version of a store from source files, in resumable steps."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from queries.errors import StoreBusyError, StoreFullError
from queries.masking.parallel import ColumnMask, mask_workers
from queries.prepare.build_plan import PREPARE_VERSION, Plan, fingerprint, plan_build
from queries.prepare.gather import FlatRows, gather_part, global_columns, part_path
from queries.prepare.prompt_groups import group_key
from queries.prepare.scatter import (
    ScatteredChunks,
    is_scattered_with,
    record_group_key,
    scatter_unit,
)
from queries.prepare.source_files import find_source_files
from queries.prepare.source_inspection import IdentifiedFile, identify_files, inspect_files
from queries.prepare.sources import Source, common_dataset, source_identity
from queries.prepare.version_manifest import version_manifest
from queries.runtime.progress import Advance, Progress
from queries.store.atomic_files import delete_path, write_json
from queries.store.layout import StorePath, Version
from queries.store.tombstones import removed_ids
from queries.store.write_lock import write_lock

WORKERS = min(4, os.cpu_count() or 1)
"""Units or parts processed in parallel; each needs about 300 MB of memory."""

KEPT_VERSIONS = 2
"""The live version and the one before it, so that a dashboard that has it open keeps working."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The result of a build.

    Attributes:
        version: the live version of the store.
        is_new: false if the store already contained exactly this data.
        resumed_rows: rows that an interrupted build had already processed.
        left_out_files: a sentence for each kind of files that were found and left out.
    """

    version: Version
    is_new: bool
    resumed_rows: int
    left_out_files: tuple[str, ...] = ()


def build_store(
    raw: str, store: StorePath, progress: Progress, *, limit: int | None = None, fresh: bool = False
) -> BuildResult:
    """Prepare source files as the live version of a store.

    Args:
        raw: a file, a folder, or a glob.
        store: the store; created if it does not exist.
        progress: shows the steps.
        limit: prepare at most this many rows, in the order of files.
        fresh: start over instead of resuming an interrupted build, and rebuild even if the store
            already contains this data.

    Raises:
        SourceError: the files cannot be prepared.
        StoreBusyError: another process writes to this store, whose live version is of other data.
        StoreFullError: the disk is full.
    """
    source_files = find_source_files(raw, store.path)
    files = list(source_files.files)
    try:
        built = _build_alone(files, store, progress, limit, fresh=fresh)
    except StoreBusyError:
        # A search index may be growing for hours. What is there already needs no second writer.
        name = None if fresh else store.current_name()
        if name is None or not (live := store.version(name)).is_complete:
            raise
        identities = [file.identity for file in identify_files(files, progress)]
        expected = fingerprint(identities, limit)
        if _source_fingerprint(live) != expected:
            raise
        built = BuildResult(live, is_new=False, resumed_rows=0)
    return replace(built, left_out_files=tuple(source_files.sentences()))


def _build_alone(
    files: list[Path], store: StorePath, progress: Progress, limit: int | None, *, fresh: bool
) -> BuildResult:
    """Build the version, or find it, while no other process writes."""
    with write_lock(store), disk_full_errors(store):
        identified = identify_files(files, progress)
        version = None if fresh else _already_built(store, identified, limit)
        if version is not None:
            built = BuildResult(version, is_new=False, resumed_rows=0)
        else:
            sources = inspect_files(identified, store, progress)
            removed = removed_ids(store)
            built = _build(store, sources, limit, removed, fresh=fresh, progress=progress)
        clean_up(store, built.version)
        delete_path(store.converted_path)
        return built


def _already_built(
    store: StorePath, files: list[IdentifiedFile], limit: int | None
) -> Version | None:
    """The complete version of exactly this data; it becomes the live one if it is not.

    Conversations that were removed or purged since do not matter.
    """
    expected = fingerprint([file.identity for file in files], limit)
    complete = [v for v in store.versions() if v.is_complete and _source_fingerprint(v) == expected]
    if not complete:
        return None
    newest = complete[-1]
    if store.current_name() != newest.name:
        store.set_current(newest)
    return newest


def _source_fingerprint(version: Version) -> str:
    """The fingerprint of a version's source files, whatever was removed from them.

    Empty if other code prepared the version.
    """
    manifest = version.manifest()
    if manifest["steps"]["prepare"]["prepare_version"] != PREPARE_VERSION:
        return ""
    return fingerprint(
        [source_identity(source) for source in manifest["sources"]], manifest["limit"]
    )


def _build(
    store: StorePath,
    sources: list[Source],
    limit: int | None,
    removed: pa.Array,
    *,
    fresh: bool,
    progress: Progress,
) -> BuildResult:
    started = time.monotonic()
    with progress.step(
        "Checking ids", sum(source.row_count for source in sources), "rows"
    ) as advance:
        plan = plan_build(sources, limit, removed)
        advance(sum(unit.row_count for unit in plan.units))
    key = group_key(store)
    version = _version_to_build(store, plan, key, fresh=fresh)
    scattered = ScatteredChunks(_scatter_path(version), len(plan.units), key)
    done = [n for n in range(len(plan.units)) if scattered.is_done(n)]
    resumed_rows = sum(plan.units[n].row_count for n in done)
    _scatter(scattered, plan, sources, done, progress)
    gather(scattered, plan.part_count, plan.row_count, version, progress)
    seconds = time.monotonic() - started
    dataset = common_dataset(sources)
    facts = version_manifest(version, plan, sources, dataset, scattered, limit, seconds)
    write_json(version.manifest_path, facts)
    store.set_current(version)
    return BuildResult(version, is_new=True, resumed_rows=resumed_rows)


def _version_to_build(store: StorePath, plan: Plan, key: bytes, *, fresh: bool) -> Version:
    """The version of an interrupted build of the same plan and key, or a new one.

    Other interrupted builds are deleted.
    """
    unfinished = [v for v in store.versions() if not v.is_complete]
    same = [v for v in unfinished if v.fingerprint == plan.fingerprint and not fresh]
    same = [v for v in same if is_scattered_with(_scatter_path(v), key)]
    for version in unfinished:
        if version not in same[-1:]:
            store.discard(version)
    if same:
        return same[-1]
    now = datetime.now(UTC)
    version = store.version(f"{now:%Y%m%dT%H%M%S%f}Z-{plan.fingerprint}")
    _scatter_path(version).mkdir(parents=True)
    record_group_key(_scatter_path(version), key)
    return version


def _scatter_path(version: Version) -> Path:
    return version.path / "scatter"


def _scatter(
    scattered: ScatteredChunks,
    plan: Plan,
    sources: list[Source],
    done: list[int],
    progress: Progress,
) -> None:
    finished = set(done)

    def tasks(advance: Advance) -> Iterator[Callable[[], None]]:
        for number, unit in enumerate(plan.units):
            if number in finished:
                advance(unit.row_count)
                continue

            def task(number: int = number) -> None:
                unit = plan.units[number]
                scatter_unit(scattered, number, unit, sources[unit.source], plan)
                advance(unit.row_count)

            yield task

    rows = sum(unit.row_count for unit in plan.units)
    with progress.step("Reading conversations", rows, "rows") as advance:
        _run(tasks(advance))


def gather(
    flat: FlatRows, parts: int, row_count: int, version: Version, progress: Progress
) -> None:
    """Write the tables of a version, part by part. Parts that exist are kept.

    Args:
        flat: the rows.
        parts: number of parts.
        row_count: conversations in all parts.
        version: where to write.
        progress: shows the step.
    """
    derived = global_columns(flat, parts)
    starts = [0]
    for part in range(parts):
        starts.append(starts[-1] + flat.part(part, "conversations").num_rows)

    def tasks(
        mask: ColumnMask, split: ColumnMask, advance: Advance
    ) -> Iterator[Callable[[], None]]:
        for part in range(parts):
            rows = derived.slice(starts[part], starts[part + 1] - starts[part])
            if part_path(version, "conversations", part).is_file():
                advance(rows.num_rows)
                continue

            def task(part: int = part, rows: pa.Table = rows) -> None:
                gather_part(flat, part, rows, mask, split, version)
                advance(rows.num_rows)

            yield task

    with (
        mask_workers("searchable_opening", row_count) as mask,
        mask_workers("opening_words", row_count) as split,
        progress.step("Sorting and writing", row_count, "rows") as advance,
    ):
        _run(tasks(mask, split, advance))


def _run(tasks: Iterable[Callable[[], None]]) -> None:
    """Run tasks in a thread pool. The first failure cancels the rest and is raised."""
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(task) for task in tasks]
        finished, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in finished:
            future.result()


def clean_up(store: StorePath, live: Version, kept_count: int = KEPT_VERSIONS) -> None:
    """Delete old versions, but for the newest ones, and the intermediate files of complete ones."""
    complete = [v for v in store.versions() if v.is_complete and v != live]
    for version in complete[: max(0, len(complete) - (kept_count - 1))]:
        store.discard(version)
    store.empty_discarded()
    for version in (live, *complete[-(kept_count - 1) :]):
        shutil.rmtree(_scatter_path(version), ignore_errors=True)


@contextmanager
def disk_full_errors(store: StorePath) -> Iterator[None]:
    """Raise `StoreFullError` for errors caused by a full disk."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        # Arrow and Lance keep the message of the system, but not always its error number.
        number = getattr(error, "errno", None)
        if number == errno.ENOSPC or "No space left" in str(error):
            raise StoreFullError(store.path) from error
        raise
