"""What a reader waits for: the next conversation, and a very long one; in a real Chromium."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.bench.browser import dashboard, fresh_browser, serving
from tests.bench.measure import Figure, run_chatscape
from tests.support import tiny_dataset
from tests.support.browser import free_port

OPENED = 60
OPENED_SMOKE = 5
LISTS = {
    "by id": "browse",
    "by turns": "browse?sort=turn_count&order=desc&page=40",
    "shuffled": "browse?sort=shuffled&seed=39",
}
LONG_TURNS = 200
LONG_CHARS = 100_000

# Presses a key, or opens an address, and waits until the first message of another conversation is
# there to be read: its text, or its cover.
READABLE = """({key, href}) => new Promise((resolve) => {
  const find = (root) => {
    for (const host of root.querySelectorAll('*')) {
      const item = host.shadowRoot?.querySelector('li[id^="message-"]')
      if (item) return item
    }
  }
  const first = () => {
    const item = find(document)
    return item?.querySelector('.message-text, .cover, .empty') ? item.id : undefined
  }
  const before = first()
  const begun = performance.now()
  if (key) window.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))
  const look = () => {
    const now = first()
    if (now && now !== before) resolve(performance.now() - begun)
    else requestAnimationFrame(look)
  }
  if (href) {
    window.history.pushState({}, '', href)
    window.dispatchEvent(new PopStateEvent('popstate', {state: {}}))
  }
  look()
})"""


def figures(store: Path, *, is_full_size: bool) -> Iterator[Figure]:
    """How long it takes until a conversation can be read."""
    count = OPENED if is_full_size else OPENED_SMOKE
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(dashboard(store, port), port), fresh_browser() as browser:
        for name, path in LISTS.items():
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            times = tuple(next_ones(page, f"{url}/{path}", count))
            page.close()
            yield Figure(
                f"next conversation of a list {name}, to readable", "ms", times, "300 ms", 300
            )
    yield from long_figures(3 if is_full_size else 1)


def next_ones(page: Page, url: str, count: int) -> Iterator[float]:
    """Milliseconds from the key for the next conversation until it can be read."""
    page.goto(url)
    page.locator("tbody tr a").first.click()
    page.wait_for_selector("li[id^=message-]")
    page.wait_for_timeout(6_000)
    for number in range(count + 2):
        # A reader reads before going on.
        page.wait_for_timeout(600)
        taken = float(page.evaluate(READABLE, {"key": "j"}))
        if number >= 2:
            yield taken


def long_figures(times: int) -> Iterator[Figure]:
    """A conversation of 200 turns, one of messages of 100,000 characters, and one of both."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        kinds = {
            "a": ("200 turns of 2,000 characters", LONG_TURNS, 2_000),
            "b": ("2 turns of 100,000 characters", 2, LONG_CHARS),
            "c": ("200 turns of 100,000 characters", LONG_TURNS, LONG_CHARS),
        }
        rows = [
            tiny_dataset.row(key, "m", "English", *_texts(n, size))
            for key, (_, n, size) in kinds.items()
        ]
        raw = tiny_dataset.write(
            path / "raw.parquet", [*rows, tiny_dataset.row("d", "m", "English", "x", "y")]
        )
        run_chatscape("prepare", str(raw), "--store", str(path / "store"))
        accept(StorePath(path / "store"), "a benchmark")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        with serving(dashboard(path / "store", port), port), fresh_browser() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            for key, (words, _, _) in kinds.items():
                taken = []
                for _ in range(times):
                    page.goto(f"{url}/conversation?conversation={'d' * 32}")
                    page.wait_for_selector("li[id^=message-]")
                    page.wait_for_timeout(3_000)
                    href = f"conversation?conversation={key * 32}"
                    taken.append(float(page.evaluate(READABLE, {"href": href})))
                yield Figure(f"open {words}, to readable", "ms", tuple(taken), "1 s", 1_000)


def _texts(turns: int, chars: int) -> list[str]:
    draw = random.Random(39)
    words = ["alpha", "beta", "gamma,", "delta.", "1234", "x = y + 1", "\n"]
    texts = []
    for _ in range(turns * 2):
        text = ""
        while len(text) < chars:
            text += " ".join(draw.choices(words, k=200)) + " "
        texts.append(text[:chars])
    return texts
