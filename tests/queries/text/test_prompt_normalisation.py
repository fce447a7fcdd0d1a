"""Repeats of a prompt: what they may differ in, and what makes another prompt."""

import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.text.prompt_normalisation import normalise_prompt


@pytest.mark.parametrize(
    "prompts",
    [
        ["How do I boil an egg?", "how do i boil an egg", "  HOW do I\n\tboil an egg???"],
        [unicodedata.normalize("NFC", "Café Ä がパ"), unicodedata.normalize("NFD", "café ä がパ")],
        ["ＡＢＣ　１．５", "abc 1.5"],
        ["ｶﾞｷﾞ", "ガギ"],
        ["hello", "Hello!", "hello.", "hel\u00adlo", "\ufeffhello\u200b"],
        ["it's", "it’s"],
        ["5-3", "5−3", "5‑3"],
        ["ﬁle", "file"],
        ["ما هذا؟", "ما هذا"],
        ["क्या है।", "क्या है"],
        ["你好。", "你好"],
        ["ΣΟΦΟΣ", "σοφος".replace("ος", "ος")],
    ],
)
def test_what_repeats_may_differ_in(prompts):
    assert len(set(map(normalise_prompt, prompts))) == 1


@pytest.mark.parametrize(
    "prompts",
    [
        ["hello world in C++", "hello world in C#", "hello world in C"],
        ["What is 5+3?", "What is 5-3?", "What is 5*3?", "What is 53"],
        ["x > 1", "x < 1", "x != 1"],
        ["-5", "5", "5!", "5%", "$5", "€5", "+5", "~5"],
        ["1.5", "15", "1,5", "1 5", "1:5", "1/5"],
        ["café", "cafe"],
        ["किताब", "कताब", "कीताब"],
        ["ม้า", "มา", "หมา"],
        ["😀", "😂", "?", "...", "", "!"],
        ["a_b", "ab", "a b", "a-b", "foo/bar", "foobar"],
        ["@alice", "alice", "#alice", "alice()", ".alice"],
        ["it's", "its"],
        ["がく", "かく"],
        ["パン", "ハン"],
        ["user: hi", "user hi"],
        ["x²", "x2", "x₂"],
        ["½", "1/2", "12"],
        ["👩‍💻", "👩💻"],
        ["\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U0001f3f4"],
        ["n!", "n"],
        ["a.?", "a"],
        ["ㄱㅏ", "가"],
        ["straße", "strasse"],
    ],
)
def test_what_makes_another_prompt(prompts):
    for first, second in combinations(prompts, 2):
        assert normalise_prompt(first) != normalise_prompt(second), (first, second)


@given(st.text(max_size=30))
def test_every_sign_but_stops_and_invisible_ones_is_kept(text):
    normalised = normalise_prompt(text)
    for letter in text:
        category = unicodedata.category(letter)
        if category in ("Sc", "Pc", "Ps", "Pe") and not unicodedata.decomposition(letter):
            assert letter in normalised
    assert normalise_prompt(f" {text}\n") == normalised
