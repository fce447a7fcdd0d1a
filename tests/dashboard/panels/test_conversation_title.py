"""The title of a conversation: its first prompt as one line, or why it is not shown."""

import pandas as pd
import pytest

from dashboard.panels.conversation.title import TITLE_CHARS_MAX, title_payload

COLUMNS = [
    "role",
    "text",
    "is_flagged",
    "flagged_categories",
    "is_maybe_flagged",
    "cover_categories",
]


def title(*rows):
    messages = [[*row, *(False, [], False, [])[len(row) - 2 :]] for row in rows]
    return title_payload(pd.DataFrame(messages, columns=COLUMNS))


def plain(text):
    return {"text": text, "isCover": False}


def cover(text):
    return {"text": text, "isCover": True}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("user", "Hello\n\n  there")], plain("Hello there")),
        ([("assistant", "Hi"), ("user", "Second")], plain("Second")),
        ([("user", "مرحبا بالعالم")], plain("مرحبا بالعالم")),
        ([("user", "Write to jo@example.com")], plain("Write to [email address]")),
        ([("user", "a\u202eb")], plain("a[U+202E]b")),
        ([("user", " \n ")], cover("(empty prompt)")),
        ([("user", None)], cover("(empty prompt)")),
        ([("assistant", "Hi")], cover("(no prompt)")),
        ([], cover("(no prompt)")),
        ([("user", "rude", True, ["hate"])], cover("Covered: flagged as hate")),
        ([("user", "rude", True, [])], cover("Covered: flagged")),
        ([("user", "rude", False, ["hate"])], cover("Covered: flagged as hate")),
        (
            [("user", "rude", None, [], True, ["violence"])],
            cover("Covered: perhaps flagged as violence"),
        ),
        # A flagged answer does not cover the prompt.
        ([("user", "Hello"), ("assistant", "rude", True, ["hate"])], plain("Hello")),
    ],
)
def test_the_first_prompt_is_the_title(rows, expected):
    assert title(*rows) == expected


def test_a_long_prompt_is_cut_and_nothing_is_left_of_a_secret_that_the_cut_halves():
    long = title(("user", "word " * 100))
    assert long["text"] == ("word " * 32).rstrip() + "…"
    assert len(long["text"]) <= TITLE_CHARS_MAX + 1
    # The address begins before the 300 characters that are read, and ends behind them.
    secret = title(("user", "\n" * 285 + "see jo.someone@example.com"))
    assert secret["text"] == "see…"
