"""Processes that a test starts, and waiting for what they do."""

import time


def children(process_id):
    import psutil

    try:
        return psutil.Process(process_id).children()
    except psutil.NoSuchProcess:
        return []


def is_alive(process):
    import psutil

    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def until(is_so, seconds=120.0):
    """Wait for something that comes to be."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)
