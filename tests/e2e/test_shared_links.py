"""From a filter to a link to the same slice on another screen."""

import re

from playwright.sync_api import expect

from tests.e2e.support.page import figure, go, settled
from tests.e2e.support.shared_links import (
    TOTAL,
    keep_filters_on_every_page,
    open_overview,
    reopen_a_pasted_link,
)


def test_a_filter_changes_figures_charts_and_address_and_back_undoes_it(page, sample_url):
    open_overview(page, sample_url)
    page.get_by_label("Turns, at least").fill("3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?min_turns=3$"))
    expect(figure(page, "Conversations")).not_to_have_text(TOTAL)
    settled(page)  # The label of a pill carries its count, which is changing.
    page.get_by_text(re.compile(r"^none · ")).click()
    expect(page).to_have_url(re.compile(r"\?min_turns=3&flagged=none$"))
    expect(figure(page, "Flagged")).to_have_text("0 %")
    expect(page.get_by_text("at least 3 turns; no message flagged")).to_be_visible()

    page.go_back()
    expect(page).to_have_url(re.compile(r"\?min_turns=3$"))
    expect(figure(page, "Flagged")).not_to_have_text("0 %")
    page.go_back()
    expect(figure(page, "Conversations")).to_have_text(TOTAL)
    settled(page)
    page.go_forward()
    expect(page.get_by_label("Turns, at least")).to_have_value("3")


def test_a_pasted_link_reopens_the_same_slice(page, context, sample_url):
    reopen_a_pasted_link(page, context, sample_url)


def test_filters_go_along_to_every_page_and_clear_all_ends_them(page, sample_url):
    keep_filters_on_every_page(page, sample_url)


def test_a_score_filter_is_added_and_taken_away(page, sample_url):
    open_overview(page, sample_url)
    page.get_by_text("More filters").click()
    page.get_by_text("One for each first prompt").click()
    expect(page).to_have_url(re.compile("unique_prompts=true"))
    page.get_by_role("button", name="Add score filter").click()
    expect(page).to_have_url(re.compile("min_score=harassment%3D0.5"))
    expect(page.get_by_text("harassment score of at least 0.5").first).to_be_visible()
    page.get_by_role("button", name="harassment score of at least 0.5").click()
    expect(page).not_to_have_url(re.compile("min_score"))
    expect(page).to_have_url(re.compile("unique_prompts=true"))


def test_a_chart_says_what_it_shows_to_those_who_do_not_see_it(page, sample_url):
    open_overview(page, sample_url)
    charts = page.get_by_role("img", name=re.compile(r"n = 2,000 conversations"))
    expect(charts).to_have_count(4)


def test_a_part_of_a_link_that_cannot_be_followed_is_named(page, sample_url):
    go(page, f"{sample_url}/?model=gpt-5&flagged=none")
    expect(page.get_by_text("This store has no model 'gpt-5'")).to_be_visible()
    expect(page).to_have_url(f"{sample_url}/?flagged=none")
