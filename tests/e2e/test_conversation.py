"""Reading in a real browser: from one to the next, covers, folds, ways of text, downloads."""

import re
from contextlib import suppress
from hashlib import md5

from playwright.sync_api import Page, expect

from tests.app.support.conversations import FOLDED, LONG_MESSAGES, SECRETS
from tests.e2e.support.conversation_page import list_position, message, open_conversation
from tests.e2e.support.hostile_store import LONG_TEXT, READING_ROWS
from tests.e2e.support.page import go, settled, table_rows
from tests.support.processes import until

IDS = sorted(
    (row["conversation_id"] for row in READING_ROWS),
    key=lambda id_: md5(f"{id_}5".encode()).hexdigest(),
)
"""In the order of the list that the seed 5 shuffles."""

SCROLL = "document.querySelector('[data-testid=stMain]').scrollTop"


def at(number: int) -> str:
    return f"{number} of {len(IDS)}, shuffled by seed 5"


def test_keys_lead_through_the_list_over_the_end_of_a_page_and_back_to_the_row(page, reading_url):
    go(page, f"{reading_url}/browse?sort=shuffled&seed=5")
    table_rows(page).nth(23).locator("a").click()
    expect(list_position(page)).to_have_text(at(24))
    for key, number in (("j", 25), ("ArrowRight", 26), ("j", 27), ("ArrowLeft", 26), ("k", 25)):
        page.keyboard.press(key)
        expect(list_position(page)).to_have_text(at(number))
        expect(page).to_have_url(re.compile(f"conversation={IDS[number - 1]}"))
        assert ("page=2" in page.url) == (number > 25)
        expect(page.locator(f"[id='message-{IDS[number - 1]}:0']")).to_be_visible()
    page.keyboard.press("j")
    expect(list_position(page)).to_have_text(at(26))
    page.keyboard.press("b")
    expect(page).to_have_url(f"{reading_url}/browse?sort=shuffled&seed=5&page=2")
    last = page.locator("tr.last")
    expect(last).to_be_in_viewport()
    expect(last.locator("a")).to_have_attribute("href", re.compile(IDS[25]))
    page.go_back()
    expect(list_position(page)).to_have_text(at(26))
    page.go_back()
    expect(list_position(page)).to_have_text(at(25))


def test_back_finds_the_list_where_it_was(page, reading_url):
    go(page, f"{reading_url}/browse?sort=shuffled&seed=5")
    row = table_rows(page).nth(20).locator("a")
    row.scroll_into_view_if_needed()
    row.click()
    expect(list_position(page)).to_have_text(at(21))
    page.go_back()
    expect(page).to_have_url(f"{reading_url}/browse?sort=shuffled&seed=5")
    expect(page.locator("tr.last")).to_be_in_viewport()
    expect(page.locator("tr.last a")).to_have_attribute("href", re.compile(IDS[20]))


def test_the_first_and_the_last_lead_nowhere_further(page, reading_url):
    go(page, f"{reading_url}/conversation?sort=shuffled&seed=5&conversation={IDS[0]}")
    expect(list_position(page)).to_have_text(at(1))
    bar = page.get_by_role("navigation", name="Conversations in the list", exact=True)
    expect(bar.get_by_text("Previous")).to_have_attribute("aria-disabled", "true")
    expect(bar.get_by_role("link", name="Next")).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(list_position(page)).to_have_text(at(2))


def test_keys_are_left_to_who_types_and_r_is_ours(page, reading_url):
    open_conversation(page, reading_url, "t", "&sort=shuffled&seed=5")
    before = page.url
    box = page.get_by_test_id("stSidebar").get_by_role("combobox").first
    box.press_sequentially("jkrbfu")
    expect(box).to_have_value("jkrbfu")
    assert page.url == before
    page.keyboard.press("Escape")
    box.fill("")
    box.blur()
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("&read=rendered|read=rendered&"))
    expect(message(page, "t", 0).locator("strong")).to_have_text("bold")
    expect(message(page, "t", 0).locator("math")).to_be_visible()
    here = IDS.index("t" * 32) + 1
    page.keyboard.press("j")
    expect(list_position(page)).to_have_text(at(here + 1))
    expect(page).to_have_url(re.compile("read=rendered"))
    page.keyboard.press("k")
    expect(list_position(page)).to_have_text(at(here))
    expect(message(page, "t", 0).locator("strong")).to_be_visible()
    page.keyboard.press("r")
    expect(message(page, "t", 0)).to_contain_text("**bold** and $x^2$")
    assert "read=" not in page.url


