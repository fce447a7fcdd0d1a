"""What stands on the page of a conversation."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.support.page import go, settled


def load_all(page: Page) -> None:
    """Scroll through the conversation until every text of it is there."""
    waiting = page.locator("li[id^=message-] .space")
    while waiting.count():
        before = waiting.count()
        waiting.first.scroll_into_view_if_needed()
        expect(waiting).not_to_have_count(before)


FOCUSED = """() => {
  let focused = document.activeElement
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
  return `${focused.localName} ${focused.id} ${focused.textContent.slice(0, 60)}`
}"""


def open_conversation(page: Page, url: str, letter: str, more: str = "") -> Page:
    go(page, f"{url}/conversation?conversation={letter * 32}{more}")
    expect(page.locator("li[id^=message-]").first).to_be_visible()
    settled(page)
    return page


def message(page: Page, key: str, index: int) -> Locator:
    return page.locator(f"[id='message-{key * 32}:{index}']")


def list_position(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Conversations in the list", exact=True).locator(
        ".place"
    )
