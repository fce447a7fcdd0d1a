"""From a question to a conversation and back, with the real model and texts that mean harm."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Locator, Page, expect

from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.e2e.support.export_page import MANIFEST, download, prepare_export
from tests.e2e.support.hostile_store import HOSTILE, HOSTILE_MODEL, HOSTILE_ROWS, LETTERS
from tests.e2e.support.page import go, settled
from tests.support import tiny_dataset
from tests.support.dashboard_process import serving
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store

CONVERSATIONS = 40


@pytest.fixture(scope="session")
def search_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard of a few of the sample, the twelve and the hostile ones, with a real index."""
    folder = tmp_path_factory.mktemp("search")
    some = pq.read_table(SAMPLE).slice(0, CONVERSATIONS).to_pylist()
    raw = tiny_dataset.write(folder / "raw.parquet", [*some, *tiny_dataset.ROWS, *HOSTILE_ROWS])
    prepare_store(raw, folder / "store")
    accept(StorePath(folder / "store"), "a test")
    command = [sys.executable, "-c", "from queries.cli import main; main()", "index"]
    subprocess.run([*command, "--store", str(folder / "store")], check=True, capture_output=True)
    with serving(folder / "store", folder / "log") as url:
        yield url


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Search", exact=True)


def results(page: Page) -> Locator:
    return page.locator(".st-key-search_results li")


def count(page: Page) -> Locator:
    return page.locator(".st-key-search_count [data-testid=stText]")


def ids(page: Page) -> list[str]:
    links = results(page).locator("a.snippet").all()
    return [str(link.get_attribute("href")).split("conversation=")[1][:32] for link in links]


def test_nothing_is_searched_before_enter_and_the_first_search_by_meaning_answers(page, search_url):
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    go(page, f"{search_url}/search?mode=meaning")
    expect(page.get_by_text("machine learning")).to_be_visible()
    settled(page)
    before = len(sent)
    box(page).press_sequentially("how long does an egg take to cook")
    expect(page.get_by_text("Press Enter to apply")).to_be_visible()
    assert len(sent) == before
    assert "q=" not in page.url
    expect(results(page)).to_have_count(0)
    box(page).press("Enter")
    waits = page.get_by_text("The model is being loaded")
    expect(waits.or_(results(page).first)).to_be_visible()
    expect(page).to_have_url(
        f"{search_url}/search?mode=meaning&q=how+long+does+an+egg+take+to+cook"
    )
    expect(results(page).first).to_contain_text(re.compile("boil an egg", re.I))
    expect(results(page).first).to_contain_text(re.compile(r"similarity 0\.[5-9]\d"))
    expect(waits).to_have_count(0)
    expect(count(page)).to_have_text(re.compile("^1–20 of the nearest "))
    assert len(sent) > before


def test_a_result_opens_and_the_way_back_leads_to_the_same_page_of_the_same_search(
    page, search_url
):
    go(page, f"{search_url}/search?q=the&mode=words")
    expect(count(page)).to_have_text(re.compile("^1–20 of "))
    first = results(page).first.locator("a.snippet").get_attribute("href")
    settled(page)
    page.get_by_role("button", name="Next page").click()
    expect(page).to_have_url(re.compile(r"q=the&mode=words&page=2$"))
    expect(count(page)).to_have_text(re.compile("^21–"))
    # The count stands before the results do.
    expect(results(page).first.locator("a.snippet")).not_to_have_attribute("href", first or "")
    result_ids = ids(page)
    results(page).nth(1).locator("a.snippet").click()

    expect(page.locator("li[id^=message-]").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"conversation={result_ids[1]}"))
    expect(page.get_by_role("heading", level=3, name="Turn 1 · user")).to_be_visible()
    page.get_by_role("link", name="Back to search").click()
    expect(page).to_have_url(re.compile(r"/search\?q=the&mode=words&page=2$"))
    expect(count(page)).to_have_text(re.compile("^21–"))
    expect(box(page)).to_have_value("the")
    expect(results(page)).to_have_count(len(result_ids))
    assert ids(page) == result_ids
    page.go_back()
    expect(page.locator("li[id^=message-]").first).to_be_visible()
    page.go_back()
    expect(count(page)).to_have_text(re.compile("^21–"))
    expect(box(page)).to_have_value("the")
    expect(results(page)).to_have_count(len(result_ids))
    page.go_back()
    expect(count(page)).to_have_text(re.compile("^1–20 of "))


def test_what_is_like_a_message_is_found_and_left_again(page, search_url):
    go(page, f"{search_url}/search?q=boil+egg&mode=words")
    expect(count(page)).to_have_text("1–3 of 3 conversations")
    settled(page)
    card = results(page).filter(has_text="how do i boil an egg").first
    card.get_by_role("button", name="Find similar").click()
    expect(page).to_have_url(re.compile(r"/search\?mode=words&like=(a|f|g){32}&like_turn=1$"))
    expect(page.get_by_text("Similar to turn 1 of conversation")).to_be_visible()
    expect(box(page)).to_have_value("")
    expect(count(page)).to_have_text(re.compile("^1–20 of the nearest "))
    expect(results(page).first).to_contain_text("similarity")
    like = page.url.split("like=")[1][:32]
    assert like not in ids(page)
    page.go_back()
    expect(box(page)).to_have_value("boil egg")
    expect(count(page)).to_have_text("1–3 of 3 conversations")
    page.go_forward()
    expect(page.get_by_text("Similar to turn 1 of conversation")).to_be_visible()
    page.get_by_role("button", name="Search for text instead").click()
    expect(page).to_have_url(f"{search_url}/search?mode=words")
    expect(page.get_by_text("machine learning")).to_be_visible()


