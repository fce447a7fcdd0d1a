"""What is counted, and that it is given to Prometheus on a port of its own."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from dashboard.process.export_jobs import ExportJob, ExportJobs
from queries.breakdowns.overview import model_mix
from queries.errors import (
    ExportError,
    FilterError,
    LargeQueryError,
    NotFoundError,
    PortError,
    SlowQueryError,
)
from queries.filters import Filters
from queries.observability import instrumentation, metrics
from queries.observability.instrumentation import instrumented
from queries.open_store import open_store
from queries.search.service import search, similar
from queries.settings import Settings
from queries.store.sql_files import query_names
from tests.support import server
from tests.support.browser import free_port
from tests.support.command_line import chatscape
from tests.support.paths import ROOT


def value(metric: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(metric, labels) or 0.0


def test_a_query_is_counted_by_its_name_and_timed(tiny_store):
    before = value("chatscape_queries_total", name="model_mix", outcome="ok")
    seconds = value("chatscape_query_seconds_sum", name="model_mix")
    began = time.perf_counter()
    model_mix(tiny_store, Filters())
    took = time.perf_counter() - began
    assert value("chatscape_queries_total", name="model_mix", outcome="ok") == before + 1
    assert 0 < value("chatscape_query_seconds_sum", name="model_mix") - seconds <= took


def test_a_query_that_is_stopped_is_slow_and_one_without_room_is_large(sample_folder, monkeypatch):
    slow = value("chatscape_queries_total", name="slice_size", outcome="slow")
    large = value("chatscape_queries_total", name="model_mix", outcome="large")
    store = open_store(sample_folder, Settings(memory_gb=0.001))
    with pytest.raises(LargeQueryError):
        model_mix(store, Filters())
    store.close()
    rows = "range(10_000_000)"
    endless = f"select count(*) from {rows} a, {rows} b where a.range * b.range % 7 = 3"
    monkeypatch.setattr("queries.store.sql_files.query_text", lambda _: endless)
    store = open_store(sample_folder, Settings(query_seconds=0.2))
    with pytest.raises(SlowQueryError):
        store.run("slice_size", Filters())
    store.close()
    assert value("chatscape_queries_total", name="slice_size", outcome="slow") == slow + 1
    assert value("chatscape_queries_total", name="model_mix", outcome="large") == large + 1


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (SlowQueryError("x", 1), "slow"),
        (LargeQueryError("x", 1), "large"),
        (FilterError("x"), "refused"),
        (NotFoundError("x"), "refused"),
        (ValueError("x"), "failed"),
        (KeyboardInterrupt(), "failed"),
    ],
)
def test_the_outcome_follows_from_the_error(error, outcome):
    before = value("chatscape_searches_total", mode="words", outcome=outcome)
    with pytest.raises(type(error)), instrumented("search", "words"):
        raise error
    assert value("chatscape_searches_total", mode="words", outcome=outcome) == before + 1


def test_searches_are_counted_by_mode(indexed_store):
    def counts():
        modes = ("words", "meaning", "both", "like")
        return {mode: value("chatscape_searches_total", mode=mode, outcome="ok") for mode in modes}

    before = counts()
    for mode in ("words", "meaning", "both", "both"):
        search(indexed_store, Filters(), "python", mode=mode)
    key = search(indexed_store, Filters(), "python", mode="words").rows["conversation_id"].iloc[0]
    similar(indexed_store, Filters(), key)
    after = counts()
    more = {mode: after[mode] - before[mode] for mode in after}
    assert more == {"words": 2, "meaning": 1, "both": 2, "like": 1}


def test_labels_are_few_and_hold_no_value_of_the_data(indexed_store):
    search(indexed_store, Filters(), "zebrafish", mode="words")
    with pytest.raises(FilterError):
        search(indexed_store, Filters(), '"zebrafish', mode="words")
    exposition = generate_latest(metrics.REGISTRY).decode()
    assert "zebrafish" not in exposition
    for name, text in re.findall(r'(\w+)="([^"]*)"', exposition):
        allowed = {
            "name": set(query_names()),
            "mode": {"words", "meaning", "both", "like"},
            "outcome": {"ok", "slow", "large", "refused", "failed", "ready", "stopped"},
        }
        assert name == "le" or text in allowed[name]


def test_exports_are_counted_by_how_they_end():
    def counts():
        ways = ("ready", "failed", "stopped")
        return [value("chatscape_exports_total", outcome=way) for way in ways]

    def fails(job):
        raise ExportError(ROOT, "it was to fail")

    def breaks(job):
        raise ValueError("it was to break")

    before, exports = counts(), ExportJobs()
    threads = [
        exports.start(ExportJob("a", "", 1), lambda _: {}),
        exports.start(ExportJob("b", "", 1), fails),
        exports.start(ExportJob("c", "", 1), breaks),
        exports.start(ExportJob("d", "", 1, state="stopped"), lambda _: {}),
    ]
    for thread in threads:
        thread.join()
    assert [after - earlier for after, earlier in zip(counts(), before, strict=True)] == [1, 2, 1]
    assert value("chatscape_exports_under_way") == 0


def test_timing_a_query_costs_next_to_nothing():
    """20 microseconds are the limit; here only an order of magnitude more fails.

    Processor time is counted: other processes do not add to it.
    """
    began = time.thread_time()
    for _ in range(1_000):
        with instrumented("query", "slice_size") as query:
            query.with_row_count([])
    assert (time.thread_time() - began) / 1_000 < 200e-6


def test_counting_from_many_threads_loses_nothing():
    before = value("chatscape_queries_total", name="messages", outcome="ok")

    def ask(_: int) -> None:
        with instrumented("query", "messages"):
            pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(2_000)))
    assert value("chatscape_queries_total", name="messages", outcome="ok") == before + 2_000


def test_every_metric_is_in_the_documentation():
    text = (ROOT / "docs" / "operations.md").read_text()
    with instrumented("search", "words"), instrumented("query", "messages"):
        pass
    metrics.EXPORTS.labels("ready")
    for family in metrics.REGISTRY.collect():
        if not family.name.startswith("process_"):
            name = family.name + ("_total" if family.type == "counter" else "")
            assert f"`{name}`" in text, name


def test_a_port_that_is_taken_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=rf"port {port}: .*with CHATSCAPE_METRICS_PORT\.$"):
            metrics.Exposition("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_one_sentence():
    with pytest.raises(PortError, match=r"Cannot listen on 192\.0\.2\.1"):
        metrics.Exposition("192.0.2.1", free_port())


def test_serve_says_that_the_port_of_metrics_is_taken(sample_folder, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("CHATSCAPE_METRICS_PORT", str(port))
        done = chatscape("serve", "--store", sample_folder, "--port", free_port(), timeout=600)
        both = chatscape("serve", "--store", sample_folder, "--port", port, timeout=600)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: Cannot listen on 127.0.0.1, port {port}: Address already in use. "
        "Stop the program that uses it, or choose another port with CHATSCAPE_METRICS_PORT.\n"
    )
    assert "Address already in use" in both.stderr


def test_one_port_cannot_be_for_both(sample_folder, monkeypatch):
    port = free_port()
    monkeypatch.setenv("CHATSCAPE_METRICS_PORT", str(port))
    done = chatscape("serve", "--store", sample_folder, "--port", port, timeout=600)
    assert done.returncode == 1
    assert f"port {port}: the dashboard itself uses it" in done.stderr


def test_the_server_gives_what_its_readers_did(sample_folder, tmp_path):
    port = free_port()
    options = {"metrics_port": port, "log": "json"}
    with server.serving(sample_folder, tmp_path / "log", **options) as host:
        before = _given(port)
        with server.reading(host) as page:
            server.opened(page, "")
            server.opened(page, "model=gpt-4")
            now = _given(port)
            assert server.health(host)[1]["open_sessions"] == 1
        assert now["chatscape_reruns_total"] - before["chatscape_reruns_total"] == 2
        assert now["chatscape_rerun_seconds_count"] == now["chatscape_reruns_total"]
        assert now["chatscape_open_sessions"] == 1
        sample = 'chatscape_queries_total{"name": "model_mix", "outcome": "ok"}'
        assert now[sample] == 2
        assert now["process_resident_memory_bytes"] > 50e6
        assert 0 < now["chatscape_duckdb_memory_bytes"] < now["chatscape_duckdb_memory_limit_bytes"]
        assert b"chatscape_queries" not in server.fetch(f"{host}/metrics")[1]


def _given(port: int) -> dict[str, float]:
    """Every sample by its name and labels."""
    import json

    status, body = server.fetch(f"127.0.0.1:{port}/metrics")
    assert status == 200
    return {
        sample.name + (json.dumps(sample.labels) if sample.labels else ""): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_slow_answers_are_logged_and_quick_ones_are_not(monkeypatch, caplog):
    with instrumented("query", "messages"):
        pass
    assert not caplog.records
    monkeypatch.setattr(instrumentation, "SLOW_SECONDS", 0.0)
    with instrumented("query", "messages") as query:
        query.with_row_count([1, 2])
    (record,) = caplog.records
    logged = record.chatscape_fields
    assert (logged["name"], logged["outcome"], logged["rows"]) == ("messages", "ok", 2)
