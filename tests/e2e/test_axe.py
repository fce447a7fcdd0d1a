"""What axe finds on every page, light and dark: nothing serious, in our parts and Streamlit's."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.support.conversation_page import load_all, open_conversation
from tests.e2e.support.page import go, settled

SERIOUS = {"serious", "critical"}
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(16, 22, 21)"
PAGES = [
    "",
    "models",
    "languages",
    "moderation?unit=message",
    "moderation?section=scores",
    "lengths",
    "topics",
    "map",
    "compare?flagged=any&against=rest&words=true",
    "search",
    "search?q=museum&mode=words",
    "browse?sort=shuffled&seed=3&page=2",
    "browse?min_turns=900",
    "conversation",
    "conversation?conversation=nope",
    "export?shape=published",
    "sql",
    "sql?sql=select+conversation_id,+opening,+null+as+n,+1+as+m+from+slice&chart=bars",
    "sql?sql=select+modle+from+slice",
    "about",
    "log",
]


def findings(page: Page, **options: Any) -> list[str]:
    """What is serious or worse: the rule, where, and what is wrong."""
    results = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
        if violation["impact"] in SERIOUS
    ]


def found_in_both(page: Page) -> list[str]:
    """What is serious in the light, and what cannot be read in the dark."""
    settled(page)
    app = page.get_by_test_id("stApp")
    expect(app).to_have_css("background-color", LIGHT)
    problems = findings(page)
    page.emulate_media(color_scheme="dark")
    expect(app).to_have_css("background-color", DARK)
    problems += [f"dark: {problem}" for problem in findings(page, runOnly=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    return problems


def test_axe_finds_what_is_wrong(page, words_url):
    go(page, f"{words_url}/about")
    page.get_by_role("heading", level=1).evaluate(
        """title => {
          const host = document.createElement("div")
          host.attachShadow({ mode: "open" }).append(document.createElement("button"))
          title.after(host)
        }"""
    )
    (finding,) = findings(page)
    assert finding.startswith("button-name")


def test_no_page_has_a_serious_finding(page, words_url):
    problems = {}
    for path in PAGES:
        go(page, f"{words_url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_test_id("stSidebar").get_by_text("Model", exact=True)).to_be_visible()
        problems[path] = found_in_both(page)
    assert {path: here for path, here in problems.items() if here} == {}


@pytest.mark.parametrize("width", [1440, 390])
def test_a_conversation_has_no_serious_finding(page, reading_url, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_conversation(page, reading_url, "c")
    page.get_by_role("button", name="Scores").first.click()
    page.get_by_role("button", name="Scores").nth(1).click()
    page.get_by_role("button", name="Show this message").first.click()
    expect(page.get_by_role("button", name="Show this message")).to_have_count(3)
    page.get_by_role("button", name="Scores").first.click()
    expect(page.locator("table.scores")).to_have_count(2)
    assert found_in_both(page) == []
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert found_in_both(page) == []


@pytest.mark.parametrize(
    ("how", "width"), [("published", 1440), ("rendered", 1440), ("rendered", 390)]
)
def test_texts_have_no_serious_finding(page, reading_url, how, width):
    """Code, formulas, links, images, masks, names, all scripts; two beside each other."""
    page.set_viewport_size({"width": width, "height": 900})
    open_conversation(page, reading_url, "T", f"&read={how}&beside={'m' * 32}")
    if how == "rendered":
        load_all(page)
        page.get_by_title("Show the address of this link").first.click()
        expect(page.locator(".message-text a.address").first).to_be_visible()
    assert found_in_both(page) == []
