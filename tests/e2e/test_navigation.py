"""From page to page: how one was looked at is kept, and reading begins at the top."""

import re

from playwright.sync_api import expect

from tests.e2e.support.page import figure, go, settled

MENU_OPEN = "[data-testid=stSidebar][data-collapsed=false]"
TOP = "document.querySelector('[data-testid=stMain]').scrollTop"


def test_order_and_scale_are_as_they_were_when_a_page_is_come_back_to(page, sample_url):
    go(page, f"{sample_url}/browse?flagged=any&sort=turn_count&order=desc")
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Overview").click()
    expect(page).to_have_url(f"{sample_url}/?flagged=any")
    page.get_by_text("Log scale").click()
    expect(page).to_have_url(f"{sample_url}/?flagged=any&log=true")
    settled(page)  # A page that is left before it is whole does not keep its choices yet.
    menu.get_by_role("link", name="Browse").click()
    expect(page).to_have_url(f"{sample_url}/browse?flagged=any&sort=turn_count&order=desc")
    expect(page.get_by_role("columnheader", name="Turns")).to_have_attribute(
        "aria-sort", "descending"
    )
    menu.get_by_role("link", name="Overview").click()
    expect(page).to_have_url(f"{sample_url}/?flagged=any&log=true")
    expect(page.get_by_label("Log scale")).to_be_checked()


def test_a_further_page_begins_at_its_top(page, sample_url):
    go(page, f"{sample_url}/browse")
    box = page.get_by_label(re.compile("Go to page, 1 to 80"))
    box.scroll_into_view_if_needed()
    assert page.evaluate(TOP) > 0
    box.fill("9999")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1,976–2,000 of 2,000")).to_be_in_viewport()
    assert page.evaluate(TOP) == 0


def test_an_empty_slice_is_left_from_the_sidebar_or_the_page(page, sample_url):
    for path in ("", "browse"):
        for place in ("stSidebar", "stMain"):
            go(page, f"{sample_url}/{path}?min_turns=900")
            expect(page.get_by_text("No conversation matches: at least 900 turns.")).to_be_visible()
            clear = page.get_by_test_id(place).get_by_role("button", name="Clear all filters")
            clear.click()
            expect(page).to_have_url(f"{sample_url}/{path}")
            expect(page.get_by_text("2,000 conversations: all conversations")).to_be_visible()


def test_a_chip_says_its_filter_in_full(page, sample_url):
    go(page, f"{sample_url}/?min_score=user:self-harm/instructions=0.25")
    phrase = "user self-harm/instructions score of at least 0.25"
    page.get_by_role("button", name=phrase).hover()
    expect(page.get_by_text(f"Remove: {phrase}")).to_be_visible()


def test_on_a_narrow_screen_the_menu_makes_way_for_the_page(narrow, sample_url):
    go(narrow, sample_url)
    expect(figure(narrow, "Conversations")).to_have_text("2,000")
    settled(narrow)
    narrow.get_by_test_id("stExpandSidebarButton").click()
    expect(narrow.locator(MENU_OPEN)).to_be_visible()
    narrow.get_by_test_id("stSidebar").get_by_role("link", name="Browse").click()
    expect(narrow.get_by_role("heading", level=1, name="Browse")).to_be_visible()
    expect(narrow.locator(MENU_OPEN)).to_have_count(0)


def test_every_page_has_a_title_of_its_own(page, sample_url):
    for path, name in (("", "Overview"), ("browse", "Browse"), ("about", "About the data")):
        go(page, f"{sample_url}/{path}")
        expect(page).to_have_title(f"{name} · Chatscape")