def test_a_search_needs_no_mouse(page, search_url):
    go(page, f"{search_url}/search?mode=words")
    expect(page.get_by_text("machine learning")).to_be_visible()
    settled(page)
    box(page).focus()
    page.keyboard.type("Portuguese OR egg")
    page.keyboard.press("Enter")
    expect(count(page)).to_have_text(re.compile("^1–"))
    settled(page)
    deepest = "let a = document.activeElement; while (a?.shadowRoot?.activeElement) "
    deepest += "a = a.shadowRoot.activeElement; return a ? a.className : ''"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => {{ {deepest} }}").startswith("snippet"):
            break
    focused = results(page).first.locator("a.snippet")
    expect(focused).to_be_focused()
    assert focused.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    wanted = ids(page)[0]
    page.keyboard.press("Enter")
    expect(page.locator("li[id^=message-]").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"conversation={wanted}"))


def test_texts_that_mean_harm_are_inert_and_keep_their_direction(page, search_url):
    harm = "owned OR tracker* OR onload OR click OR outside OR href OR display OR drop OR world"
    go(page, f"{search_url}/search?mode=words&q={quote(harm)}")
    by_id = dict(zip(LETTERS, HOSTILE, strict=False))
    expect(count(page)).to_have_text(re.compile("^1–"))
    for letter in "hijklmopqrsy":
        card = results(page).filter(has=page.locator(f"a[href*='conversation={letter * 32}']"))
        expect(card.locator("a.snippet")).to_contain_text(by_id[letter].split("\n")[0][:40])
        expect(card.locator("mark").first).to_be_visible()
    listed = page.locator(".st-key-search_results")
    expect(
        listed.locator("li :is(script, img, svg, iframe, style, link, h1, b, ol)")
    ).to_have_count(0)
    assert {link.get_attribute("href")[:13] for link in results(page).locator("a").all()} == {
        "conversation?"
    }
    expect(page).to_have_title("Search · Chatscape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    arabic = results(page).filter(has_text="مرحبا").locator("a.snippet").first
    assert arabic.evaluate("node => getComputedStyle(node).direction") == "rtl"
    latin = results(page).filter(has_text="drop table").locator("a.snippet").first
    assert latin.evaluate("node => getComputedStyle(node).direction") == "ltr"
    # The name of its model is markup, too.
    go(page, f"{search_url}/search?mode=words&q=hello&model={quote(HOSTILE_MODEL)}")
    expect(count(page)).to_have_text("1–1 of 1 conversation")
    expect(results(page).locator(".model")).to_have_text(HOSTILE_MODEL)
    expect(page.locator(".st-key-mix_model")).to_contain_text(HOSTILE_MODEL)
    expect(page.locator(".stMain :is(a[href^='/'], a[href^='java'], img, i)")).to_have_count(0)


@pytest.mark.parametrize("query", ["q=" + "W" * 60 + "&mode=meaning", "q=owned+OR+tracker*", ""])
def test_a_search_fits_a_telephone(narrow, search_url, query):
    go(narrow, f"{search_url}/search?{query}")
    expect(narrow.get_by_text("machine learning").or_(results(narrow).first)).to_be_visible()
    settled(narrow)
    main = narrow.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth - node.clientWidth") <= 1
    expect(box(narrow)).to_be_visible()


def test_from_a_question_by_meaning_to_json_lines_in_four_actions(page, search_url, tmp_path):
    question = "how long does an egg take to cook"
    go(page, f"{search_url}/search?mode=meaning")
    settled(page)
    box(page).fill(question)
    box(page).press("Enter")  # The first action.
    keeps = page.locator(".st-key-near_cut").get_by_text(re.compile("^Keeps "))
    expect(keeps).to_be_visible()
    settled(page)
    kept = int(re.search(r"Keeps (\d+) conversations\.", keeps.inner_text())[1])
    assert kept >= 20  # All that are shown.
    first = ids(page)[0]
    page.get_by_test_id("stMain").get_by_role("link", name="Export").click()  # The second.
    expect(page.get_by_text(f"{kept} conversations will be written.", exact=True)).to_be_visible()
    settled(page)
    token = prepare_export(page)  # The third.
    file = download(page, token, "slice-published.jsonl", tmp_path)  # The fourth.
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(rows) == kept
    assert first in {row["conversation_id"] for row in rows}
    manifest = json.loads(download(page, token, MANIFEST, tmp_path).read_text())
    assert re.fullmatch(rf"0\.\d+@[0-9a-f]{{8}}:{question}", manifest["plan"]["filters"]["near"])
