"""Many readers at once: ``python -m tests.load --rows 1000000``, or ``--store`` for a store."""

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from queries.state.licence import is_acceptance_needed
from queries.store.layout import StorePath
from tests.bench.measure import resident_mb, run_chatscape, run_python
from tests.load.flood import flood
from tests.load.known import Known
from tests.load.memory import processor_seconds, watched
from tests.load.report import Load, Phase, missed, written
from tests.load.visitor import THINK_SECONDS, visit
from tests.support.browser import free_port, wait_until_healthy

WARM_SECONDS = 12.0
"""A server has taken its facts into memory by then, and opened its index."""


@dataclass(frozen=True)
class Effort:
    """How much is done.

    Attributes:
        sessions: readers at the same time.
        seconds: that each phase lasts.
        after_seconds: that pass from the last reader's leaving to the last look at the memory.
        warm_seconds: that pass before the first one comes, and that this one stays.
        rest_seconds: that pass before the first look at the memory.
        think_seconds: the least and the most that a reader looks at a page.
        has_flood: whether there is a second phase with one reader who asks slow questions.
        arrive_seconds: from the first reader's coming to the last one's; 0 for all at one moment,
            after which they do the same things at about the same time.
        last_step: the kind of a step that each reader takes at least once, even after the time.
    """

    sessions: int = 50
    seconds: float = 120.0
    after_seconds: float = 60.0
    warm_seconds: float = WARM_SECONDS
    rest_seconds: float = 30.0
    think_seconds: tuple[float, float] = THINK_SECONDS
    has_flood: bool = True
    arrive_seconds: float = 0.0
    last_step: str = ""


def main() -> None:
    """Prepare, serve, let the readers in, and say how they fared; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of a synthetic dataset")
    parser.add_argument("--store", type=Path, help="a store to serve instead; it stays as it is")
    parser.add_argument("--sessions", type=int, default=Effort.sessions)
    parser.add_argument("--seconds", type=float, default=Effort.seconds, help="of each phase")
    parser.add_argument("--arrive", type=float, default=0.0, help="seconds in which readers come")
    parser.add_argument("--no-index", action="store_true", help="build no search index")
    parser.add_argument("--no-flood", action="store_true", help="nobody asks slow questions")
    parser.add_argument("--out", type=Path, default=Path("bench"), help="where the report goes")
    options = parser.parse_args()
    effort = Effort(
        options.sessions,
        options.seconds,
        has_flood=not options.no_flood,
        arrive_seconds=options.arrive,
    )
    with tempfile.TemporaryDirectory(prefix="chatscape-load-") as folder:
        store = options.store or prepared(
            Path(folder), options.rows, has_index=not options.no_index
        )
        if is_acceptance_needed(StorePath(store), StorePath(store).current()):
            parser.error("the licence of this data is not accepted: chatscape accept-licence")
        load = measured(store, effort, Path(folder) / "server.log")
    written_report = written(load)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "load.md").write_text(written_report)
    sys.stdout.write(written_report)
    sys.exit(1 if missed(load) else 0)


def prepared(folder: Path, rows: int, *, has_index: bool) -> Path:
    """A store of synthetic conversations, made as the benchmark makes one."""
    run_chatscape("sample", str(folder / "raw"), "--rows", str(rows), "--shards", "6")
    run_chatscape("prepare", str(folder / "raw"), "--store", str(folder / "store"))
    if has_index:
        run_python("tests.bench.index", str(folder / "store"))
    return folder / "store"


def measured(store: Path, effort: Effort, log: Path) -> Load:
    """Serve a store and let the readers in.

    Raises:
        SystemExit: the server wrote a traceback to its log.
    """
    known = Known(store)
    known.read()  # Before there is a server that it would slow.
    with serving(store, log) as (port, process_id):
        load = asyncio.run(_visited(port, process_id, known, effort))
    if "Traceback" in log.read_text():
        raise SystemExit(f"The server wrote:\n{log.read_text()[-4_000:]}")
    return load


@contextmanager
def serving(store: Path, log: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of a server of a store."""
    port = free_port()
    command = [sys.executable, "-m", "tests.load.server", "--store", str(store)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process, log.read_text)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


async def _visited(port: int, process_id: int, known: Known, effort: Effort) -> Load:
    await asyncio.sleep(effort.warm_seconds)
    # One reader who does everything, and one who asks what is slow: what is loaded and remembered
    # at first use is no matter of load.
    alone = Effort(1, effort.warm_seconds, think_seconds=(0, 0))
    await _phase("warm", port, process_id, known, alone, has_flood=effort.has_flood)
    await asyncio.sleep(effort.rest_seconds)
    load = Load(effort.sessions, [], idle_mb=resident_mb(process_id))
    load.phases.append(await _phase("Readers", port, process_id, known, effort))
    if effort.has_flood:
        name = "Readers, beside one who asks slow questions"
        load.phases.append(await _phase(name, port, process_id, known, effort, has_flood=True))
    await asyncio.sleep(effort.after_seconds)
    load.after_mb = resident_mb(process_id)
    return load


async def _phase(
    name: str,
    port: int,
    process_id: int,
    known: Known,
    effort: Effort,
    *,
    has_flood: bool = False,
) -> Phase:
    """All readers at once, for a while; the same ones each time."""
    phase = Phase(name)
    begun, processor = time.monotonic(), processor_seconds(process_id)
    until = begun + effort.arrive_seconds + effort.seconds

    async def reader(seed: int) -> None:
        await asyncio.sleep(effort.arrive_seconds * seed / effort.sessions)
        await visit(
            port,
            known,
            seed=seed,
            until=until,
            note=phase.steps.append,
            think_seconds=effort.think_seconds,
            last_step=effort.last_step,
        )

    async with watched(process_id) as peak, asyncio.TaskGroup() as readers:
        for seed in range(effort.sessions):
            readers.create_task(reader(seed))
        if has_flood:
            readers.create_task(flood(port, known, until=until, note=phase.heavy.append))
    phase.peak_mb = peak.megabytes
    phase.processor_seconds = processor_seconds(process_id) - processor
    phase.seconds = time.monotonic() - begun
    return phase


if __name__ == "__main__":
    main()
