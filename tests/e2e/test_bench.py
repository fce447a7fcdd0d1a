"""The benchmark runs, small: a smoke test. What it measures is for `make bench` to judge."""

import json
import math
import subprocess
import sys

import pytest

from tests.bench.__main__ import NAMES
from tests.bench.browser import PAGES
from tests.bench.reading import LISTS
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

# Everything is measured, and hardly repeated. Rests stay: a choice that comes too early is lost.
HASTY = """
from itertools import islice
from tests.bench import __main__, browser, reading, search

every_redraw = browser.redraw_times
browser.redraw_times = lambda page, turns: islice(every_redraw(page, turns), 2)
browser.WARM_MS, browser.SESSIONS = 1_000, 1
reading.OPENED_SMOKE = 1
search.QUERIES = 8
__main__.main()
"""

EVERY_TARGET = {
    "sample": "20,000 rows/s",
    "sample, peak memory": "2 GB",
    "prepare without index": "150 s",
    "prepare, peak memory": "6 GB",
    **{f"query {name}": "50 ms" for name in NAMES},
    "open a conversation by id": "50 ms",
    "export as published, parquet, not masked": "2 x bare COPY",
    "export as published, parquet, not masked, peak memory": "3 GB",
    "export as published, parquet, masked, peak memory of a process": "3 GB",
    "export as published, JSON lines, zstd, masked, peak memory of a process": "3 GB",
    "index, with vectors that stand in": "15 min",
    "index, peak memory": "6 GB",
    "embedding, of what the bare model reaches": "250 %",
    "recall@10 of meaning, all": "98 %",
    "recall@10 of meaning, the least under a filter": "98 %",
    "search by words: 20 rows and the total": "80 ms",
    "search by words, in 1 % of conversations: 20 rows and the total": "80 ms",
    "search by meaning: 20 rows and the total": "80 ms",
    "search by meaning, in 1 % of conversations: 20 rows and the total": "80 ms",
    "search by both: 20 rows and the total": "120 ms",
    "like this: 20 rows": "60 ms",
    "67 searches as people type them, each once": "80 ms",
    "size of a slice of words": "300 ms",
    "from the command to the first chart, all cold": "4 s",
    "reload warm, to first chart": "1.2 s",
    "filter change to all charts redrawn (slices not seen before)": "350 ms median",
    "the same, p95, beside the slim parquet": "700 ms p95",
    **{f"the same on {title}": "350 ms median" for title in PAGES},
    **{f"the same on {title}, p95": "700 ms p95" for title in PAGES},
    "resident memory while serving, one page open": "1.5 GB",
    "resident memory for each further session": "20 MB",
    **{f"next conversation of a list {name}, to readable": "300 ms" for name in LISTS},
    "open 200 turns of 2,000 characters, to readable": "1 s",
    "open 2 turns of 100,000 characters, to readable": "1 s",
    "open 200 turns of 100,000 characters, to readable": "1 s",
    "topics, vectors given": "5 min",
    "topics, peak memory": "4 GB",
    "the map, vectors given": "10 min",
    "the map, peak memory": "5 GB",
    "the map, from opening it until its points are drawn, in software": "2 s",
    "the map, bytes of a point": "6 bytes",
    "the map, a filter change until it is repainted": "300 ms",
}


def test_the_benchmark_measures_every_target_at_10_000_rows(tmp_path):
    command = [sys.executable, "-c", HASTY, "--rows", "10000", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    targets = {f["what"]: f["target"] for f in report["figures"] if f["target"]}
    assert targets == EVERY_TARGET
    assert len(NAMES) > 20
    for figure in report["figures"]:
        assert all(math.isfinite(value) for value in figure["values"]), figure["what"]
        assert figure["naive"] is None or figure["naive_way"]
    assert (tmp_path / "report.md").read_text() == done.stdout
    assert "| query model_mix |" in done.stdout
