"""Preparing and saving exports on the page Export."""

import hashlib
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.support.page import go, settled

MANIFEST = "manifest"


def open_export_page(page: Page, url: str, more: str = "") -> None:
    go(page, f"{url}/export{more}")
    expect(page.get_by_role("button", name="Create export")).to_be_visible()
    settled(page)


def choose(page: Page, label: str, *options: str) -> None:
    """Choose from a list that opens."""
    page.get_by_test_id("stMain").get_by_label(label, exact=True).click()
    for option in options:
        page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    settled(page)


def choose_shape(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()
    settled(page)


def prepare_export(page: Page, *before: str) -> str:
    """Ask for an export besides those of before, wait for it, and give its token."""
    page.get_by_role("button", name="Create export").click()
    # Not by their number: while the page is drawn again, one can stand there twice, or not at all.
    for _ in range(4_800):
        if new := tokens(page) - set(before):
            break
        page.wait_for_timeout(50)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    settled(page)
    (token,) = new
    return token


def tokens(page: Page) -> set[str]:
    """Of all exports that can be fetched."""
    links = page.get_by_role("link", name=f"Download {MANIFEST}")
    addresses = links.evaluate_all("links => links.map((link) => link.href)")
    return {address.split("/")[-2] for address in addresses}


def download(page: Page, token: str, name: str, folder: Path) -> Path:
    """A prepared export, or its manifest."""
    with page.expect_download() as download:
        link = page.get_by_role("link", name=f"Download {name}", exact=True)
        link.and_(page.locator(f"[href*='{token}']")).first.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
