"""Two conversations beside each other, right to left, and reading without a mouse or a screen."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.support.conversation_page import FOCUSED, list_position, message, open_conversation
from tests.e2e.support.hostile_store import RIGHT_TO_LEFT
from tests.e2e.support.page import assert_fits, go, settled, table_rows

SHARED = "00"
NAMES = "buttons => buttons.map(one => one.ariaLabel || one.textContent || one.title)"


def test_the_others_of_a_prompt_are_read_beside_it(page, reading_url):
    open_conversation(page, reading_url, SHARED)
    others = page.get_by_role("heading", level=2, name="Same first prompt").locator("..")
    expect(others.get_by_role("listitem")).to_have_count(45)
    others.get_by_role("link", name="Side by side with model-1").first.click()
    expect(page).to_have_url(re.compile(f"conversation={SHARED * 32}&beside="))
    for name, is_left in (("model-0", True), ("model-1", False)):
        heading = page.get_by_role("heading", level=2, name=name)
        expect(heading).to_be_visible()
        box = heading.bounding_box()
        assert box is not None
        assert (box["x"] < 720) == is_left
    lists = page.get_by_role("list").filter(has=page.locator("li[id^=message-]"))
    expect(lists).to_have_count(2)
    tops = [item.bounding_box() for item in page.locator("li[id$=':1']").all()]
    assert len({round(box["y"]) for box in tops if box}) == 1
    assert_fits(page)
    page.get_by_role("link", name="× Close side by side").first.click()
    expect(lists).to_have_count(1)
    assert "beside=" not in page.url


def test_on_a_telephone_they_stand_in_turn(narrow, reading_url):
    open_conversation(narrow, reading_url, SHARED, f"&beside={'t' * 32}")
    boxes = [message(narrow, key, 1).bounding_box() for key in (SHARED, "t")]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert_fits(narrow)
    for key in ("c", "L", "s"):
        open_conversation(narrow, reading_url, key)
        assert_fits(narrow)


def test_right_to_left_text_begins_at_the_right(page, reading_url):
    open_conversation(page, reading_url, "R")
    directions = [
        page.locator("li").get_by_text(text).evaluate("node => getComputedStyle(node).direction")
        for text in (RIGHT_TO_LEFT, "Hello.")
    ]
    assert directions == ["rtl", "ltr"]


def tab_to(page: Page, wanted: str, *, limit: int = 60) -> None:
    """Press Tab until what has the focus says so."""
    seen = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if re.search(wanted, seen[-1]):
            return
    raise AssertionError(f"{wanted} is not among {seen}")


def test_the_keyboard_alone_leads_from_the_list_to_a_message_and_back(page, reading_url):
    go(page, f"{reading_url}/browse?flagged=any&model=gpt-4")
    expect(table_rows(page).first).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Shuffle").focus()
    tab_to(page, "^a .*Covered: flagged as harassment, hate, sexual")
    page.keyboard.press("Enter")
    expect(list_position(page)).to_be_visible()
    expect(message(page, "c", 0)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Download").focus()
    tab_to(page, "^button .*Show this message")
    page.keyboard.press("Enter")
    expect(message(page, "c", 0)).to_contain_text("@rude@")
    expect(message(page, "c", 0)).to_be_focused()
    tab_to(page, "^button .*Show this message")  # On from where one was.
    page.keyboard.press("Space")
    expect(message(page, "c", 2)).to_contain_text("@blow@")
    page.keyboard.press("b")
    expect(page.locator("tr.last")).to_be_in_viewport()


def test_a_screen_reader_finds_a_list_of_headed_messages(page, reading_url):
    open_conversation(page, reading_url, "c")
    listed = page.get_by_role("list", name="Messages")
    expect(listed.get_by_role("listitem")).to_have_count(8)
    heads = listed.get_by_role("heading", level=3)
    expect(heads).to_have_text(
        [f"Turn {n} · {role}" for n in (1, 2, 3, 4) for role in ("user", "assistant")]
    )
    expect(listed.get_by_role("button", name="Show this message")).to_have_count(4)
    names = page.get_by_role("main").get_by_role("button").evaluate_all(NAMES)
    assert [name.strip() for name in names].count("") == 0
    levels = (
        page.get_by_role("main")
        .get_by_role("heading")
        .evaluate_all("nodes => nodes.map(node => Number(node.localName.slice(1)))")
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    expect(page.get_by_role("img", name="4 of 8 messages flagged")).to_be_visible()
    order = page.locator("h1, nav, dl, svg[role=img], ol").evaluate_all(
        "nodes => nodes.map(node => [node.getBoundingClientRect().top, node.localName])"
    )
    # The help is closed: its lists have no place on the page.
    assert [name for top, name in order if top] == ["h1", "nav", "dl", "svg", "ol", "nav"]
