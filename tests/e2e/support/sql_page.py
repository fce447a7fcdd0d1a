"""Writing a statement on the page SQL, and reading it."""

from playwright.sync_api import Locator, Page, expect


def statement_box(page: Page) -> Locator:
    """The editor, once its script has come: until then a text area stands in its place."""
    expect(page.locator(".cm-content")).to_be_visible()
    return page.get_by_role("textbox", name="Statement")


def write(page: Page, sql: str) -> None:
    """Replace the statement."""
    statement_box(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(sql)
    # Moving away from the end ends the completion, whose list could lie on a button.
    page.keyboard.press("ControlOrMeta+Home")


def expect_statement(page: Page, sql: str) -> None:
    """Wait until the editor holds a statement of one line."""
    expect(statement_box(page)).to_have_text(sql)
