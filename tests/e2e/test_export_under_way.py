"""An export that is being written: how far it is, the rest of the dashboard meanwhile, its end."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import figure, go, serving, settled
from tests.e2e.test_export import choose, choose_shape, opened
from tests.e2e.test_reading import rows
from tests.exporting import in_many_parts


@pytest.fixture
def parts_url(tmp_path: Path) -> Iterator[str]:
    """A dashboard of the sample in 20 parts: an export of it goes on in steps of about 100."""
    with serving(in_many_parts(tmp_path / "store"), tmp_path / "log") as url:
        yield url


def masks() -> list[psutil.Process]:
    """The processes in which a server of ours masks texts."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "from queries.export.masks" in " ".join(process.cmdline()):
                found.append(process)
    return found


def let_go() -> None:
    for process in masks():
        with suppress(psutil.Error):
            process.resume()


@contextmanager
def held_after(has_begun: Callable[[], bool]) -> Iterator[None]:
    """Let an export go on in short steps until it has begun; then hold it, however fast it is."""
    try:
        given_up = time.monotonic() + 60
        while not has_begun() or len(masks()) < (os.cpu_count() or 1):
            assert time.monotonic() < given_up
            let_go()
            time.sleep(0.02)
            for process in masks():
                with suppress(psutil.Error):
                    process.suspend()
        yield
    finally:
        let_go()


def job(page: Page, name: str) -> Locator:
    """What the page says of an export that was asked for."""
    return page.locator("[class*='st-key-export_']").filter(has_text=f"{name}: ")


def test_an_export_goes_on_beside_everything_else_until_it_is_stopped(
    page, context, parts_url, tmp_path
):
    folder = tmp_path / "store" / "state" / "exports"
    opened(page, parts_url)
    choose_shape(page, "As published")
    choose(page, "Format", "jsonl")
    page.get_by_role("button", name="Prepare").click()
    big = job(page, "slice-published.jsonl")
    with held_after(lambda: any(path.stat().st_size for path in folder.glob("*/*.partial"))):
        how_far = re.compile(r"^([1-9]\d\d|1,\d{3}) of 2,000 conversations$")
        expect(big.get_by_text(how_far)).to_be_visible()
        expect(big.get_by_role("progressbar")).to_be_visible()
        expect(big.get_by_role("link")).to_have_count(0)

        menu = page.get_by_test_id("stSidebar")
        menu.get_by_role("link", name="Overview").click()
        expect(figure(page, "Conversations")).to_have_text("2,000")
        friend = context.new_page()
        go(friend, f"{parts_url}/browse")
        expect(rows(friend)).to_have_count(25)
        friend.close()

        menu.get_by_role("link", name="Export").click()
        expect(big.get_by_text(how_far)).to_be_visible()
        settled(page)  # A choice of before the address is read would be undone by it.
        choose_shape(page, "Ids only")
        page.get_by_role("button", name="Prepare").click()
        small = job(page, "slice-ids.parquet")
        expect(small).to_contain_text("It waits for another export.")
        big.get_by_role("button", name="Stop").click()
        expect(big).to_have_count(0)
    expect(small.get_by_role("link", name="Save slice-ids.parquet")).to_be_visible()
    assert sorted(path.name for path in folder.glob("*/*")) == [
        "slice-ids.parquet",
        "slice-ids.parquet.manifest.json",
    ]
