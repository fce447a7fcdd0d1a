"""From every page to every other one by the sidebar, with the pages' own choices set and not set.

Pages share the keys of widgets. Streamlit takes them for new widgets on another page.
"""

from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.pages import PAGES
from tests.e2e.support.page import go, settled

pytestmark = pytest.mark.slow

NAMES = [page.name for page in PAGES]
TITLES = {page.name: page.title for page in PAGES}
MAIN = "[data-testid=stMain]"
# The kinds of the log are a filter: none need be chosen.
CHOICES = f"{MAIN} .stElementContainer:not(.st-key-log_kind) [data-testid=stButtonGroup]"
SWITCHES = f"{MAIN} [data-testid=stCheckbox]"


def tour(names: list[str]) -> Iterator[str]:
    """A walk that begins at the first page and takes each ordered pair of pages once."""
    following = {name: [other for other in names if other != name] for name in names}
    walk, finished = [names[0]], []
    while walk:
        if following[walk[-1]]:
            walk.append(following[walk[-1]].pop())
        else:
            finished.append(walk.pop())
    return reversed(finished)


def test_the_tour_takes_each_pair_once():
    walk = list(tour(NAMES))
    pairs = list(pairwise(walk))
    assert len(pairs) == len(set(pairs)) == len(NAMES) * (len(NAMES) - 1)


def assert_intact(page: Page, name: str, whence: str) -> None:
    """The page is there, without an error and with each of its choices made."""
    expect(page.get_by_role("heading", level=1, name=TITLES[name], exact=True)).to_be_visible()
    settled(page)
    where = f"{whence} to {name}: {page.url}"
    assert "Something went wrong" not in page.get_by_test_id("stMain").inner_text(), where
    assert "None" not in dict(parse_qsl(urlsplit(page.url).query)).values(), where
    for group in page.locator(CHOICES).all():
        if group.get_by_role("radio").count():
            assert group.get_by_role("radio", checked=True).count() == 1, where


def choose(page: Page) -> None:
    """Turn on every switch of a page, and take the last option of each of its choices."""
    for number in range(page.locator(SWITCHES).count()):
        page.locator(SWITCHES).nth(number).click()
        settled(page)
    for number in range(page.locator(CHOICES).count()):
        radios = page.locator(CHOICES).nth(number).get_by_role("radio")
        if radios.count():
            radios.last.click()
            settled(page)


@pytest.mark.parametrize("is_chosen", [False, True])
def test_every_page_opens_from_every_other(page, sample_url, is_chosen):
    walk = list(tour(NAMES))
    go(page, f"{sample_url}/")
    seen = set()
    for whence, name in zip([walk[0], *walk], walk, strict=False):
        if whence != name:
            links = page.get_by_test_id("stSidebar")
            links.get_by_role("link", name=TITLES[name], exact=True).click()
        assert_intact(page, name, whence)
        if is_chosen and name not in seen:
            seen.add(name)
            choose(page)
            assert_intact(page, name, name)
