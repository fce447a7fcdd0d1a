"""What topics and the map take: to build them, to send the points, to draw and redraw them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.bench.browser import dashboard, first_chart, fresh_browser, serving
from tests.bench.measure import Figure, run_chatscape
from tests.support.browser import free_port

REPAINTS = 10
REPAINTS_SMOKE = 2

_DRAWN = ".stage[data-state=drawn]"
_LEGEND = ".legend li button"
_PARTS = re.compile(r"/chatscape/map/[^/]+/[^/]+/(?:points|colours/\w+|slice)(?:\?|$)")

# Clicks the first class of the legend, and waits until the map shows another slice.
_REPAINTED = """() => new Promise((resolve, reject) => {
  const find = (selector) => {
    for (const host of document.querySelectorAll('*')) {
      const node = host.shadowRoot?.querySelector(selector)
      if (node) return node
    }
  }
  const before = find('.stage').dataset.slice
  const begun = performance.now()
  setTimeout(() => reject(new Error('the map was not repainted')), 120_000)
  find('.legend li button').click()
  const look = () => {
    const stage = find('.stage')
    const isDrawn = stage?.dataset.state === 'drawn' && stage.dataset.slice !== before
    if (isDrawn) resolve(performance.now() - begun)
    else requestAnimationFrame(look)
  }
  look()
})"""


def figures(store: Path, *, is_full_size: bool, has_browser: bool) -> Iterator[Figure]:
    """All figures of topics and of the map of a store whose index has vectors.

    Args:
        store: the store; it gets a new version with both.
        is_full_size: whether targets of a million conversations hold.
        has_browser: whether to draw the map.
    """
    for name, words, minutes, gigabytes in (("topics", "topics", 5, 4), ("map", "the map", 10, 5)):
        seconds, memory = run_chatscape(name, "--store", str(store))
        limit = minutes * 60 if is_full_size else None
        yield Figure(f"{words}, vectors given", "s", (seconds,), f"{minutes} min", limit)
        title = f"{words}, peak memory"
        yield Figure(title, "MB", (memory,), f"{gigabytes} GB", gigabytes * 1_000)
    if has_browser:
        port = free_port()
        with serving(dashboard(store, port), port), fresh_browser() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            url = f"http://127.0.0.1:{port}/"
            first_chart(page, url)
            yield from _drawing(page, url, REPAINTS if is_full_size else REPAINTS_SMOKE)


def _drawing(page: Page, url: str, repaints: int) -> Iterator[Figure]:
    sizes: list[int] = []
    page.on(
        "response",
        lambda answer: _PARTS.search(answer.url) and sizes.append(len(answer.body())),
    )
    begun = time.perf_counter()
    page.goto(f"{url}map?colour=model")
    page.wait_for_selector(_DRAWN, timeout=120_000)
    first = time.perf_counter() - begun
    points = int(page.locator(_DRAWN).first.get_attribute("data-points") or 0)
    page.wait_for_load_state("networkidle")
    title = "the map, from opening it until its points are drawn, in software"
    yield Figure(title, "s", (first,), "2 s", 2)
    yield Figure("the map, bytes of a point", "bytes", (sum(sizes) / points,), "6 bytes", 6)
    times = []
    for _ in range(repaints):
        # A reader looks before choosing again.
        page.wait_for_timeout(1_500)
        page.wait_for_selector(_LEGEND)
        times.append(float(page.evaluate(_REPAINTED)))
    title = "the map, a filter change until it is repainted"
    yield Figure(title, "ms", tuple(times), "300 ms", 300)
