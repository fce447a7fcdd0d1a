"""Exports that are prepared in the background: where they stand, and that a stop is never lost."""

import threading

import pytest

from dashboard.exports import Exports, Job


class Slowly(Job):
    """A job that another thread acts on just before it goes on to a state."""

    def __init__(self, before: str, act) -> None:
        super().__init__(name="x.parquet", words="all", total=1)
        self._before, self._act = before, act

    def become(self, state) -> None:
        if state == self._before:
            self._act(self)
        super().become(state)


@pytest.mark.parametrize("moment", ["running", "ready"])
def test_a_stop_at_the_last_moment_is_not_lost(tmp_path, moment):
    exports = Exports()
    ended = threading.Event()

    def write(job) -> dict:
        job.folder = tmp_path / "prepared"
        job.folder.mkdir()
        (job.folder / job.name).write_text("rows")
        return {}

    job = Slowly(moment, lambda one: exports.forget(one.token))
    exports.begin(job, write)
    exports._writers.submit(ended.set)
    assert ended.wait(10)
    assert job.state == "stopped"
    assert exports.find(job.token) is None
    assert not (tmp_path / "prepared").exists()


def test_one_that_is_ready_stays_until_it_is_forgotten(tmp_path):
    exports = Exports()
    ended = threading.Event()

    def write(job) -> dict:
        job.folder = tmp_path / "prepared"
        job.folder.mkdir()
        return {"counts": {}}

    job = Job(name="x.parquet", words="all", total=3)
    exports.begin(job, write)
    exports._writers.submit(ended.set)
    assert ended.wait(10)
    assert (job.state, job.written) == ("ready", 3)
    assert not job.stop()
    assert job.state == "ready"
    exports.forget(job.token)
    assert not (tmp_path / "prepared").exists()
