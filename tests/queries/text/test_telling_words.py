"""Words of texts in many scripts, counted in this process or a worker, and their log-odds."""

import math
import unicodedata
from collections import Counter

import pandas as pd
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.breakdowns import word_counts
from queries.breakdowns.word_counts import WordCounts, word_counter
from queries.masking.placeholders import PLACEHOLDERS
from queries.runtime.worker_process import NICE
from queries.statistics.log_odds import log_odds
from queries.text.telling_words import telling_words

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat on THE mat.", {"the", "cat", "sat", "on", "mat"}),
        (
            "Don't stop 'now' rock'n'roll",
            {"don't", "don", "stop", "now", "rock'n'roll", "rock", "roll"},
        ),
        ("Don’t — l’été", {"don't", "don", "l'été", "été"}),
        ("a I x é ﬁ ɐ 7 42 1'000 ٤٢ 1️⃣ ℹ️", {"fi"}),
        ("gpt4 3d snake_case don''t", {"gpt4", "3d", "snake", "case", "don"}),
        ("Straße STRASSE ＡＢＣ１", {"strasse", "abc1"}),
        ("ΠΡΩΤΕΪ́ΝΗ πρωτεΐνη", {"πρωτεΐνη"}),
        ("Привет, мир! Я и ты", {"привет", "мир", "я", "и", "ты"}),
        ("مرحبا بالعالم! مُحَمَّد", {"مرحبا", "بالعالم", "مُحَمَّد"}),
        ("می\u200cخواهم\u200c", {"میخواهم"}),
        ("שלום עולם", {"שלום", "עולם"}),
        ("हिन्दी में लिखो", {"हिन्दी", "में", "लिखो"}),
        ("ශ්‍රී ලංකා", {"ශ්රී", "ලංකා"}),
        ("한국어 좋아요", {"한국어", "좋아요"}),
        ("𞤀𞤣𞤤𞤢𞤥", {"𞤢𞤣𞤤𞤢𞤥"}),
        ("你好世界", {"你好", "好世", "世界"}),
        ("好。", {"好"}),
        ("ラーメン・ｶﾞ", {"ラー", "ーメ", "メン", "ガ"}),
        ("Python3で書く", {"python3", "で書", "書く"}),
        ("2024年我用GPT4写", {"年我", "我用", "gpt4", "写"}),
        ("กินข้าว", {"กิน", "นข้", "ข้า", "าว"}),
        ("ສະບາຍ", {"ສະ", "ະບ", "ບາ", "າຍ"}),
        ("ខ្មែរ", {"ខ្មែ", "មែរ"}),
        ("မြန်မာ ၁၂", {"မြန်", "န်မာ"}),
        ("😀👍🏽 👨‍👩‍👧 ❤️ →", set()),
        ("", set()),
        ("\ud800abc\udfff été\ud83d", {"abc", "été"}),
        ("\x00tab\tnew\nline\u200bspace", {"tab", "new", "linespace"}),
        ("b" * 40 + " " + "c" * 41 + " " + "é" * 40 + " " + "è" * 41, {"b" * 40, "é" * 40}),
        ("́ é", set()),
    ],
)
def test_words_of_many_scripts(text, expected):
    assert telling_words(text) == expected


@given(st.text("aéñйがプ각क़ά '’ﬁ1हि"))
@settings(max_examples=200, deadline=None)
def test_words_do_not_depend_on_how_the_text_is_composed(text):
    assert telling_words(unicodedata.normalize("NFD", text)) == telling_words(
        unicodedata.normalize("NFC", text)
    )


@given(st.text(st.characters(codec="ascii")))
@settings(max_examples=200, deadline=None)
def test_ascii_text_has_the_same_words_beside_other_text(text):
    assert telling_words(f"{text} щука") == telling_words(text) | {"щука"}


TEXTS = ["tea tea TEA", "tea and milk", "", "milk, me@tea.example"]


@pytest.fixture(params=["this process", "worker process"])
def count(request, monkeypatch):
    if request.param != "this process":
        monkeypatch.setattr(word_counts, "IN_PLACE_MAX", 0)
    with word_counter(len(TEXTS)) as count:
        yield count


