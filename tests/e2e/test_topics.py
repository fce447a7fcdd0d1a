"""The page Topics in a real Chromium: a topic becomes a filter, and an operator renames it."""

import re

import pytest
from playwright.sync_api import Page, expect

from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.e2e.support.page import card, go, settled
from tests.support.dashboard_process import serving
from tests.support.topic_stores import subject_rows, topic_store


@pytest.fixture(scope="module")
def with_topics(tmp_path_factory: pytest.TempPathFactory) -> StorePath:
    rows, _ = subject_rows()
    store = topic_store(tmp_path_factory.mktemp("topics"), rows)
    accept(store, "a test")
    return store


@pytest.fixture(scope="module")
def topics_url(with_topics: StorePath, tmp_path_factory: pytest.TempPathFactory):
    with serving(with_topics.path, tmp_path_factory.mktemp("log") / "topics.log") as url:
        yield url


def test_a_topic_is_chosen_and_renamed(page: Page, topics_url: str, with_topics: StorePath) -> None:
    opened = open_store(with_topics.path, Settings())
    topics = opened.run("topics", Filters())
    opened.close()
    chosen = topics[topics["topic"].str.startswith("1 ")].iloc[0]
    go(page, f"{topics_url}/topics")
    table = card(page, "topic_table").first
    expect(table.locator("tbody tr")).to_have_count(len(topics))
    table.get_by_role("button", name=chosen["topic"], exact=True).first.click()
    kept = f"{chosen['conversation_count']} conversations: "
    expect(page.get_by_text(f"{kept}{chosen['topic']}").first).to_be_visible()
    settled(page)
    page.get_by_text("Rename, merge or hide topics").first.click()
    label = page.get_by_label("New label").first
    label.fill("Programs & scripts")
    label.press("Enter")
    settled(page)
    page.get_by_role("button", name="Rename", exact=True).first.click()
    expect(page.get_by_text(f"{kept}1 Programs & scripts").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"topic=1(\+|%20)Programs(\+|%20)%26(\+|%20)scripts"))
    row = card(page, "topic_table").first.locator("tbody tr").first
    expect(row).to_contain_text("1 Programs & scripts")
