"""Counts and times reruns: executions of a page's script."""

import time

from queries.observability.metrics import RERUN_SECONDS, RERUNS


def start_timer() -> float:
    """Count a rerun. Call it first in the script.

    Returns:
        The start time, for `stop_timer`.
    """
    RERUNS.inc()
    return time.perf_counter()


def stop_timer(started: float) -> None:
    """Record how long a completed rerun took; one that was interrupted never gets here."""
    RERUN_SECONDS.observe(time.perf_counter() - started)
