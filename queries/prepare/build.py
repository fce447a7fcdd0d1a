"""Build a version of a store: the steps, in order, resumable; the only writer."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from queries.errors import StoreFullError
from queries.layout import StorePath, Version, write_json
from queries.prepare.gather import Rows, columns_of_the_whole, gather_part, part_path
from queries.prepare.lock import sole_writer
from queries.prepare.manifest import manifest
from queries.prepare.plan import PREPARE_VERSION, Plan, fingerprint, plan
from queries.prepare.scatter import Scattered, scatter_unit
from queries.prepare.sources import Source, find_files, inspect
from queries.progress import Advance, Progress
from queries.removal.register import removed_ids

WORKERS = min(4, os.cpu_count() or 1)
"""Units or parts worked on at the same time; each needs about 300 MB."""

KEPT_VERSIONS = 2
"""The live version and the one before it: a dashboard that has the old one open keeps working."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to.

    Attributes:
        version: the live version of the store.
        is_new: false where the store already held exactly this.
        resumed_rows: rows that an interrupted build had already read.
    """

    version: Version
    is_new: bool
    resumed_rows: int


def build_store(
    raw: str, store: StorePath, progress: Progress, *, limit: int | None = None, fresh: bool = False
) -> Built:
    """Prepare raw parquet as the live version of a store.

    Args:
        raw: a file, a folder of shards or a glob.
        store: where; made when it is not there.
        progress: shows the steps.
        limit: prepare at most so many rows, in the order of files.
        fresh: begin anew instead of going on with an interrupted build, and build even what is
            there already.

    Raises:
        SourceError: the raw data cannot be prepared.
        StoreBusyError: somebody else prepares this store.
        StoreFullError: the disk is full.
    """
    files = find_files(raw)
    with sole_writer(store), full_disk_said(store):
        sources = []
        with progress.step("Checking files", len(files), "files") as advance:
            for file in files:
                sources.append(inspect(file))
                advance(1)
        removed = removed_ids(store)
        version = None if fresh else _already_built(store, sources, limit)
        if version is not None:
            built = Built(version, is_new=False, resumed_rows=0)
        else:
            built = _build(store, sources, limit, removed, fresh=fresh, progress=progress)
        clean_up(store, built.version)
        return built


def _already_built(store: StorePath, sources: list[Source], limit: int | None) -> Version | None:
    """The complete version that holds just this; made live when a build was cut off before that.

    What was removed since is hidden in it, and what was purged is not in it: it is whole all the
    same.
    """
    wanted = fingerprint([source.sha256 for source in sources], limit)
    complete = [v for v in store.versions() if v.is_complete and _raw(v) == wanted]
    if not complete:
        return None
    newest = complete[-1]
    if store.current_name() != newest.name:
        store.set_current(newest)
    return newest


def _raw(version: Version) -> str:
    """The fingerprint of the raw data of a version, whatever was left out of it."""
    said = version.manifest()
    made = said["steps"]["prepare"]["prepare_version"]
    hashes = [source["sha256"] for source in said["sources"]]
    return fingerprint(hashes, said["limit"]) if made == PREPARE_VERSION else ""


def _build(
    store: StorePath,
    sources: list[Source],
    limit: int | None,
    removed: pa.Array,
    *,
    fresh: bool,
    progress: Progress,
) -> Built:
    started = time.monotonic()
    with progress.step(
        "Checking ids", sum(source.row_count for source in sources), "rows"
    ) as advance:
        work = plan(sources, limit, removed)
        advance(sum(unit.row_count for unit in work.units))
    version = _version_to_build(store, work, fresh=fresh)
    scattered = Scattered(_scatter_path(version), len(work.units))
    done = [n for n in range(len(work.units)) if scattered.is_done(n)]
    resumed_rows = sum(work.units[n].row_count for n in done)
    _scatter(scattered, work, sources, done, progress)
    _gather(scattered, work, version, progress)
    seconds = time.monotonic() - started
    write_json(version.manifest_path, manifest(version, work, sources, scattered, limit, seconds))
    store.set_current(version)
    return Built(version, is_new=True, resumed_rows=resumed_rows)


def _version_to_build(store: StorePath, work: Plan, *, fresh: bool) -> Version:
    """The interrupted build of the same plan, or a new one; other leftovers are removed."""
    unfinished = [v for v in store.versions() if not v.is_complete]
    same = [v for v in unfinished if v.fingerprint == work.fingerprint and not fresh]
    for version in unfinished:
        if version not in same[-1:]:
            store.discard(version)
    if same:
        return same[-1]
    now = datetime.now(UTC)
    version = store.version(f"{now:%Y%m%dT%H%M%S%f}Z-{work.fingerprint}")
    _scatter_path(version).mkdir(parents=True)
    return version


def _scatter_path(version: Version) -> Path:
    return version.path / "scatter"


def _scatter(
    scattered: Scattered, work: Plan, sources: list[Source], done: list[int], progress: Progress
) -> None:
    finished = set(done)

    def tasks(advance: Advance) -> Iterator[Callable[[], None]]:
        for number, unit in enumerate(work.units):
            if number in finished:
                advance(unit.row_count)
                continue

            def task(number: int = number) -> None:
                unit = work.units[number]
                scatter_unit(scattered, number, unit, sources[unit.source], work)
                advance(unit.row_count)

            yield task

    rows = sum(unit.row_count for unit in work.units)
    with progress.step("Reading conversations", rows, "rows") as advance:
        _run(tasks(advance))


def _gather(scattered: Scattered, work: Plan, version: Version, progress: Progress) -> None:
    gather(scattered, work.part_count, work.row_count, version, progress)


def gather(flat: Rows, parts: int, row_count: int, version: Version, progress: Progress) -> None:
    """Write the tables of a version, part by part; those that are there are left as they are.

    Args:
        flat: the rows.
        parts: how many parts they are in.
        row_count: conversations in all of them.
        version: where to write.
        progress: shows the step.
    """
    whole = columns_of_the_whole(flat, parts)
    starts = [0]
    for part in range(parts):
        starts.append(starts[-1] + flat.part(part, "conversations").num_rows)

    def tasks(advance: Advance) -> Iterator[Callable[[], None]]:
        for part in range(parts):
            rows = whole.slice(starts[part], starts[part + 1] - starts[part])
            if part_path(version, "conversations", part).is_file():
                advance(rows.num_rows)
                continue

            def task(part: int = part, rows: pa.Table = rows) -> None:
                gather_part(flat, part, rows, version)
                advance(rows.num_rows)

            yield task

    with progress.step("Sorting and writing", row_count, "rows") as advance:
        _run(tasks(advance))


def _run(tasks: Iterable[Callable[[], None]]) -> None:
    """Run tasks on a few threads; the first failure stops the rest and is raised."""
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(task) for task in tasks]
        finished, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        for future in finished:
            future.result()


def clean_up(store: StorePath, live: Version) -> None:
    """Remove versions that nobody opens any more, and what complete ones were made from."""
    complete = [v for v in store.versions() if v.is_complete and v != live]
    for version in complete[: max(0, len(complete) - (KEPT_VERSIONS - 1))]:
        store.discard(version)
    store.empty_discarded()
    for version in (live, *complete[-(KEPT_VERSIONS - 1) :]):
        shutil.rmtree(_scatter_path(version), ignore_errors=True)


@contextmanager
def full_disk_said(store: StorePath) -> Iterator[None]:
    """Say in a sentence that the disk is full, where that is what went wrong."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        # Arrow and Lance have the system's words but not always its number.
        number = getattr(error, "errno", None)
        if number == errno.ENOSPC or "No space left" in str(error):
            raise StoreFullError(store.path) from error
        raise
