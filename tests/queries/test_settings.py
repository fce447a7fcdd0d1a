"""Settings as the environment gives them."""

import pytest

from queries.errors import UsageError
from queries.settings import Settings


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ""),
        ("chat", "/chat"),
        ("/chat", "/chat"),
        ("/chat/", "/chat"),
        ("/teams/chat-1.0_~x", "/teams/chat-1.0_~x"),
    ],
)
def test_a_base_path_has_one_form(monkeypatch, text, path):
    monkeypatch.setenv("CHATSCAPE_BASE_PATH", text)
    assert Settings.from_env().base_path == path


@pytest.mark.parametrize(
    "text",
    [
        *("/", "//", "//host", "/a//b", "/a b", "/chat?x", "/chat#x", "/../x", "/a/./b", "/ä"),
        *("https://host/chat", "/a%2Fb", "/a\\b", "/chat;x"),
    ],
)
def test_what_is_no_base_path_is_refused(monkeypatch, text):
    monkeypatch.setenv("CHATSCAPE_BASE_PATH", text)
    with pytest.raises(UsageError, match="CHATSCAPE_BASE_PATH must be a path such as /chat"):
        Settings.from_env()
