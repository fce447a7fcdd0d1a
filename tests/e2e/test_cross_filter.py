"""A bar, a cell or a row becomes a filter; figures can be read, copied and saved."""

import csv
import re

from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.support.page import card, figure, go, settled


def click_mark(page: Page, mark: Locator) -> None:
    """Click the middle of a mark: Plotly lies over it, and would not let a click on it through."""
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


class SlowConnection:
    """Holds back what the server sends to a page, until it is released."""

    def __init__(self, page: Page) -> None:
        self.is_holding = False
        self._page = page
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def wait_for_reruns(self, count: int) -> None:
        """Wait until the server has finished a number of reruns of which the page knows nothing."""
        while sum(map(self._is_end, self._held)) < count:
            self._page.wait_for_timeout(20)

    def release(self) -> None:
        """Send everything on."""
        self.is_holding = False
        for browser, message in self._held:
            browser.send(message)

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        server.on_message(lambda message: self._receive(browser, message))

    def _receive(self, browser: WebSocketRoute, message: str | bytes) -> None:
        if self.is_holding:
            self._held.append((browser, message))
        else:
            browser.send(message)

    @staticmethod
    def _is_end(held: tuple[WebSocketRoute, str | bytes]) -> bool:
        return ForwardMsg.FromString(held[1]).WhichOneof("type") == "script_finished"


