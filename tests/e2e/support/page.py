"""Waiting for a page, and reading what is common to many of them."""

from typing import Any

from playwright.sync_api import Locator, Page


def go(page: Page, address: str) -> None:
    """Open an address, and wait until all that it shows is there."""
    page.goto(address)
    settled(page)


SETTLED = """() => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
  && !document.querySelector('[data-testid=stSkeleton]')"""


def settled(page: Page) -> None:
    """Wait until the script has run and all that it shows is there."""
    page.wait_for_function(SETTLED, timeout=120_000)


def figure(page: Page, label: str) -> Any:
    """The value of a figure on the overview."""
    metric = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    # While a page is drawn again, what was there before stands below what is new.
    return metric.get_by_test_id("stMetricValue").first


def assert_fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    settled(page)
    wide = page.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]');"
        " return m.scrollWidth - m.clientWidth }"
    )
    assert wide <= 0


def table_rows(page: Page):
    return page.get_by_role("table").locator("tbody tr")


def card(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-card_{name}")
