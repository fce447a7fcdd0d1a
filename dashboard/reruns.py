"""Runs of the script of a page, counted and timed."""

import time

from queries.metrics import RERUN_SECONDS, RERUNS


def begin() -> float:
    """Count a run; call it first in the script.

    Returns:
        What `end` is given.
    """
    RERUNS.inc()
    return time.perf_counter()


def end(began: float) -> None:
    """Time a run that has come to its end: one that was stopped or begun again does not."""
    RERUN_SECONDS.observe(time.perf_counter() - began)