def test_a_second_choice_before_the_first_has_arrived_keeps_both(page, sample_url):
    connection = SlowConnection(page)
    go(page, sample_url)
    bars = page.locator(".st-key-model_mix .barlayer path")
    expect(bars).to_have_count(13)
    settled(page)
    connection.is_holding = True
    click_mark(page, bars.nth(1))
    connection.wait_for_reruns(1)
    page.get_by_label("Turns, at least").fill("2")
    page.keyboard.press("Enter")
    connection.wait_for_reruns(2)
    connection.release()
    expect(page).to_have_url(re.compile(r"\?model=koala-13b&min_turns=2$"))
    expect(figure(page, "Models")).to_have_text("1")
    expect(page.get_by_role("button", name="koala-13b", exact=True)).to_be_visible()
    # With both received, the browser's values count again.
    settled(page)
    page.get_by_role("button", name="koala-13b", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?min_turns=2$"))


def test_a_bar_becomes_a_filter_on_all_pages_and_once_more_takes_it_away(page, sample_url):
    go(page, sample_url)
    bars = page.locator(".st-key-model_mix .barlayer path")
    expect(bars).to_have_count(13)
    settled(page)
    click_mark(page, bars.nth(1))
    expect(page).to_have_url(re.compile(r"\?model=koala-13b$"))
    expect(figure(page, "Models")).to_have_text("1")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Moderation").click()
    expect(page).to_have_url(re.compile(r"/moderation\?model=koala-13b$"))
    expect(page.get_by_role("button", name="koala-13b", exact=True)).to_be_visible()
    page.go_back()
    expect(bars).to_have_count(1)
    settled(page)
    click_mark(page, bars.first)
    expect(page).to_have_url(f"{sample_url}/")
    expect(figure(page, "Conversations")).to_have_text("2,000")


def test_a_bar_of_turns_is_both_bounds(page, sample_url):
    go(page, sample_url)
    bars = page.locator(".st-key-turn_histogram .barlayer path")
    expect(bars.nth(1)).to_be_visible()
    settled(page)
    click_mark(page, bars.nth(1))
    expect(page).to_have_url(re.compile(r"\?min_turns=2&max_turns=2$"))
    expect(figure(page, "Mean turns")).to_have_text("2.00")


def test_a_cell_of_a_heat_map_becomes_two_filters(page, sample_url, sample_store):
    from queries.breakdowns.overview import slice_size
    from queries.filters import Filters

    go(page, f"{sample_url}/models")
    plot = page.locator(".st-key-model_languages .nsewdrag")
    expect(plot).to_be_visible()
    settled(page)
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    # The second of twenty rows, the first of ten columns.
    page.mouse.click(box["x"] + box["width"] / 20, box["y"] + box["height"] * 1.5 / 20)
    expect(page).to_have_url(re.compile(r"\?model=koala-13b&language=English$"))
    filters = Filters(model=("koala-13b",), language=("English",))
    count = slice_size(sample_store, filters)["conversation_count"].iloc[0]
    expect(page.get_by_text(f"{count} conversations: koala-13b; English")).to_be_visible()


def test_a_row_is_a_filter_without_a_mouse(page, sample_url):
    go(page, f"{sample_url}/languages")
    row = card(page, "languages").get_by_role("button", name="Portuguese", exact=True)
    row.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?language=Portuguese$"))
    expect(card(page, "languages").locator("tbody tr")).to_have_count(1)


def test_a_dot_at_zero_can_be_chosen_in_its_middle(page, sample_url):
    go(page, f"{sample_url}/models")
    # vicuna-7b, the eleventh of the models, has no flagged user message.
    dot = page.locator(".st-key-model_measure .scatterlayer .point").nth(10)
    expect(dot).to_be_visible()
    settled(page)
    click_mark(page, dot)
    expect(page).to_have_url(re.compile(r"\?model=vicuna-7b$"))


def test_a_table_sorts_and_says_so_in_the_address(page, sample_url):
    go(page, f"{sample_url}/models?top=all")
    table = card(page, "models")
    table.get_by_role("button", name="User flagged").click()
    expect(page).to_have_url(re.compile("sort=user_flagged_share&order=desc"))
    head = table.get_by_role("columnheader", name="User flagged")
    expect(head).to_have_attribute("aria-sort", "descending")
    # 2 of 22 and 9 of 103 conversations, counted in the raw sample.
    expect(table.locator("tbody tr").first).to_contain_text("9.09 %")
    expect(table.locator("tbody tr").first).to_have_class("small")
    page.reload()
    expect(table.locator("tbody tr").nth(1)).to_contain_text("alpaca-13b")
    expect(table.locator("tbody tr").nth(1)).to_contain_text("8.74 %")


def test_figures_of_a_chart_are_a_table_and_files(page, sample_url, tmp_path):
    go(page, f"{sample_url}/?flagged=any")
    card(page, "model_mix").get_by_role("button", name="Data & SQL").click()
    body = page.get_by_test_id("stPopoverBody")
    expect(body.get_by_role("row")).to_have_count(20)
    expect(body.get_by_role("row").nth(1)).to_contain_text("vicuna-13b")
    expect(body.get_by_role("row").nth(1)).to_contain_text("56")
    expect(body.get_by_text("group by model")).to_be_visible()
    with page.expect_download() as download:
        body.get_by_role("button", name="CSV", exact=True).click()
    download.value.save_as(tmp_path / "models.csv")
    with (tmp_path / "models.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "model": "vicuna-13b",
        "conversation_count": "56",
        "slice_share": str(56 / 108),
    }
    assert sum(int(row["conversation_count"]) for row in rows) == 108
    for format_, begin in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            body.get_by_role("button", name=format_, exact=True).click()
        assert download.value.suggested_filename == f"model_mix.{format_.lower()}"
        download.value.save_as(tmp_path / format_)
        assert (tmp_path / format_).read_bytes().startswith(begin)


def test_a_name_that_begins_like_a_formula_is_disarmed_in_csv(page, hostile_url, tmp_path):
    go(page, f"{hostile_url}/models?top=all")
    card(page, "models").get_by_role("button", name="Data & SQL").click()
    with page.expect_download() as download:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="CSV", exact=True).click()
    download.value.save_as(tmp_path / "models.csv")
    with (tmp_path / "models.csv").open() as file:
        names = [row["group_name"] for row in csv.DictReader(file)]
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]


def test_charts_and_tables_of_hostile_names_are_inert(page, hostile_url):
    for path in ("models?top=all", "languages", "moderation", "lengths", "compare?against=rest"):
        go(page, f"{hostile_url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        settled(page)
        assert page.evaluate("window.hacked") is None
