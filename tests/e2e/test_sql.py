"""Asking SQL in a browser: written, run, drawn and taken away; stopped; beside others."""

import re
from urllib.parse import urlencode

import duckdb
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.support.page import assert_fits, figure, go, settled
from tests.e2e.support.sql_page import expect_statement, statement_box, write
from tests.support.dashboard_process import serving
from tests.support.paths import SAMPLE

BOMB = "select count(*) from range(1000000) a, range(1000000) b, range(1000000) c"
RAW = f"""
select model, count(*) as n from '{SAMPLE}'
where language = 'English' group by model order by n desc, model"""


def rows(page: Page) -> list[list[str]]:
    """The cells of the result, without the numbers of the rows."""
    lines = page.get_by_role("region", name=re.compile("^Rows 1 to")).locator("tbody tr")
    return [line.locator("td").all_inner_texts() for line in lines.all()]


def expect_said(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_test_id("stMain").get_by_text(words)).to_be_visible()


def test_a_statement_is_written_run_drawn_and_taken_away(page, sample_url, tmp_path):
    go(page, f"{sample_url}/sql?language=English")
    write(page, "select model, count(*) as n from ")
    page.keyboard.press("ControlOrMeta+End")
    page.get_by_role("button", name="slice", exact=True).click()
    page.keyboard.insert_text(" group by model order by n desc, ")
    box = statement_box(page)
    page.get_by_role("searchbox", name="Find a column").fill("name of the model")
    page.keyboard.press("Enter")
    sql = "select model, count(*) as n from slice group by model order by n desc, model"
    expect_statement(page, sql)
    expect(page.get_by_text(" rows, 2 columns, in ")).to_have_count(0)
    box.press("Control+Enter")
    expect_said(page, re.compile(r"^\d+ rows, 2 columns, in "))
    settled(page)
    expected = duckdb.sql(RAW).fetchall()
    assert rows(page) == [[model, str(n)] for model, n in expected]
    page.get_by_role("radio", name="Bars").click()
    expect(page).to_have_url(re.compile("chart=bars"))
    bars = page.locator(".js-plotly-plot .bars .point")
    expect(bars).to_have_count(len(expected))
    with page.expect_download() as started:
        page.get_by_role("button", name="Parquet").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    taken = pq.read_table(file)
    assert list(zip(*taken.to_pydict().values(), strict=True)) == expected
    address = page.url
    go(page, f"{sample_url}/")
    go(page, address)
    expect(bars).to_have_count(len(expected))


def test_back_takes_a_statement_back(page, sample_url):
    go(page, f"{sample_url}/sql?{urlencode({'sql': 'select 41 as n'})}")
    expect(page.get_by_role("cell", name="41")).to_be_visible()
    write(page, "select 42 as n")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("cell", name="42")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("cell", name="41")).to_be_visible()
    expect_statement(page, "select 41 as n")


def test_what_is_typed_stays_while_other_things_are_chosen(page, sample_url):
    go(page, f"{sample_url}/sql")
    write(page, "select 1 -- not run yet")
    page.get_by_text("Show flagged texts").click()
    settled(page)
    expect_statement(page, "select 1 -- not run yet")
    page.get_by_label("Examples").select_option("How long answers are, by turn")
    expect(statement_box(page)).to_have_text(re.compile("^select turn_number"))
    assert "sql=" not in page.url


def test_the_editor_completes_columns_and_hints_at_the_right_name(page, sample_url):
    go(page, f"{sample_url}/sql")
    write(page, "select flagged, turn_c")
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.press("Control+Space")
    completions = page.locator(".cm-tooltip-autocomplete")
    expect(completions).to_contain_text("turn_count")
    page.keyboard.press("Escape")
    expect(completions).to_have_count(0)
    page.locator(".cm-lintRange").hover()
    page.get_by_role("button", name="Write is_flagged").click()
    expect_statement(page, "select is_flagged, turn_c")


def test_without_its_script_the_editor_is_a_text_area(context, sample_url):
    page = context.new_page()
    script = {"content_type": "text/javascript", "body": "throw new Error('no editor')"}
    page.route("**/chatscape/codemirror-*.js", lambda route: route.fulfill(**script))
    go(page, f"{sample_url}/sql")
    page.get_by_role("textbox", name="Statement").fill("select 42 as n")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("cell", name="42")).to_be_visible()
    expect(page.locator(".cm-content")).to_have_count(0)


@pytest.fixture
def patient_url(sample_folder, tmp_path, monkeypatch):
    """A dashboard whose statements may run for an hour: they last until they are stopped."""
    monkeypatch.setenv("CHATSCAPE_SQL_SECONDS", "3600")
    with serving(sample_folder, tmp_path / "log") as url:
        yield url


def test_a_bomb_lets_others_work_and_can_be_stopped(page, context, patient_url):
    go(page, f"{patient_url}/sql")
    write(page, BOMB)
    page.get_by_role("button", name="Run", exact=True).click()
    expect_said(page, re.compile(r"^Running: \d+\.\d s of 3600 s"))
    expect(page.get_by_test_id("stSidebar").get_by_text("Language", exact=True)).to_be_visible()
    other = context.new_page()
    go(other, f"{patient_url}/?model=gpt-4")
    expect(figure(other, "Conversations")).to_have_text("13")
    expect_said(page, re.compile(r"^Running: "))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect_said(page, "The statement was stopped. Press Run to run it again.")
    write(page, "select 42 as n")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("cell", name="42")).to_be_visible()


def test_a_statement_that_takes_too_long_ends_by_itself(page, sample_url):
    page.goto(f"{sample_url}/sql?{urlencode({'sql': BOMB})}")
    expect_said(page, re.compile(r"^Running: "))
    expect_said(page, re.compile("^The statement was stopped after 10 s"))
    expect_statement(page, BOMB)


LONG_NAMES = ", ".join(f"range as {'a_long_name_' * 5}{n}" for n in range(30))


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sql": "select conversation_id, opening, flagged_categories, prompt_chars from slice"},
        {"sql": f"select {LONG_NAMES} from range(60)", "chart": "bars"},
        {"sql": "select repeat('x', 500) as t, range as n from range(60)", "chart": "bars"},
        {"sql": "select nothing"},
    ],
)
def test_a_narrow_screen_needs_no_sideways_scrolling(narrow, sample_url, params):
    go(narrow, f"{sample_url}/sql?{urlencode(params)}")
    if params:
        expect(narrow.get_by_text("Run this from the command line")).to_be_visible()
    assert_fits(narrow)
