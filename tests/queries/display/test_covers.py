"""How a text is given to a reader: covered, masked, made visible."""

import pytest

from queries.display.covers import cover_text
from queries.display.readable_rows import readable_opening, readable_text
from queries.schema import OPENING_CHARS
from queries.text.control_characters import escape_control_characters

FLAGGED = {
    "is_flagged": True,
    "flagged_categories": ["hate", "violence"],
    "text": "x",
    "opening": "x",
}
CLEAN = {"is_flagged": False, "flagged_categories": [], "text": "a@b.example", "opening": None}


def test_a_flagged_text_is_covered_until_uncovered():
    assert readable_text(FLAGGED, is_uncovered=False, is_unmasked=False) == (
        "Covered: flagged as hate, violence"
    )
    assert readable_text(FLAGGED, is_uncovered=True, is_unmasked=False) == "x"
    assert readable_opening(FLAGGED, is_uncovered=False, is_unmasked=True) == (
        "Covered: flagged as hate, violence"
    )
    assert cover_text([]) == "Covered: flagged"


def test_contact_data_is_masked_until_unmasked():
    assert readable_text(CLEAN, is_uncovered=False, is_unmasked=False) == "[email address]"
    assert readable_text(CLEAN, is_uncovered=False, is_unmasked=True) == "a@b.example"


@pytest.mark.parametrize(
    ("secret", "before"),
    [
        ("john.doe@example.com", 285),
        ("+49 170 1234 5678", 290),
        ("203.0.113.200", 292),
        ("sk-abcdefghijklmnopqrstuv", 280),
        ("4111 1111 1111 1111", 288),
        ("иван.петров@пример.рф", 290),
        ("名前.苗字@example.jp", 293),
    ],
)
def test_contact_data_that_is_cut_in_two_does_not_show(secret, before):
    text = f"{'word ' * 60}"[: before - 1] + f" {secret} and more"
    row = {**CLEAN, "opening": text[:OPENING_CHARS]}
    seen = readable_opening(row, is_uncovered=False, is_unmasked=False)
    assert not any(secret[:length] in seen for length in range(4, len(secret)))
    assert seen.startswith("word word")
    assert seen.endswith("…")


def test_a_cut_text_without_spaces_is_kept():
    row = {**CLEAN, "opening": "\u4f60" * OPENING_CHARS}
    seen = readable_opening(row, is_uncovered=False, is_unmasked=False)
    assert seen == "\u4f60" * OPENING_CHARS + "…"


def test_a_missing_text_is_empty():
    assert readable_opening(CLEAN, is_uncovered=False, is_unmasked=False) == ""


def test_what_has_no_shape_is_made_visible():
    assert (
        escape_control_characters("a\u202eb\u200bc\x00d\x1b[31me\rf")
        == "a[U+202E]b[U+200B]c␀d␛[31me␍f"
    )
    assert escape_control_characters("line\r\nline\n\ttab") == "line\nline\n\ttab"
    assert escape_control_characters("می\u200cخواهم 👩\u200d💻") == "می\u200cخواهم 👩\u200d💻"
