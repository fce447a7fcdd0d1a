"""What is masked in a text, and what is left: true and false cases by kind and country."""

import csv

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from queries.masking.emails import EMAIL_ADDRESS
from queries.masking.pipeline import masked, masked_prefix, with_placeholders
from queries.masking.placeholders import KINDS, placeholder_kind
from tests.support.paths import ROOT

with (ROOT / "tests" / "data" / "masking_cases.csv").open(encoding="utf-8", newline="") as file:
    # No scanner for secrets takes a case for a real one: "¦" stands in its middle.
    CASES = [tuple(cell.replace("¦", "") for cell in row.values()) for row in csv.DictReader(file)]

HEX_32 = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
LETTERS_35 = "abcdefghij0123456789ABCDEFGHIJ01234"

# What issuers begin their keys with, apart from the rest, so that no scanner takes one for real.
KEYS = [
    ("sk-test-", "0" * 24),
    ("sk-proj-", LETTERS_35),
    ("sk-ant-api03-", LETTERS_35),
    ("sk_live_", "0" * 24),
    ("rk_live_", "0" * 24),
    ("pk_live_", "0" * 24),
    ("ghp_", LETTERS_35 + "6"),
    ("github_pat_", LETTERS_35),
    ("glpat-", "0" * 20),
    ("xoxb-", "000000000000-abcdefghij"),
    ("AKIA", "IOSFODNN7EXAMPLE"),
    ("SG.", "0" * 22 + "." + "0" * 43),
    ("SK", HEX_32),
    ("AC", HEX_32),
    ("AIza", LETTERS_35),
    ("ya29.", LETTERS_35),
    ("hf_", LETTERS_35),
    ("npm_", LETTERS_35 + "6"),
    ("pypi-AgE", LETTERS_35),
    ("123456789:AA", LETTERS_35[:33]),
    ("M" + "T0" * 12, "." + "abc123" + "." + LETTERS_35[:27]),
    ("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + LETTERS_35),
]

KEYS_WITH_WORDS = [
    ("Authorization: Bearer {}", LETTERS_35),
    ("Authorization: Basic {}", "dXNlcjpwYXNzd29yZA=="),
    ("AccountKey={};", LETTERS_35 * 2 + "=="),
    ("https://hooks.slack.com/services/{}", "T00000000/B00000000/" + "0" * 24),
    ("https://discord.com/api/webhooks/123456789012345678/{}", LETTERS_35),
    ('api_key = "{}"', HEX_32),
    ('"client_secret": "{}"', LETTERS_35),
    ("aws_secret_access_key = {}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY0123456789"),
    ("ACCESS_TOKEN={}", HEX_32),
]


@pytest.mark.parametrize(
    ("kind", "country", "text", "expected"),
    CASES,
    ids=[f"{kind} {country} {text}" for kind, country, text, _ in CASES],
)
def test_a_case_is_masked_so(kind, country, text, expected):
    assert masked(text) == expected
    assert (kind == "none") == (text == expected), country


def test_there_are_cases_of_many_kinds_and_countries():
    assert len(CASES) >= 1_000
    assert sum(kind == "none" for kind, *_ in CASES) >= 350
    assert {kind for kind, *_ in CASES} == {*KINDS, "none"}
    assert len({country for kind, country, *_ in CASES if kind != "key"}) >= 50
    assert len({issuer for kind, issuer, *_ in CASES if kind == "key"}) >= 60


@pytest.mark.parametrize(("beginning", "rest"), KEYS, ids=[name for name, _ in KEYS])
def test_a_key_is_known_by_its_beginning(beginning, rest):
    assert masked(f"it is {beginning}{rest}, keep it") == "it is [key], keep it"


@pytest.mark.parametrize(("frame", "secret"), KEYS_WITH_WORDS, ids=[f for f, _ in KEYS_WITH_WORDS])
def test_a_key_is_known_by_the_words_before_it(frame, secret):
    assert masked(frame.format(secret)) == frame.format("[key]")


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY=YOUR_API_KEY_12345678",
        'api_key = os.environ["API_KEY_1234567890"]',
        "token: xxxxxxxxxxxxxxxxxxxx1234",
        "token: 0000000000000000000a",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "class sk-fading-circle-container",
        'dictionary key: "0a1b2c3d4e5f6071829"',
        "Bearer authentication_is_needed_here",
        "token = tokenizer.encode1(text)",
        "secret = <paste-yours-here-12345>",
    ],
)
def test_a_placeholder_is_no_key(text):
    assert masked(text) == text


