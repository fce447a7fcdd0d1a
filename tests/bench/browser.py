"""What a person waits for: first page, reload, redraw after a choice; in a real Chromium."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from queries.store.layout import StorePath
from tests.bench.measure import Figure, resident_mb
from tests.support.browser import chromium, chromium_arguments, free_port, wait_until_healthy

BAR = ".js-plotly-plot .barlayer path"
QUIET_MS = 700
WARM_MS = 7_000  # What is put off until the first page is there is done by then.
SESSIONS = 5


@dataclass(frozen=True, slots=True)
class Effort:
    """How often everything is repeated."""

    reloads: int = 20
    cold_starts: int = 3
    turns: Sequence[str] = ("2", "3", "4", "5", "6")
    page_turns: Sequence[str] = ("2", "3", "4")


SMOKE = Effort(reloads=2, cold_starts=1, turns=("2",), page_turns=("2",))
"""Enough to see that everything can be measured."""

# Each with a filter of its own: what one page asked must not answer the next.
PAGES = {
    "Models": "models?max_turns=60",
    "Languages": "languages?max_turns=61",
    "Moderation, verdicts": "moderation?max_turns=62",
    "Moderation, scores and thresholds": "moderation?max_turns=63&section=scores",
    "Lengths and turns": "lengths?max_turns=64",
    "Compare with everything else": "compare?max_turns=65&language=English&against=rest",
}
PLAIN_RAW = "four bars in plain Streamlit over the raw files"
PLAIN_SLIM = "four bars in plain Streamlit over the store's slim parquet"

# The time from a click to the last change of the page's main part that followed it.
WATCH = """() => {
  window.changed = window.clicked = 0
  const main = document.querySelector('[data-testid=stMain]')
  const note = () => { window.changed = performance.now() }
  const what = {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['d']
  }
  new MutationObserver(note).observe(main, what)
  for (const node of main.querySelectorAll('*')) {
    if (node.shadowRoot) new MutationObserver(note).observe(node.shadowRoot, what)
  }
  for (const name of ['click', 'keydown']) {
    document.addEventListener(name, () => { window.clicked = performance.now() }, true)
  }
}"""


@contextmanager
def fresh_browser() -> Iterator[Browser]:
    """A browser without anything remembered."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=chromium_arguments())
        yield browser
        browser.close()


