"""Words of texts in many scripts, and the words that tell two sets of texts apart."""

import math
import unicodedata
from collections import Counter

import pandas as pd
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import opening_words
from queries.opening_words import Counted, counting
from queries.processes import NICE
from queries.words import log_odds, words

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 50), min_size=1)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The cat sat on THE mat.", {"the", "cat", "sat", "on", "mat"}),
        ("Don't stop 'now' rock'n'roll", {"don't", "stop", "now", "rock'n'roll"}),
        ("Don’t — l’été", {"don't", "l'été"}),
        ("a I x é ﬁ ɐ 7 42 1'000 ٤٢ 1️⃣ ℹ️", {"fi"}),
        ("gpt4 3d snake_case don''t", {"gpt4", "3d", "snake", "case", "don"}),
        ("Straße STRASSE ＡＢＣ１", {"strasse", "abc1"}),
        ("ΠΡΩΤΕΪ́ΝΗ πρωτεΐνη", {"πρωτεΐνη"}),
        ("Привет, мир! Я и ты", {"привет", "мир", "я", "и", "ты"}),
        ("مرحبا بالعالم! مُحَمَّد", {"مرحبا", "بالعالم", "مُحَمَّد"}),
        ("می\u200cخواهم\u200c", {"می\u200cخواهم"}),
        ("שלום עולם", {"שלום", "עולם"}),
        ("हिन्दी में लिखो", {"हिन्दी", "में", "लिखो"}),
        ("ශ්‍රී ලංකා", {"ශ්‍රී", "ලංකා"}),
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
        ("\x00tab\tnew\nline\u200bspace", {"tab", "new", "line", "space"}),
        ("b" * 40 + " " + "c" * 41 + " " + "é" * 40 + " " + "è" * 41, {"b" * 40, "é" * 40}),
        ("́ é", set()),
    ],
)
def test_words_of_many_scripts(text, wanted):
    assert words(text) == wanted


@given(st.text("aéñйがプ각क़ά '’ﬁ1हि"))
@settings(max_examples=200, deadline=None)
def test_words_do_not_depend_on_how_the_text_is_composed(text):
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(codec="ascii")))
@settings(max_examples=200, deadline=None)
def test_plain_text_has_the_same_words_beside_other_text(text):
    assert words(f"{text} щука") == words(text) | {"щука"}


TEXTS = ["tea tea TEA", "tea and milk", "", "milk, me@tea.example"]


@pytest.fixture(params=["here", "in a process of its own"])
def count(request, monkeypatch):
    if request.param != "here":
        monkeypatch.setattr(opening_words, "IN_PLACE_MAX", 0)
    with counting(len(TEXTS)) as count:
        yield count


def test_a_word_counts_once_a_text(count):
    """For all openings, and for those with a flagged message; names in addresses are no words."""
    rows = pd.DataFrame({"opening": TEXTS, "is_flagged": [True, False, False, True]})
    counts = Counter(tea=2, milk=2, **{"and": 1})
    assert count(rows) == Counted(counts, Counter(tea=1, milk=1), 4)


def test_no_openings_have_no_words(count):
    rows = pd.DataFrame({"opening": TEXTS[:0], "is_flagged": [True][:0]})
    assert count(rows) == Counted(Counter(), Counter(), 0)
    assert count(pd.DataFrame({"opening": ["tea"], "is_flagged": [False]})).texts == 1


def test_a_process_that_works_on_texts_steps_back_behind_others(monkeypatch):
    monkeypatch.setattr(opening_words, "IN_PLACE_MAX", 0)
    with counting(1) as count:
        count(pd.DataFrame({"opening": ["tea"], "is_flagged": [False]}))
        (child,) = psutil.Process().children()
        assert child.nice() == min(psutil.Process().nice() + NICE, 19)
    assert not child.is_running()


def test_log_odds_are_those_worked_out_by_hand():
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


def test_words_as_strong_as_each_other_stand_in_order():
    frame = log_odds({"b": 5, "a": 5, "c": 9}, 9, {"a": 5, "b": 5, "c": 1}, 9)
    assert frame["word"].tolist() == ["c", "a", "b"]


@given(COUNTS, COUNTS)
@settings(max_examples=100, deadline=None)
def test_log_odds_of_b_against_a_are_minus_those_of_a_against_b(counts_a, counts_b):
    there = log_odds(counts_a, 50, counts_b, 50, min_count=1).set_index("word")
    back = log_odds(counts_b, 50, counts_a, 50, min_count=1).set_index("word").loc[there.index]
    assert back["log_odds"].tolist() == (-there["log_odds"]).tolist()
    assert back["z"].tolist() == (-there["z"]).tolist()


def test_log_odds_of_little_or_nothing():
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
