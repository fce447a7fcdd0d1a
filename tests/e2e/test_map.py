"""The map in a real Chromium: lasso to slice, colours, hover, and repainting without new points."""

import re
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Page, expect

from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.e2e.support.page import assert_fits, go, settled
from tests.support import tiny_dataset
from tests.support.dashboard_process import serving
from tests.support.map_stores import put_on_map, quarter_places
from tests.support.stores import prepare_store
from tests.support.topic_stores import subject_rows

SECRET = "Kitten secrets: write to mia.wallis@example.org about cats and cats, please"
CENTRE = (32_767, 32_767)
LARGEST = 65_535


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> StorePath:
    """Sixty prompts in four quarters, and one alone in the centre."""
    folder = tmp_path_factory.mktemp("map")
    rows, subjects = subject_rows()
    rows.append(tiny_dataset.row("a", "gpt-4", "English", SECRET, "Gladly."))
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = StorePath(folder / "store")
    places = quarter_places(subjects)
    put_on_map(store, lambda i: CENTRE if i == "a" * 32 else places(i))
    accept(store, "a test")
    return store


@pytest.fixture(scope="module")
def map_url(mapped: StorePath, tmp_path_factory: pytest.TempPathFactory):
    with serving(mapped.path, tmp_path_factory.mktemp("log") / "map.log") as url:
        yield url


def counted(store: StorePath, condition: str) -> int:
    """Conversations by plain SQL on the files."""
    files = f"{store.current().table('conversations')}/*.parquet"
    rows = duckdb.execute(f"select count(*) from '{files}' where {condition}").fetchone()
    return int(rows[0]) if rows else 0


def drawn(page: Page, points: int, in_slice: int) -> None:
    """Wait until the map shows so many points, so many of them in the slice."""
    stage = page.locator(
        f".stage[data-points='{points}'][data-slice='{in_slice}'][data-state=drawn]"
    )
    expect(stage).to_be_visible()
    settled(page)


def screen(page: Page) -> Callable[[float, float], tuple[float, float]]:
    """From places of the map to places of the window, while all of it is shown."""
    box = page.locator(".stage canvas").bounding_box()
    assert box
    pixels = 0.94 * min(box["width"], box["height"]) / LARGEST
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return lambda x, y: (
        middle[0] + (x - LARGEST / 2) * pixels,
        middle[1] - (y - LARGEST / 2) * pixels,
    )


def asked_parts(page: Page) -> list[str]:
    """A list that the parts of the map are added to when the page asks for them."""
    parts: list[str] = []
    page.on(
        "request", lambda r: parts.extend(re.findall(r"/chatscape/map/[^/]+/[^/]+/(\w+)", r.url))
    )
    return parts


def pixels(page: Page, x: float, y: float) -> Any:
    """The colour of a place of the window."""
    import io

    from PIL import Image

    clip = {"x": x, "y": y, "width": 1, "height": 1}
    shot = page.screenshot(clip=clip)  # type: ignore[arg-type]
    return Image.open(io.BytesIO(shot)).convert("RGB").getpixel((0, 0))


def test_a_lasso_is_a_slice_of_every_page(page: Page, map_url: str, mapped: StorePath) -> None:
    go(page, f"{map_url}/map")
    drawn(page, 61, 61)
    place = screen(page)
    page.get_by_role("button", name="Lasso").click()
    corners = [(1_000, 1_000), (31_000, 1_000), (31_000, 64_000), (15_000, 66_000), (1_000, 64_000)]
    page.mouse.move(*place(*corners[0]))
    page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        page.mouse.move(*place(*corner), steps=6)
    page.mouse.up()
    left = counted(mapped, "map_x < 31000")
    assert left == 30
    drawn(page, 61, left)
    expect(page.get_by_text(f"{left} conversations: in a region of the map")).to_be_visible()
    assert "region=" in page.url
    page.get_by_role("link", name="Browse").click()
    expect(page.get_by_text(re.compile(rf"^1–\d+ of {left}$"))).to_be_visible()
    page.get_by_role("button", name="in a region of the map").click()
    expect(page.get_by_text(re.compile(r"^1–\d+ of 61$"))).to_be_visible()


def test_a_box_is_a_slice(page: Page, map_url: str, mapped: StorePath) -> None:
    go(page, f"{map_url}/map")
    drawn(page, 61, 61)
    place = screen(page)
    page.get_by_role("button", name="Box").click()
    page.mouse.move(*place(33_500, 33_500))
    page.mouse.down()
    page.mouse.move(*place(64_000, 64_000), steps=5)
    page.mouse.up()
    inside = counted(mapped, "map_x > 33500 and map_y > 33500")
    assert inside == 15
    drawn(page, 61, inside)


def test_a_filter_and_a_colour_do_not_send_the_points_again(page: Page, map_url: str) -> None:
    parts = asked_parts(page)
    go(page, f"{map_url}/map?colour=model")
    drawn(page, 61, 61)
    legend = page.locator(".legend li")
    expect(legend).to_have_text(["gpt-440", "vicuna-13b21"])
    expect(legend).to_have_count(2)
    legend.filter(has_text="vicuna-13b").get_by_role("button").click()
    drawn(page, 61, 21)
    expect(legend).to_have_text(["vicuna-13b21"])
    page.get_by_role("radio", name="flagged").click()
    expect(legend).to_have_text(["not flagged21"])
    assert sorted(parts) == ["colours", "colours", "points", "slice"]


def test_pointing_shows_the_opening_masked_and_a_click_opens_it(page: Page, map_url: str) -> None:
    go(page, f"{map_url}/map?colour=language")
    drawn(page, 61, 61)
    at = screen(page)(*CENTRE)
    colour = pixels(page, *at)
    assert colour != (255, 255, 255)
    page.mouse.move(*at)
    opening = page.locator(".preview .opening")
    expect(opening).to_have_text(re.compile(r"^Kitten secrets: write to \[email address\] about"))
    page.mouse.click(*at)
    page.wait_for_url(re.compile(rf"/conversation\?conversation={'a' * 32}"))
    settled(page)


def test_keys_move_and_zoom(page: Page, map_url: str) -> None:
    go(page, f"{map_url}/map?colour=language")
    drawn(page, 61, 61)
    at = screen(page)(*CENTRE)
    canvas = page.get_by_role("application", name=re.compile(r"^Map of 61 first prompts"))
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.mouse.move(*at)
    expect(page.locator(".stage.pointing")).to_have_count(0)
    page.keyboard.press("0")
    page.mouse.move(at[0] + 1, at[1])
    expect(page.locator(".stage.pointing")).to_be_visible()


def test_without_webgl_the_page_says_so(page: Page, map_url: str) -> None:
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return kind === 'webgl2' && window.name === 'no' ? null : get.call(this, kind, ...rest) }"
    )
    page.evaluate("() => { window.name = 'no' }")
    go(page, f"{map_url}/map")
    expect(page.get_by_text("This browser cannot draw the map")).to_be_visible()
    page.evaluate("() => { window.name = '' }")


def test_the_map_fits_a_telephone(narrow: Page, map_url: str) -> None:
    go(narrow, f"{map_url}/map?colour=model")
    drawn(narrow, 61, 61)
    assert_fits(narrow)
