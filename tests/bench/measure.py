"""Timings and memory: what a figure is, and how it is taken."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    Attributes:
        what: what was measured.
        unit: ms, s, MB or rows/s.
        values: one for each repetition.
        target: the design's target, in words; empty where it has none.
        limit: the target as a number in the unit, for the p95 (or the median where it says so).
        is_median: the limit is one for the median.
        naive: the same by the naive way, in the same unit; none where there is no such way.
        naive_way: what the naive way is.
    """

    what: str
    unit: str
    values: tuple[float, ...]
    target: str = ""
    limit: float | None = None
    is_median: bool = False
    naive: float | None = None
    naive_way: str = ""

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The value that 95 % of all stay at or below."""
        ordered = sorted(self.values)
        return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.limit is None:
            return None
        value = self.median if self.is_median else self.p95
        return value >= self.limit if self.unit in ("rows/s", "%") else value <= self.limit


def timed(task: Callable[[], object]) -> float:
    """Milliseconds that a task takes."""
    begun = time.perf_counter()
    task()
    return (time.perf_counter() - begun) * 1e3


def repeated(tasks: Iterable[Callable[[], object]], warm_up: int = 1) -> tuple[float, ...]:
    """Milliseconds of each task, after the first ones were run uncounted."""
    listed = list(tasks)
    for task in listed[:warm_up]:
        task()
    return tuple(timed(task) for task in listed)


def run_chatscape(*arguments: str) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a command in a process of its own.

    Raises:
        SystemExit: the command failed.
    """
    return _run([sys.executable, "-c", "from queries.cli import main; main()", *arguments])


def run_python(module: str, *arguments: str) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a module in a process of its own.

    Raises:
        SystemExit: it failed.
    """
    return _run([sys.executable, "-m", module, *arguments])


def _run(command: list[str]) -> tuple[float, float]:
    begun = time.perf_counter()
    # The report alone goes to standard output.
    child = subprocess.Popen(command, stdout=sys.stderr.fileno())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{' '.join(command[1:])} failed")
    # Linux counts in kilobytes, macOS in bytes.
    per_mb = 1e6 if sys.platform == "darwin" else 1e3
    return seconds, usage.ru_maxrss / per_mb


def resident_mb(process_id: int) -> float:
    """Resident memory of a process and its children, in MB."""
    process = psutil.Process(process_id)
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6
