"""Two slices against each other, and the threshold workbench."""

import re

from playwright.sync_api import expect

from queries.breakdowns.moderation import threshold_verdicts
from queries.breakdowns.overview import slice_size
from queries.filters import Filters
from queries.filters.min_score import MinScore
from tests.e2e.support.page import card, go, settled


def test_a_slice_is_compared_with_everything_else_by_a_link(page, sample_url):
    go(page, f"{sample_url}/compare?flagged=any")
    page.get_by_role("button", name="B = everything else").click()
    expect(page).to_have_url(re.compile(r"\?flagged=any&against=rest$"))
    expect(page.get_by_text("1,892 conversations: everything but: flagged")).to_be_visible()
    rows = card(page, "comparison").locator("tbody tr")
    # Without the four measures of flags, by which the slices were chosen.
    expect(rows).to_have_count(7)
    # Of 108 flagged conversations 56 have one turn; of 1,892 others 1,300: plain SQL on the sample.
    single = rows.filter(has_text="Single turn")
    expect(single).to_contain_text("51.9 %")
    expect(single).to_contain_text("n = 1,892")
    page.reload()
    expect(rows).to_have_count(7)


def test_filters_are_kept_as_b_and_swapped(page, sample_url):
    go(page, f"{sample_url}/compare?model=gpt-4")
    page.get_by_role("button", name="B = current filters").click()
    expect(page.get_by_text("A and B contain the same conversations")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(page).to_have_url(re.compile(r"/compare\?against="))
    settled(page)
    page.get_by_text(re.compile("^any message · ")).click()
    expect(page).to_have_url(re.compile(r"flagged=any.*against=model%3Dgpt-4"))
    slices = page.locator(".st-key-slices")
    expect(slices).to_contain_text(re.compile(r"A\s*108 conversations: flagged"))
    page.get_by_role("button", name="Swap A and B").click()
    expect(slices).to_contain_text(re.compile(r"A\s*13 conversations: gpt-4"))
    expect(slices).to_contain_text(re.compile(r"B\s*108 conversations: flagged"))
    page.go_back()
    expect(slices).to_contain_text(re.compile(r"A\s*108 conversations: flagged"))
    expect(slices).to_contain_text(re.compile(r"B\s*13 conversations: gpt-4"))


def test_words_tell_the_slices_apart_and_lead_to_their_conversations(page, sample_url):
    go(page, f"{sample_url}/compare?language=Russian&against=rest")
    card(page, "distinctive_words").get_by_text("Compute").click()
    expect(page).to_have_url(re.compile("words=true"))
    words = page.locator(".st-key-words_a tbody tr")
    expect(words.first).to_be_visible()
    texts = words.locator("th").all_inner_texts()
    cyrillic = [text for text in texts if re.search("[а-яё]", text)]
    assert len(cyrillic) > len(texts) * 0.8
    word = next(text for text in cyrillic if "Covered" not in text)
    words.get_by_role("button", name=word, exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Browse")).to_be_visible()
    expect(page.get_by_role("button", name=f"first prompt has “{word}”")).to_be_visible()
    expect(page.get_by_role("table").locator("tbody tr").first).to_be_visible()


def test_words_of_flagged_prompts_are_covered_until_they_are_asked_for(page, sample_url):
    go(page, f"{sample_url}/compare?flagged=user&against=rest&words=true")
    words = page.locator(".st-key-words_a")
    expect(words.get_by_text("Covered: flagged").first).to_be_visible()
    # What is covered leads nowhere: the way there would say it.
    expect(words.get_by_role("button", name="Covered: flagged")).to_have_count(0)
    covered = words.get_by_text("Covered: flagged").count()
    assert covered > 0
    texts_before = words.locator("tbody th").all_inner_texts()
    page.get_by_text("Show words of flagged prompts").click()
    expect(words.get_by_text("Covered: flagged")).to_have_count(0)
    assert len(set(words.locator("tbody th").all_inner_texts()) - set(texts_before)) == covered


def test_a_threshold_moves_messages_and_becomes_a_filter(page, sample_url, sample_store):
    go(page, f"{sample_url}/moderation?section=scores")
    slider = page.get_by_label("Threshold for sexual", exact=True)
    expect(slider).to_be_visible()
    expect(slider).to_have_attribute("aria-valuetext", "0.5")
    expect(page.get_by_text("0 of 7,886 messages change verdict.")).to_be_visible()
    slider.focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("thresholds=.*sexual%3D0.1[+&]"))
    lowered = " ".join(f"{c}=0.5" if c != "sexual" else f"{c}=0.1" for c in _categories())
    verdicts = threshold_verdicts(sample_store, Filters(), unit="messages", thresholds=lowered)
    change = int(verdicts["reached_count"].iloc[0] - verdicts["both_count"].iloc[0])
    assert change > 0
    expect(page.get_by_text(f"{change} of 7,886 messages change verdict.")).to_be_visible()
    page.get_by_role("row", name=re.compile("^sexual 0.1")).get_by_role(
        "button", name="Filter:"
    ).click()
    expect(page).to_have_url(re.compile(r"min_score=sexual%3D0.1&"))
    size = slice_size(sample_store, Filters(min_score=(MinScore("sexual", 0.1),)))
    count = size["conversation_count"].iloc[0]
    expect(page.get_by_text(f"{count} conversations: sexual score of at least 0.1")).to_be_visible()


def test_thresholds_come_back_with_a_link_and_a_wrong_value_is_reported(page, sample_url):
    go(page, f"{sample_url}/moderation?section=scores&role=user&thresholds=hate%3D0.25")
    expect(page.get_by_label("Threshold for hate", exact=True)).to_have_attribute(
        "aria-valuetext", "0.25"
    )
    expect(page.get_by_label("Threshold for sexual", exact=True)).to_have_attribute(
        "aria-valuetext", "off"
    )
    go(page, f"{sample_url}/moderation?section=scores&thresholds=hate%3D0.3")
    expect(page.get_by_text("'0.3' is none of them.")).to_be_visible()
    settled(page)


def test_every_page_of_breakdowns_fits_a_telephone(narrow, sample_url):
    pages = ("models", "languages", "moderation", "moderation?section=scores", "lengths")
    for path in (*pages, "compare?flagged=any&against=rest"):
        go(narrow, f"{sample_url}/{path}")
        expect(narrow.get_by_role("heading", level=1)).to_be_visible()
        settled(narrow)
        main = narrow.get_by_test_id("stMain")
        assert main.evaluate("node => node.scrollWidth - node.clientWidth") <= 1, path


def _categories() -> tuple[str, ...]:
    from queries.schema import CATEGORIES

    return CATEGORIES