def test_a_word_counts_once_per_text(count):
    """In all openings, the flagged and the judged ones; names in addresses are not words."""
    rows = pd.DataFrame({"opening": TEXTS, "is_flagged": [True, False, False, None]})
    counts, judged = Counter(tea=2, milk=2, **{"and": 1}), Counter(tea=2, milk=1, **{"and": 1})
    assert count(rows) == WordCounts(counts, Counter(tea=1), judged, 4)


def test_no_openings_have_no_words(count):
    rows = pd.DataFrame({"opening": TEXTS[:0], "is_flagged": [True][:0]})
    assert count(rows) == WordCounts(Counter(), Counter(), Counter(), 0)
    assert count(pd.DataFrame({"opening": ["tea"], "is_flagged": [False]})).texts == 1


TAKEN_OUT = ["tell NAME_1 and NAME_2", f"mail {PLACEHOLDERS['email address']} twice \ufdd0"]


@pytest.mark.parametrize("limit", [0, 5_000])
def test_what_was_taken_out_counts_once_by_its_kind_and_ends_a_phrase(monkeypatch, limit):
    monkeypatch.setattr(word_counts, "IN_PLACE_MAX", limit)
    rows = pd.DataFrame({"opening": [*TAKEN_OUT, "green tea. Leaves"], "is_flagged": [False] * 3})
    with word_counter(len(rows)) as count:
        assert set(count(rows).counts) == {
            *("tell", "and", "[name]"),
            *("mail", "twice", "[email address]"),
            *("green", "tea", "leaves"),
        }
    with word_counter(len(rows), "phrases") as count:
        assert count(rows).counts == Counter({"green tea": 1})


def test_a_worker_process_has_low_priority(monkeypatch):
    monkeypatch.setattr(word_counts, "IN_PLACE_MAX", 0)
    with word_counter(1) as count:
        count(pd.DataFrame({"opening": ["tea"], "is_flagged": [False]}))
        (child,) = psutil.Process().children()
        assert child.nice() == min(psutil.Process().nice() + NICE, 19)
    assert not child.is_running()


def test_log_odds_equal_a_calculation_by_hand():
    frame = log_odds(
        {"tea": 8, "milk": 2, "rare": 1}, 10, {"tea": 3, "milk": 6}, 20, min_count=5, prior_size=20
    )
    # 20 words in all, so a prior of 20 adds what both together have: 11 tea, 8 milk, 1 rare.
    # tea: A (8 + 11) / (11 + 20 - 8 - 11), B (3 + 11) / (9 + 20 - 3 - 11).
    tea = math.log(19 / 12) - math.log(14 / 15)
    milk = math.log(10 / 21) - math.log(14 / 15)
    assert frame["word"].tolist() == ["tea", "milk"]
    assert frame["count_a"].tolist() == [8, 2]
    assert frame["count_b"].tolist() == [3, 6]
    assert frame["share_a"].tolist() == [0.8, 0.2]
    assert frame["share_b"].tolist() == [0.15, 0.3]
    assert frame["log_odds"].tolist() == pytest.approx([tea, milk])
    assert frame["z"].tolist() == pytest.approx(
        [tea / math.sqrt(1 / 19 + 1 / 14), milk / math.sqrt(1 / 10 + 1 / 14)]
    )


def test_equally_strong_words_are_in_alphabetical_order():
    frame = log_odds({"b": 5, "a": 5, "c": 9}, 9, {"a": 5, "b": 5, "c": 1}, 9)
    assert frame["word"].tolist() == ["c", "a", "b"]


@given(COUNTS, COUNTS)
@settings(max_examples=100, deadline=None)
def test_swapping_the_sides_negates_the_log_odds(counts_a, counts_b):
    there = log_odds(counts_a, 50, counts_b, 50, min_count=1).set_index("word")
    back = log_odds(counts_b, 50, counts_a, 50, min_count=1).set_index("word").loc[there.index]
    assert back["log_odds"].tolist() == (-there["log_odds"]).tolist()
    assert back["z"].tolist() == (-there["z"]).tolist()


def test_log_odds_of_empty_and_tiny_counts():
    assert list(log_odds({}, 0, {}, 0)) == [
        "word",
        "count_a",
        "count_b",
        "share_a",
        "share_b",
        "log_odds",
        "z",
    ]
    only = log_odds({"tea": 9}, 9, {"tea": 8}, 8)
    assert only[["log_odds", "z"]].to_numpy().tolist() == [[0, 0]]
    assert log_odds({"tea": 9, "milk": 7}, 9, {}, 0)["share_b"].isna().all()
