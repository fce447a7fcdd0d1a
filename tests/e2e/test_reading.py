"""From the list to a conversation and back; what is covered, what is hostile."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from queries.text.control_characters import escape_control_characters
from tests.e2e.support.conversation_page import load_all
from tests.e2e.support.hostile_store import HOSTILE_MODEL, LETTERS, LONG, SHORT
from tests.e2e.support.page import assert_fits, go, settled, table_rows


def test_the_list_sorts_pages_opens_and_comes_back(page, sample_url):
    go(page, f"{sample_url}/browse?model=vicuna-13b")
    expect(table_rows(page)).to_have_count(25)
    page.get_by_role("button", name="Turns").click()
    expect(page).to_have_url(re.compile("sort=turn_count&order=desc"))
    expect(page.get_by_role("columnheader", name="Turns")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(table_rows(page).first.locator("td[data-label=Turns]")).to_have_text(
        re.compile("^(4.|50)$")
    )
    opening = table_rows(page).nth(3).locator("a")
    of_page_1 = opening.get_attribute("href")
    page.get_by_role("button", name="Page 2", exact=True).or_(
        page.get_by_role("button", name="2", exact=True)
    ).first.click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_text(re.compile("^26–50 of "))).to_be_visible()
    # The count of a page stands before its rows do.
    expect(opening).not_to_have_attribute("href", of_page_1 or "")
    wanted = opening.get_attribute("href")
    opening.click()

    expect(page.get_by_role("heading", level=3, name="Turn 1 · user")).to_be_visible()
    expect(page).to_have_url(re.compile("conversation=[0-9a-f]{32}"))
    assert wanted is not None
    assert wanted.split("conversation=")[1] in page.evaluate("location.href")
    expect(page.get_by_role("heading", level=3, name="Turn 1 · user")).to_be_visible()

    page.get_by_role("link", name="Back to list").first.click()
    expect(page).to_have_url(re.compile(r"/browse\?model=vicuna-13b.*page=2"))
    expect(page.get_by_text(re.compile("^26–50 of "))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=3, name="Turn 1 · user")).to_be_visible()
    page.go_back()
    expect(page.get_by_text(re.compile("^26–50 of "))).to_be_visible()


def test_any_page_can_be_gone_to(page, sample_url):
    go(page, f"{sample_url}/browse")
    page.get_by_label(re.compile("Go to page, 1 to 80")).fill("80")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1,976–2,000 of 2,000")).to_be_visible()
    expect(page).to_have_url(re.compile("page=80"))
    page.reload()
    expect(page.get_by_text("1,976–2,000 of 2,000")).to_be_visible()


def test_a_link_to_a_conversation_works_in_a_new_window(page, sample_url):
    go(page, f"{sample_url}/browse?flagged=none")
    href = table_rows(page).first.locator("a").get_attribute("href")
    go(page, f"{sample_url}/{href}")
    expect(page.get_by_role("heading", level=3, name="Turn 1 · user")).to_be_visible()


def test_a_random_one_stays_in_the_slice_and_back_leads_to_the_list(page, hostile_url):
    go(page, f"{hostile_url}/browse?flagged=user")
    page.get_by_role("button", name="Random conversation").click()
    expect(page).to_have_url(
        re.compile(r"/conversation\?flagged=user&sort=shuffled&seed=\d+&conversation=([1e])\1{31}$")
    )
    expect(page.get_by_role("heading", level=3, name="Turn 1 · user")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{hostile_url}/browse?flagged=user")
    expect(table_rows(page)).to_have_count(2)


def test_a_conversation_opens_by_a_typed_id(page, hostile_url):
    go(page, f"{hostile_url}/conversation")
    page.get_by_label("Open a conversation by its id").fill(f" {'a' * 32} ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="How do I boil an egg?")).to_be_visible()
    go(page, f"{hostile_url}/conversation?conversation=nope")
    expect(page.get_by_text("There is no conversation 'nope' in this store.")).to_be_visible()


def test_a_flagged_message_is_not_in_the_page_until_it_is_uncovered(page, hostile_url):
    go(page, f"{hostile_url}/conversation?conversation={'e' * 32}")
    covers = page.get_by_role("button", name="Show this message")
    expect(covers).to_have_count(2)
    expect(page.get_by_text("Covered: flagged as harassment, hate")).to_be_visible()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Covered: flagged as harassment")
    expect(page.get_by_text("I would rather not.")).to_be_visible()
    assert "Say something rude" not in page.content()
    covers.first.click()
    expect(page.get_by_text("Say something rude")).to_be_visible()
    expect(covers).to_have_count(1)
    assert "[rude]" not in page.content()
    page.reload()
    expect(covers).to_have_count(2)


def test_the_list_covers_flagged_openings_until_asked(page, hostile_url):
    go(page, f"{hostile_url}/browse?flagged=user")
    expect(page.get_by_role("link", name="Covered: flagged as violence")).to_be_visible()
    assert "Oi" not in table_rows(page).all_inner_texts()
    page.get_by_text("Show flagged opening words").click()
    expect(page.get_by_role("link", name="Oi")).to_be_visible()


def test_contact_data_is_masked(page, hostile_url):
    go(page, f"{hostile_url}/conversation?conversation={'2' * 32}")
    expect(page.get_by_text("Mail me at email address or phone number")).to_be_visible()
    expect(page.locator(".mask")).to_have_text(["email address", "phone number"])
    assert "jo@example.com" not in page.content()


ALLOWED = (
    " div span p h4 h5 h6 ul ol li blockquote em strong s hr br code pre bdi button "
    "table thead tbody tr th td math mrow mi mn mo mtext mspace msup msub msubsup munder mover "
    "munderover mfrac msqrt mroot mtable mtr mtd mstyle mpadded "
)
MADE_OF_DATA = """(allowed) => {
  const found = []
  const look = (root, isText) => {
    for (const node of root.children) {
      const events = node.getAttributeNames().filter((name) => /^(on|href|src|action)/i.test(name))
      const isFine = allowed.includes(` ${node.localName} `) && events.length === 0
      if (isText && !isFine) found.push(node.cloneNode().outerHTML.slice(0, 200))
      look(node, isText || node.classList.contains("message-text"))
      if (node.shadowRoot) look(node.shadowRoot, false)
    }
  }
  look(document.documentElement, false)
  return found
}"""
SHOWN_WHOLE = ("one long word", "one long word in code", "many lines", "wide table", "dollars")
TEXTS = "items => items.map(item => item.querySelector('.message-text')?.textContent ?? '')"


def written(text: str) -> str:
    """What a reader sees of a plain text; what marks places for us is written out too."""
    return re.sub(
        "[\ufdd0-\ufdef]", lambda mark: f"[U+{ord(mark[0]):04X}]", escape_control_characters(text)
    )


def assert_inert(page: Page) -> None:
    """Nothing on the page was made by the data, and it still answers."""
    assert page.evaluate(MADE_OF_DATA, ALLOWED) == []
    expect(page).to_have_title(re.compile(f"^{re.escape(HOSTILE_MODEL)}.* · Chatscape$"))
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("window.owned") is None
    assert_fits(page)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    expect(help_).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def rendered(page: Page) -> None:
    """Read as Markdown from now on."""
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("read=rendered"))
    expect(page.locator(".message-text p").first).to_be_attached()
    load_all(page)
    settled(page)


def test_hostile_texts_are_inert(page, reading_url):
    go(page, f"{reading_url}/conversation?conversation={'T' * 32}")
    messages = page.locator("li[id^=message-]")
    expect(messages).to_have_count(len(SHORT))
    load_all(page)
    displayed = messages.evaluate_all(TEXTS)
    plain = {n: text for n, text in enumerate(SHORT) if not re.search("```|~~~|@", text)}
    assert len(plain) >= 60
    wrong = [n for n, text in plain.items() if displayed[n] != written(text)]
    assert [(SHORT[n], displayed[n]) for n in wrong] == []
    assert_inert(page)
    rendered(page)
    assert_inert(page)


def test_hostile_texts_without_end_are_inert(page, reading_url):
    go(page, f"{reading_url}/conversation?conversation={'Z' * 32}")
    messages = page.locator("li[id^=message-]")
    expect(messages).to_have_count(len(LONG))
    load_all(page)
    assert_inert(page)
    for name in SHOWN_WHOLE:
        message = messages.nth(list(LONG).index(name))
        message.get_by_role("button", name="Show all").click()
        expect(message.locator(".more")).to_have_count(0)
        (displayed,) = message.evaluate_all(TEXTS)
        assert len(displayed) >= 0.98 * len(LONG[name])  # The lines of fences are not shown.
    assert_inert(page)
    rendered(page)
    assert_inert(page)


def test_a_hostile_list_is_inert_and_marks_are_visible(page, hostile_url):
    page.goto(f"{hostile_url}/browse")  # Left before it is there.
    for path in ("browse?page=2", "browse"):
        go(page, f"{hostile_url}/{path}")
        expect(table_rows(page).first).to_be_visible()
        expect(page.get_by_role("table").locator("img, script, iframe, svg, b, i")).to_have_count(0)
        assert page.title() != "owned"
    go(page, f"{hostile_url}/conversation?conversation={LETTERS[12] * 32}")
    expect(page.locator("li").get_by_text("[U+202E]esrever si siht")).to_be_visible()


def test_hostile_names_are_inert_on_every_page(page, hostile_url):
    slices = (
        f"?without_largest=true&model={quote(HOSTILE_MODEL)}",
        f"?min_turns=9&model={quote(HOSTILE_MODEL)}",
        "?without_largest=true",
        "?model=" + quote("[sign in](http://tracker.example) www.tracker.example"),
        "?sort=" + quote("[sign in](http://tracker.example)"),
    )
    for path in (*(f"{address}" for address in slices), *(f"browse{a}" for a in slices)):
        go(page, f"{hostile_url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        settled(page)
        main = page.get_by_test_id("stMain")
        expect(main.locator("a[href*='//'], [*|href*='//'], .katex")).to_have_count(0)
        expect(main.locator("img:not([src^='/']):not([src^='data:'])")).to_have_count(0)


def test_a_hostile_name_is_drawn_as_it_is(page, hostile_url):
    go(page, f"{hostile_url}/?model={quote(HOSTILE_MODEL)}")
    expect(page.locator(".js-plotly-plot .ytick text").first).to_contain_text('<a href="//')
    expect(page.locator(".js-plotly-plot .ytick a")).to_have_count(0)


def test_right_to_left_text_begins_at_the_right(page, hostile_url):
    go(page, f"{hostile_url}/conversation?conversation={'d' * 32}")
    text = page.locator("li").get_by_text("מה שלומך")
    expect(text).to_be_visible()
    direction = text.evaluate("node => getComputedStyle(node).direction")
    assert direction == "rtl"


@pytest.mark.parametrize("path", ["", "browse", "about", "conversation?conversation=" + "e" * 32])
def test_a_narrow_screen_needs_no_sideways_scrolling(narrow, hostile_url, path):
    go(narrow, f"{hostile_url}/{path}")
    expect(narrow.get_by_role("heading", level=1)).to_be_visible()
    assert_fits(narrow)
