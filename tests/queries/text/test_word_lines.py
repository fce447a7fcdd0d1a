"""The words of short texts on a line, written by hand."""

import pytest

from queries.text.word_lines import (
    APART,
    GAP,
    RunWords,
    accented_key,
    exact_word,
    run_words,
    word_line,
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("Don't stop", "don t stop"),
        ("L'Été à Paris", "l ete a paris"),
        ("日本 語", f"日 本 {GAP} 語"),
        ("日 x 本", "日 x 本"),
        ("C++ or C++", f"c or c {APART} c++"),
        ("🍵", f"{APART} 🍵"),
        ("tea 🍵 .NET", f"tea net {APART} 🍵 {APART} .net"),
        ("日 🍵 本", f"日 {GAP} 本 {APART} 🍵"),
        ("co\u00adop", f"coop {APART} co {APART} op"),
    ],
)
def test_a_line_has_the_words_without_accents_and_the_extra_ones_apart(text, line):
    assert word_line(text) == line


def test_a_run_without_accents_has_its_words_once():
    run = run_words("Python3")
    assert run == RunWords(("python3",), ("python3",))
    assert run.plain is run.exact


def test_a_run_with_accents_has_them_in_its_exact_words():
    assert run_words("Été") == RunWords(("ete",), ("été",))
    assert run_words("日本") == RunWords(
        ("日", "本"), ("日", "本"), starts_unspaced=True, ends_unspaced=True
    )


def test_a_word_with_accents_is_behind_the_same_word_without():
    assert "cafe" < accented_key("cafe", "café") < "cafes"
    assert exact_word(accented_key("cafe", "café")) == "café"