def press_f(page: Page, turn: int) -> None:
    """Go to the next flagged message, which is the user's of a turn of the conversation c."""
    page.keyboard.press("f")
    expect(page.get_by_role("status").filter(has_text=f"Turn {turn}, flagged")).to_be_attached()
    expect(message(page, "c", 2 * turn - 2)).to_be_in_viewport()
    expect(message(page, "c", 2 * turn - 2)).to_be_focused()


def test_f_finds_what_is_flagged_u_uncovers_it_and_help_says_so(page, reading_url):
    page.set_viewport_size({"width": 1440, "height": 300})
    open_conversation(page, reading_url, "c")
    press_f(page, 1)
    page.keyboard.press("u")
    expect(message(page, "c", 0)).to_contain_text("Say it @rude@")
    expect(message(page, "c", 0)).to_be_focused()
    press_f(page, 2)
    press_f(page, 3)
    assert [secret for secret in SECRETS if secret in texts_of(page)] == ["@rude@"]
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    expect(message(page, "c", 2)).not_to_be_in_viewport()
    page.keyboard.press("u")  # What is covered is far down: one comes to it first.
    expect(page.get_by_role("status").filter(has_text="press u again to show it")).to_be_attached()
    expect(message(page, "c", 2)).to_be_in_viewport()
    assert [secret for secret in SECRETS if secret in texts_of(page)] == ["@rude@"]
    page.keyboard.press("u")
    expect(message(page, "c", 2)).to_contain_text("Then hit @blow@")
    assert [secret for secret in SECRETS if secret in texts_of(page)] == ["@rude@", "@blow@"]
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    for text in (
        "next conversation",
        "next flagged message",
        "switch between rendered and plain text",
    ):
        expect(help_.get_by_text(text, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_f_goes_on_at_the_end_of_a_page(page, reading_url):
    open_conversation(page, reading_url, "c")
    for turn in (1, 2, 3, 4):
        press_f(page, turn)


def texts_of(page: Page) -> str:
    """All that is written in the page, in our components too."""
    return page.content() + " ".join(page.locator("li[id^=message-]").all_inner_texts())


def test_one_message_a_conversation_a_session(page, reading_url):
    open_conversation(page, reading_url, "c")
    alone = message(page, "c", 4)
    expect(alone).to_contain_text("Covered: flagged as sexual, sexual/minors")
    expect(alone.get_by_role("button", name="Show all in this conversation")).to_have_count(0)
    assert not [secret for secret in SECRETS if secret in texts_of(page)]
    message(page, "c", 2).get_by_role("button", name="Show this message").click()
    expect(message(page, "c", 2)).to_contain_text("@blow@")
    assert [secret for secret in SECRETS if secret in texts_of(page)] == ["@blow@"]
    message(page, "c", 0).get_by_role("button", name="Show all in this conversation").click()
    expect(message(page, "c", 0)).to_contain_text("@rude@")
    expect(message(page, "c", 6)).to_contain_text("@unnamed@")
    assert "@young@" not in texts_of(page)
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_role("radio", name="Show all this session").click()
    expect(page.get_by_role("radio", name="Show all this session")).to_be_checked()
    page.keyboard.press("Escape")
    settled(page)
    here = list_position(page).inner_text()
    page.get_by_role("link", name="Next ›").first.click()
    expect(list_position(page)).not_to_have_text(here)
    page.get_by_role("link", name="‹ Previous").first.click()
    expect(list_position(page)).to_have_text(here)
    expect(message(page, "c", 0)).to_contain_text("@rude@")
    expect(alone).to_contain_text("Covered")
    assert "@young@" not in texts_of(page)
    alone.get_by_role("button", name="Show this message").click()
    expect(alone).to_contain_text("@young@")
    page.reload()
    expect(page.get_by_role("button", name="Show this message")).to_have_count(4)


def top_of(message):
    box = message.bounding_box()
    return -1 if box is None else box["y"]


def test_a_link_to_a_turn_begins_there_and_the_strip_leads_elsewhere(page, reading_url):
    open_conversation(page, reading_url, "l", "&turn=150")
    expect(message(page, "l", 298)).to_be_in_viewport()
    expect(message(page, "l", 298)).to_be_focused()
    # While the page is drawn, it may grow above the message: what counts is where it ends up.
    until(lambda: 0 < top_of(message(page, "l", 298)) < 200)
    expect(message(page, "l", 298)).to_contain_text("message 298")
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    columns = page.locator("svg g.column")
    # No category is notable, so that there is no row until one asks for all.
    expect(columns).to_have_count(0)
    page.get_by_role("button", name="All 11 categories").click()
    expect(columns).to_have_count(LONG_MESSAGES)
    # Coming to other messages asks the server for their texts, and draws the strip once more.
    for _ in range(20):
        settled(page)
        columns.nth(20).dispatch_event("click")
        with suppress(AssertionError):
            expect(message(page, "l", 20)).to_be_in_viewport(timeout=5_000)
            break
    expect(message(page, "l", 20)).to_be_in_viewport()
    expect(message(page, "l", 20)).to_contain_text("message 20")
    open_conversation(page, reading_url, "s")
    page.get_by_role("button", name="turn 4, user: flagged").click()
    expect(message(page, "s", 6)).to_be_focused()


def test_at_the_end_and_on_the_way_texts_are_there(page, reading_url):
    open_conversation(page, reading_url, "l")
    waiting = page.locator("li .space")
    expect(waiting).to_have_count(LONG_MESSAGES - 30)
    expect(page.get_by_text("message 399", exact=True)).to_have_count(0)
    message(page, "l", 22).evaluate("node => node.scrollIntoView({ block: 'end' })")
    expect(waiting).to_have_count(LONG_MESSAGES - 60)  # It is not in view yet.
    message(page, "l", 399).scroll_into_view_if_needed()
    expect(page.get_by_text("message 399", exact=True)).to_be_in_viewport()
    expect(page.locator("li[id^=message-]")).to_have_count(LONG_MESSAGES)


def test_a_long_message_is_shown_whole_when_asked(page, reading_url):
    open_conversation(page, reading_url, "L")
    long = message(page, "L", 0)
    assert long.locator(".message-text").evaluate("node => node.textContent.length") <= 3_000
    long.get_by_role("button", name="Show all 100,000 characters").click()
    expect(long.locator(".more")).to_have_count(0)
    assert long.locator(".message-text").evaluate("node => node.textContent") == LONG_TEXT
    expect(long).to_be_focused()
    open_conversation(page, reading_url, "f")
    expect(message(page, "f", 0).locator(".message-text")).not_to_have_text(FOLDED.strip())


def test_scores_open_beside_the_verdict(page, reading_url):
    open_conversation(page, reading_url, "s")
    judged = message(page, "s", 6)
    expect(judged).to_contain_text("violence 0.91")
    button = judged.get_by_role("button", name="Scores")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    table = judged.get_by_role("table")
    expect(table).to_contain_text("Verdict: published as flagged.")
    expect(table.get_by_role("row")).to_have_count(12)
    row = table.get_by_role("row", name="violence –")
    expect(row.get_by_role("cell").last).to_have_text("0.91")
    width = row.locator(".bar span").evaluate("node => node.style.width")
    assert width == "99%"  # 1 + log10(0.91) / 6
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()
    expect(table).to_have_count(0)
    expect(message(page, "s", 7).get_by_role("button", name="Scores")).to_have_count(0)
    expect(message(page, "s", 7)).to_contain_text("no verdict")
