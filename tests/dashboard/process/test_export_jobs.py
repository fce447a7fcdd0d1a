"""Export jobs: their states, a cancellation at any moment, and the order in which they run."""

import threading

import pytest

from dashboard.process.export_jobs import ExportJob, ExportJobs
from dashboard.process.removal_check import RemovalCheck
from queries.export.staging import new_prepared
from queries.store.layout import StorePath

SECONDS = 10


class JobWithHook(ExportJob):
    """A job that another thread acts on just before it enters a state."""

    def __init__(self, before: str, act) -> None:
        super().__init__(name="x.parquet", words="all", total=1)
        self._before, self._act = before, act

    def transition(self, state) -> None:
        if state == self._before:
            self._act(self)
        super().transition(state)


def finish(thread: threading.Thread) -> None:
    thread.join(SECONDS)
    assert not thread.is_alive()


def writing(folder):
    """A function that writes the file of a job into a store in a folder."""

    def write(job) -> dict:
        job.prepared = new_prepared(StorePath(folder), job.token)
        job.path.write_text("rows")
        return {"counts": {}}

    return write


def files_in(folder) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("moment", ["running", "ready"])
def test_a_cancellation_at_the_last_moment_is_not_lost(tmp_path, moment):
    exports = ExportJobs()

    job = JobWithHook(moment, lambda current: exports.cancel(current.token))
    finish(exports.start(job, writing(tmp_path)))
    assert job.state == "stopped"
    assert exports.find(job.token) is None
    assert not files_in(tmp_path)


def test_a_finished_export_stays_until_it_is_removed(tmp_path):
    exports = ExportJobs()
    job = ExportJob(name="x.parquet", words="all", total=3)
    finish(exports.start(job, writing(tmp_path)))
    assert (job.state, job.written) == ("ready", 3)
    assert not job.stop()
    assert job.state == "ready"
    assert files_in(tmp_path) == ["x.parquet"]
    exports.cancel(job.token)
    assert not files_in(tmp_path)


def test_an_export_is_deleted_six_hours_after_it_was_made_though_nobody_asks(tmp_path):
    now = 1_000.0
    exports = ExportJobs(clock=lambda: now)
    job = ExportJob(name="x.parquet", words="all", total=1)
    finish(exports.start(job, writing(tmp_path)))
    now += 6 * 3600 - 1
    exports.delete_outdated()
    assert exports.find(job.token) is job
    now += 1
    exports.delete_outdated()
    assert not files_in(tmp_path)
    assert exports.find(job.token) is None


def test_an_export_that_is_still_written_does_not_expire(tmp_path):
    now = 0.0
    exports = Exports(clock=lambda: now)
    job = exports.add("a", "ada")
    now += 7 * 3600
    exports.delete_outdated()
    assert exports.find(job.token) is job
    exports.end.set()
    finish(exports.threads[0])
    assert job.ended == now


def test_an_export_is_deleted_once_something_in_it_is_removed(tmp_path):
    exports, removed = ExportJobs(), []
    job = ExportJob(name="x.parquet", words="all", total=1)
    job.removals = RemovalCheck(StorePath(tmp_path), lambda: bool(removed), checked="unknown")
    finish(exports.start(job, writing(tmp_path)))
    job.removals._checked = "before a removal"
    removed.append("c")
    exports.delete_outdated()
    assert not files_in(tmp_path)
    assert exports.find(job.token) is None


def test_a_server_that_stops_leaves_no_export(tmp_path):
    exports = Exports()
    jobs = [exports.add("a", "ada"), exports.add("b", "ben")]
    exports.cancel_all()
    exports.end.set()
    for thread in exports.threads:
        finish(thread)
    assert [job.state for job in jobs] == ["stopped", "stopped"]


class Exports(ExportJobs):
    """Jobs whose first one is held until `end` is set, so that the others wait behind it."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.end = threading.Event()
        self.order: list[str] = []
        self.threads: list[threading.Thread] = []

    def add(self, name: str, user: str) -> ExportJob:
        started = threading.Event()

        def write(job) -> dict:
            self.order.append(name)
            started.set()
            assert self.end.wait(SECONDS)
            return {}

        job = ExportJob(name=name, words="all", total=1, session=user)
        is_first = not self.threads
        self.threads.append(self.start(job, write))
        if is_first:
            assert started.wait(SECONDS)
        return job


def test_another_user_goes_before_the_second_export_of_the_first(tmp_path):
    exports = Exports()
    for name, user in (("a1", "ada"), ("a2", "ada"), ("a3", "ada"), ("b1", "ben")):
        exports.add(name, user)
        count = len(exports.threads)
        while len(exports._queue._waiting) < count - 1:
            exports.threads[-1].join(0.01)
    exports.end.set()
    for thread in exports.threads:
        finish(thread)
    assert exports.order == ["a1", "b1", "a2", "a3"]


def test_a_waiting_export_that_is_cancelled_is_never_written():
    exports = Exports()
    exports.add("first", "ada")
    job = exports.add("second", "ben")
    exports.cancel(job.token)
    finish(exports.threads[1])
    assert job.state == "stopped"
    exports.end.set()
    finish(exports.threads[0])
    assert exports.order == ["first"]
