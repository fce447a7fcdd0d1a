"""What a page offers to download, and who fetches it."""

from streamlit.testing.v1 import AppTest

from dashboard.process.downloads import Download, Recipient
from dashboard.state import downloads
from tests.app.support.components import data

HERE = Recipient()
"""A browser of this machine that keeps no cookies, which all pages of these tests have."""


def offered(app: AppTest, key: str, recipient: Recipient = HERE) -> Download | None:
    """What a button offers to somebody who knows its address."""
    _, _, token, name = data(app, key)["href"].rsplit("/", 3)
    return downloads.offered_download(token, name, recipient)


def content(app: AppTest, key: str, recipient: Recipient = HERE) -> bytes:
    """What a button saves, made now."""
    download = offered(app, key, recipient)
    assert download is not None
    return download.content()
