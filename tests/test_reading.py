"""How a text is given to a reader: covered, masked, made visible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.masking import masked
from queries.reading import cover_text, readable_opening, readable_text, visible
from queries.schema import OPENING_CHARS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to jo.doe+x@mail.example.co.uk now", "write to [email address] now"),
        ("почта: иван@пример.рф", "почта: [email address]"),
        ("call +1 202-555-0143!", "call [phone number]!"),
        ("(202) 555-0143", "[phone number]"),
        ("+44 20 7946 0958 or +49 30 901820", "[phone number] or [phone number]"),
        ("+33 1 99 00 12 34", "[phone number]"),
        ("card 4111 1111 1111 1111 ok", "card [card number] ok"),
        ("4012888888881881", "[card number]"),
        ("4111 1111 1111 1111 12/25", "[card number] 12/25"),
        ("4111111111111111 12/25 123", "[card number] 12/25 123"),
        ("1. 4111-1111-1111-1111", "1. [card number]"),
        ("2023-08-09 3782 822463 10005", "2023-08-09 [card number]"),
        ("202.555.0143 or 1-202-555-0143", "[phone number] or [phone number]"),
        ("0170 1234567, 07911 123456", "[phone number], [phone number]"),
        ("01 99 00 12 34", "[phone number]"),
        ("server 192.0.2.17:8080", "server [IP address]:8080"),
        ("at 2001:db8::1 today", "at [IP address] today"),
        ("key sk-test-000000000000000000000000.", "key [key]."),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[key]"),
        ("AKIAIOSFODNN7EXAMPLE", "[key]"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
            "[private key]",
        ),
    ],
)
def test_contact_data_and_secrets_are_named_not_shown(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "3.14159265358979",
        "version 1.2.3.4.5 of 2023-08-09",
        "1,000,000 rows in 3600 seconds",
        "12:30:45 and 999.999.999.999",
        "the ISBN 978316148410 is no phone",
        "id 33f01939a744455c869cb234afca47f1",
        "def f(x): return x @ y",
        "a = b::c::d",
        "2023-10-27 2023/10/28",
        "1 2 3 4 5 6 7 8",
        "R: 100 4 100 100 7",
        "6.3 .458 1.6 .919 2.5",
        "100 200 300 400",
        "4111 1111 1111 1112 12/25",
    ],
)
def test_other_numbers_and_signs_stay(text):
    assert masked(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text):
    assert masked(masked(text)) == masked(text)


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
        ("192.168.178.20", 292),
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
    assert visible("a\u202eb\u200bc\x00d\x1b[31me\rf") == "a[U+202E]b[U+200B]c␀d␛[31me␍f"
    assert visible("line\r\nline\n\ttab") == "line\nline\n\ttab"
    assert visible("می\u200cخواهم 👩\u200d💻") == "می\u200cخواهم 👩\u200d💻"
