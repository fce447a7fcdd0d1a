"""The pictures of the README, written where ``--screenshots`` says; else drawn and thrown away."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.support.page import go, settled

PICTURES = [
    ("overview", "", 1440, 1420, "light"),
    ("overview-dark", "?flagged=any&log=true", 1440, 1420, "dark"),
    (
        "browse-narrow",
        "browse?language=Arabic&language=Hebrew&language=Thai&sort=language",
        390,
        844,
        "dark",
    ),
    ("conversation", "conversation", 1440, 1000, "light"),
    ("models", "models?measure=single_turn&standardise=true", 1440, 1420, "light"),
    ("moderation", "moderation", 1440, 1300, "dark"),
    ("thresholds", "moderation?section=scores&thresholds=sexual%3D0.1", 1440, 1420, "light"),
    ("search", "search?mode=words&q=(museum+OR+galler*)+-hotel", 1440, 1100, "light"),
    ("compare", "compare?flagged=any&against=rest&of=turns", 1440, 1420, "dark"),
]


@pytest.mark.parametrize(("name", "path", "width", "height", "theme"), PICTURES)
def test_pictures(
    page, words_url, sample_store, request, tmp_path, name, path, width, height, theme
):
    if name == "conversation":
        path += f"?flagged=user&conversation={covered_conversation(sample_store)}"
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=theme)
    go(page, f"{words_url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if name.startswith("overview"):
        expect(page.locator(".js-plotly-plot .barlayer")).to_have_count(4)
    settled(page)
    folder = Path(request.config.getoption("--screenshots") or tmp_path)
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 10_000


def covered_conversation(store) -> str:
    """A short English conversation with a covered message."""
    from queries.conversations.listing import slice_rows
    from queries.filters import Filters

    filters = Filters(flagged="user", language=("English",), min_turns=2, max_turns=3)
    return str(slice_rows(store, filters, row_limit=1)["conversation_id"].iloc[0])