@pytest.mark.parametrize("name", ["RSA PRIVATE KEY", "PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])
def test_a_private_key_is_masked_to_its_end_or_that_of_the_text(name):
    text = f"-----BEGIN {name}-----\nabc\n-----END {name}-----"
    assert masked(f"a\n{text}\nb") == "a\n[private key]\nb"
    assert masked(f"a\n{text[:40]}") == "a\n[private key]"


REGIONS = (
    *("US", "GB", "DE", "FR", "ES", "NL", "BR", "IN", "PK", "CN", "JP", "KR", "RU", "UA", "TR"),
    *("IL", "AE", "EG", "SA", "ID", "VN", "TH", "AU", "ZA", "NG", "AR", "CA"),
)


@pytest.mark.parametrize("kind", [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE])
@pytest.mark.parametrize("region", REGIONS)
def test_the_example_of_a_country_is_masked_as_its_people_write_it(region, kind):
    number = phonenumbers.example_number_for_type(region, kind)
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    assert masked(f"{written}.") == "[phone number]."


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_example_of_every_country_is_masked_with_its_code(region):
    number = phonenumbers.example_number(region)
    for form in (PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164):
        assert masked(f"at {phonenumbers.format_number(number, form)}.") == "at [phone number]."


# Pieces that begin, end or join what is masked, so that hits come to stand side by side.
PIECES = st.sampled_from(
    [
        *[text for kind, _, text, _ in CASES if kind != "none"][::4],
        *("[phone number]", "[email address]", "[key]", "[1::2]", "tel ", "password", " = ", '"'),
        *(":", " at ", " dot ", "com", "@", " ", "  ", "-", "/", ".", ",", "(", ")", "+", "1"),
        *("12", "345", "[", "]", "\n", "version ", "Bearer ", "https://", "电话"),
        "aB3dE5fG7hJ9kL1mN",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


@settings(deadline=None)
@given(TEXTS | st.text())
def test_masking_twice_is_masking_once(text):
    assert masked(masked(text)) == masked(text)


@settings(deadline=None)
@given(TEXTS)
def test_marks_stand_where_kinds_are_named(text):
    if not any("\ufdd0" <= char <= "\ufdef" for char in text):
        named = "".join(
            f"[{placeholder_kind(char)}]" if "\ufdd0" <= char <= "\ufdef" else char
            for char in with_placeholders(text)
        )
        assert named == masked(text)


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "Zs"]), max_size=80))
def test_words_stay_as_they_are(text):
    assert masked(text) == text == with_placeholders(text)


def test_a_hit_is_one_character():
    assert with_placeholders("a@b.example, 192.0.2.17") == "\ufdd0, \ufdd4"
    assert [placeholder_kind(mark) for mark in "\ufdd0\ufdd4"] == ["email address", "IP address"]


def test_a_mark_in_the_data_is_not_taken_for_one_of_ours():
    assert with_placeholders("a\ufdd0b\ufdef") == "a[U+FDD0]b[U+FDEF]"
    assert masked("a\ufdd0b jo@b.example") == "a\ufdd0b [email address]"


@pytest.mark.parametrize("text", ["", "a", "ab", "\ufdef", "\ufdd0\ufdd0"])
def test_what_is_no_mark_has_no_kind(text):
    with pytest.raises(ValueError, match="is not a placeholder"):
        placeholder_kind(text)


def test_the_last_word_of_a_cut_text_does_not_show():
    assert masked_prefix("write to jo@b.example or jo.d") == "write to [email address] or…"
    assert masked_prefix("call +49 30 23125 12") == "call…"


def test_the_pattern_of_addresses_finds_them_in_a_text():
    assert EMAIL_ADDRESS.sub("", "to jo@b.example now") == "to  now"
