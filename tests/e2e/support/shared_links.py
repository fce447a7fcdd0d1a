"""Journeys along shared links, with and without a proxy in front."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.support.page import figure, go

TOTAL = "2,000"


def open_overview(page: Page, url: str) -> None:
    """Open the overview and wait for its figures and charts."""
    go(page, url)
    expect(figure(page, "Conversations")).to_have_text(TOTAL)
    expect(page.locator(".js-plotly-plot .barlayer").first).to_be_visible()


def reopen_a_pasted_link(page: Page, context: BrowserContext, sample_url: str) -> None:
    """A link that is pasted into another tab shows the same slice and switches."""
    open_overview(page, sample_url)
    page.get_by_test_id("stSidebar").get_by_label("Model", exact=True).click()
    page.get_by_role("option", name=re.compile("^koala-13b")).click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("model=koala-13b"))
    page.get_by_text("Hide the largest bar").click()
    expect(page).to_have_url(re.compile("without_largest=true"))
    expect(figure(page, "Models")).to_have_text("1")
    seen = figure(page, "Conversations").inner_text()

    friend = context.new_page()
    go(friend, page.evaluate("location.href"))
    expect(figure(friend, "Conversations")).to_have_text(seen)
    expect(friend.get_by_role("button", name="koala-13b", exact=True)).to_be_visible()
    expect(friend.get_by_label("Hide the largest bar")).to_be_checked()


def keep_filters_on_every_page(page: Page, sample_url: str) -> None:
    """Links between pages keep the filters, and Clear all removes them."""
    go(page, f"{sample_url}/?model=vicuna-13b&flagged=any")
    expect(figure(page, "Models")).to_have_text("1")
    for name, path in (("Browse", "browse"), ("About the data", "about"), ("Overview", "")):
        page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
        expect(page).to_have_url(f"{sample_url}/{path}?model=vicuna-13b&flagged=any")
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(page).to_have_url(f"{sample_url}/")
    expect(figure(page, "Conversations")).to_have_text(TOTAL)
