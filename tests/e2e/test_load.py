"""The load test runs, small: a smoke test. What it measures is for `make load` to judge."""

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from tests.load.__main__ import Effort, measured
from tests.load.report import written
from tests.support.fake_embedder import HashedWordsEmbedder

pytestmark = pytest.mark.slow

HASTY = Effort(
    sessions=3,
    seconds=5.0,
    after_seconds=0.5,
    warm_seconds=5.0,
    rest_seconds=0.5,
    think_seconds=(0.0, 0.1),
    last_step="page Browse",
)
IN_ORDER = (
    *("open the dashboard", "filter by address", "filter by a widget", "page Models"),
    *("page Moderation", "search by words", "search by meaning", "page Browse"),
)


def test_three_readers_and_one_with_slow_questions_find_no_error(sample_folder, tmp_path):
    shutil.copytree(sample_folder, tmp_path / "store")
    build_index(StorePath(tmp_path / "store"), HashedWordsEmbedder(), Silent())
    # The thread of the tests belongs to the browser's loop.
    with ThreadPoolExecutor(1) as apart:
        load = apart.submit(measured, tmp_path / "store", HASTY, tmp_path / "log").result()
    assert len(load.phases) == 2
    for phase in load.phases:
        assert [step for step in (*phase.steps, *phase.heavy) if step.problem] == []
        taken = Counter(step.kind for step in phase.steps)
        assert taken["open the dashboard"] == 3
        # Each step is taken after the one before it, by each reader, as often as there is time.
        assert all(taken[after] <= taken[before] for before, after in pairwise(IN_ORDER[1:]))
        assert taken["next conversation"] <= taken["open a conversation"]
        assert all(step.bytes > 0 for step in phase.steps)
    assert {*IN_ORDER, "open a conversation"} <= {step.kind for step in load.phases[0].steps}
    slow = Counter(step.kind for step in load.phases[1].heavy)
    assert slow["slow: export everything, masked"] == 1
    assert slow["slow: search for “the”"] >= 1
    assert load.idle_mb > 0
    assert load.phases[0].processor_seconds > 0
    assert "| search by words |" in written(load)
