"""The head of a conversation in a real browser: how far down the text begins, and what is seen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.app.support.conversations import SECRETS
from tests.e2e.support.conversation_page import message, open_conversation
from tests.e2e.support.hostile_store import RIGHT_TO_LEFT
from tests.e2e.support.page import assert_fits, go, settled

# Flagged, with scores, 400 messages, one message, a long prompt, right to left, redacted.
LETTERS = "csl1fRm"
TEXT_FROM = 200
"""Pixels on a desktop; on a telephone the first screen has so many as it is high."""


def text_top(page: Page, letter: str) -> float:
    """How far down the text of the first message begins, or the cover in its place."""
    text = message(page, letter, 0).locator(".message-text, .cover").first
    expect(text).to_be_visible()
    settled(page)
    box = text.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("letter", LETTERS)
def test_the_text_begins_within_200_pixels(page, reading_url, letter):
    page.set_viewport_size({"width": 1440, "height": 900})
    open_conversation(page, reading_url, letter)
    assert text_top(page, letter) <= TEXT_FROM
    assert_fits(page)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_text_begins_on_the_first_screen_of_a_telephone(narrow, reading_url, letter):
    open_conversation(narrow, reading_url, letter)
    assert text_top(narrow, letter) <= 844 - 100
    assert_fits(narrow)


def test_everything_ends_at_one_right_edge(page, reading_url):
    page.set_viewport_size({"width": 1440, "height": 900})
    for letter, edge in (("c", ".strip"), ("u", "li[id^=message-]")):
        open_conversation(page, reading_url, letter)
        places = (edge, ".st-key-conversation_head", ".st-key-reading_controls", ".badge")
        boxes = [page.locator(place).first.bounding_box() for place in places]
        rights = {round(box["x"] + box["width"]) for box in boxes if box}
        assert len(rights) == 1, rights
        items = page.locator("li[id^=message-]").evaluate_all(
            "items => items.map(item => Math.round(item.getBoundingClientRect().right))"
        )
        assert len(set(items)) == 1


def test_a_covered_prompt_is_neither_in_the_heading_nor_in_the_title_of_the_tab(page, reading_url):
    open_conversation(page, reading_url, "c")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Covered: flagged as harassment, hate")
    expect(page).to_have_title(re.compile(r"^gpt-4 · cccccccc · Chatscape$"))
    message(page, "c", 0).get_by_role("button", name="Show this message").click()
    expect(message(page, "c", 0)).to_contain_text(SECRETS[0])
    expect(heading).to_have_text("Covered: flagged as harassment, hate")
    assert SECRETS[0] not in page.title()


def test_a_long_title_has_one_line_or_two_on_a_telephone(page, narrow, reading_url):
    for tab, lines in ((page, 1), (narrow, 2)):
        open_conversation(tab, reading_url, "f")
        heading = tab.get_by_role("heading", level=1)
        expect(heading).to_contain_text("word and word")
        height, line = heading.evaluate(
            "node => [node.clientHeight, parseFloat(getComputedStyle(node).lineHeight)]"
        )
        assert round(height / line) == lines


def test_a_title_is_written_in_its_direction(page, reading_url):
    open_conversation(page, reading_url, "R")
    heading = page.get_by_role("heading", level=1, name=RIGHT_TO_LEFT)
    assert heading.evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_flags_are_chips(page, reading_url):
    open_conversation(page, reading_url, "c")
    chips = page.locator("dl .flag")
    expect(chips).to_have_text(["harassment", "hate", "sexual", "sexual/minors", "violence"])
    # Read aloud in words, with all that is not seen.
    expect(page.locator("dl dt")).to_contain_text(["Model", "Language", "Turns", "Messages"])


def test_the_strip_opens_to_all_categories_on_demand(page, reading_url):
    open_conversation(page, reading_url, "s")
    labels = page.locator(".strip svg > text")
    expect(labels).to_have_text(["violence"])
    more = page.get_by_role("button", name="All 11 categories")
    more.click()
    expect(labels).to_have_count(11)
    fewer = page.get_by_role("button", name="Notable categories only")
    expect(fewer).to_have_attribute("aria-expanded", "true")
    expect(fewer).to_be_focused()
    fewer.click()
    expect(labels).to_have_text(["violence"])


def test_removal_is_two_actions_away(page, reading_url):
    open_conversation(page, reading_url, "t")
    remove = page.get_by_role("button", name="Remove conversation")
    expect(remove).to_have_count(0)
    page.get_by_role("button", name="More", exact=True).click()
    expect(remove).to_be_visible()
    expect(page.get_by_role("button", name="Random conversation")).to_be_visible()


def test_the_badge_leads_to_what_the_data_is(page, narrow, reading_url, sample_url):
    for tab in (page, narrow):
        go(tab, f"{reading_url}/browse?model=gpt-4")
        badge = tab.locator(".badge")
        expect(badge).to_contain_text("raw.parquet · ")
        expect(badge).to_be_in_viewport(ratio=1)
        badge.click()
        expect(tab).to_have_url(f"{reading_url}/about?model=gpt-4")
        expect(tab.get_by_role("heading", level=1)).to_have_text("About the data")
    go(page, sample_url)
    expect(page.locator(".badge.synthetic")).to_have_text("Synthetic sample · 2,000 conversations")