@contextmanager
def serving(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def dashboard(store: Path, port: int) -> list[str]:
    """The command that serves a store."""
    code = "from queries.cli import main; main()"
    return [sys.executable, "-c", code, "serve", "--store", str(store), "--port", str(port)]


def first_chart(page: Page, url: str) -> float:
    """Seconds until the first bar of the page is there."""
    begun = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(BAR, timeout=120_000)
    return time.perf_counter() - begun


def redraw(page: Page, choose: object) -> float:
    """Milliseconds from a choice until nothing on the page changes any more."""
    page.evaluate("window.changed = window.clicked = 0")
    choose()  # type: ignore[operator]
    page.wait_for_function(
        f"window.changed && performance.now() - window.changed > {QUIET_MS}", timeout=120_000
    )
    return float(page.evaluate("window.changed - window.clicked"))


def figures(store: Path, raw: str, effort: Effort) -> Iterator[Figure]:
    """Everything that is measured in the browser."""
    plain_raw = plain_redraw(raw)
    plain_slim = plain_redraw(str(StorePath(store).current().table("conversations") / "*.parquet"))
    cold, reloads, redraws, idle, per_session, redraws_by_page = dashboard_times(store, effort)
    yield Figure("from the command to the first chart, all cold", "s", cold, "4 s", 4.0)
    yield Figure("reload warm, to first chart", "s", reloads, "1.2 s", 1.2)
    yield Figure(
        "filter change to all charts redrawn (slices not seen before)",
        "ms",
        redraws,
        "350 ms median",
        350,
        is_median=True,
        naive=plain_raw,
        naive_way=PLAIN_RAW,
    )
    yield Figure(
        "the same, p95, beside the slim parquet",
        "ms",
        redraws,
        "700 ms p95",
        700,
        naive=plain_slim,
        naive_way=PLAIN_SLIM,
    )
    for title, times in redraws_by_page.items():
        yield Figure(f"the same on {title}", "ms", times, "350 ms median", 350, is_median=True)
        yield Figure(f"the same on {title}, p95", "ms", times, "700 ms p95", 700)
    yield Figure("resident memory while serving, one page open", "MB", (idle,), "1.5 GB", 1500)
    yield Figure("resident memory for each further session", "MB", (per_session,), "20 MB", 20)


def dashboard_times(
    store: Path, effort: Effort
) -> tuple[
    tuple[float, ...],
    tuple[float, ...],
    tuple[float, ...],
    float,
    float,
    dict[str, tuple[float, ...]],
]:
    """Cold starts, reloads (s), redraws (ms), memory idle and a session (MB), redraws by page."""
    cold = []
    for last in [False] * (effort.cold_starts - 1) + [True]:
        port = free_port()
        url = f"http://127.0.0.1:{port}/"
        with fresh_browser() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1500})
            begun = time.perf_counter()
            with serving(dashboard(store, port), port) as server:
                first_chart(page, url)
                cold.append(time.perf_counter() - begun)
                if last:
                    page.wait_for_timeout(WARM_MS)
                    reloads = [reload(page, url) for _ in range(effort.reloads)]
                    redraws = tuple(redraw_times(page, effort.turns))
                    idle, per_session = memory(browser, server.pid, url)
                    by_page = {
                        title: tuple(page_redraws(browser, url + path, effort.page_turns))
                        for title, path in PAGES.items()
                    }
    return tuple(cold), tuple(reloads), redraws, idle, per_session, by_page


def reload(page: Page, url: str) -> float:
    """Seconds to the first chart of a page that is opened again; then a rest."""
    seconds = first_chart(page, url)
    page.wait_for_timeout(700)
    return seconds


def memory(browser: Browser, server: int, url: str) -> tuple[float, float]:
    """Resident memory (MB) of the server now, and for each of some further sessions."""
    idle = resident_mb(server)
    for _ in range(SESSIONS):
        first_chart(browser.new_page(), url)
    time.sleep(0.5)
    return idle, (resident_mb(server) - idle) / SESSIONS


def redraw_times(page: Page, turns: Sequence[str]) -> Iterator[float]:
    """Redraws after choices that make slices which nobody has asked for before."""
    page.evaluate(WATCH)
    for count in turns:
        box = page.get_by_label("Turns, at least")
        box.fill(count)
        yield redraw(page, lambda: page.keyboard.press("Enter"))
        for label in ("none", "user", "any message", "assistant"):
            pill = page.get_by_text(re.compile(rf"^{label} · ")).first
            yield redraw(page, pill.click)


def page_redraws(browser: Browser, url: str, turns: Sequence[str]) -> Iterator[float]:
    """Redraws of another page after choices, in a window that shows most of it."""
    page = browser.new_page(viewport={"width": 1440, "height": 1500})
    page.goto(url)
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=120_000)
    page.wait_for_timeout(2_000)
    yield from redraw_times(page, turns)
    page.close()


def plain_redraw(parquet: str) -> float:
    """Median milliseconds of a redraw of the plain page."""
    port = free_port()
    script = str(Path(__file__).with_name("plain_page.py"))
    command = [
        *(sys.executable, "-m", "streamlit", "run", script),
        *(f"--server.port={port}", "--server.headless=true", "--browser.gatherUsageStats=false"),
        *("--", parquet),
    ]
    with serving(command, port), fresh_browser() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1500})
        first_chart(page, f"http://127.0.0.1:{port}/")
        page.wait_for_timeout(2_000)
        page.evaluate(WATCH)
        times = []
        for label in ("none", "any", "all", "none", "any"):
            option = page.get_by_text(label, exact=True)
            times.append(redraw(page, option.click))
    return sorted(times)[len(times) // 2]
