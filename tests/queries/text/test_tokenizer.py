"""Words of short texts, counted by hand."""

import pytest

from queries.text.tokenizer import CHUNK_CHARS, CONTINUED, Token, analyse, runs, tokens


def words(text):
    return [token.word for token in tokens(text) if token.kind == "word"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ,.- ", []),
        ("tea.Can l'homme dog's", ["tea", "can", "l", "homme", "dog", "s"]),
        ("MAX_TOKEN_LENGTH numpy.array", ["max", "token", "length", "numpy", "array"]),
        ("camelCase gpt4 3d", ["camelcase", "gpt4", "3d"]),
        ("3.14159 and 3.", ["3.14159", "and", "3"]),
        ("1.2.3 v1.5", ["1", "2", "3", "v1", "5"]),
        ("Straße ＡＢＣ ﬁ", ["strasse", "abc", "fi"]),
        ("co\u00adop\u200berate", ["cooperate"]),
        ("Привет, мир", ["привет", "мир"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("日本語とPython3", ["日", "本", "語", "と", "python3"]),
        ("학교에서", ["학", "교", "에", "서"]),
        ("กิน", ["ก", "ิ", "น"]),
    ],
)
def test_words_are_runs_of_letters_and_digits(text, expected):
    assert words(text) == expected


def test_accents_are_kept_in_either_form():
    assert words("caf\u00e9 cafe\u0301") == ["caf\u00e9", "caf\u00e9"]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("C++ and C# and C", ["c++", "c#"]),
        (".NET", [".net"]),
        ("asp.net end.", []),
        ("# heading + more", []),
        ("tea 🍵 ✓", ["🍵", "✓"]),
        ("🇫🇷", ["🇫🇷"]),
    ],
)
def test_names_with_signs_and_emoji_are_extra_words(text, signs):
    assert [token.word for token in tokens(text) if token.kind == "sign"] == signs


def test_what_lies_between_invisible_characters_is_a_part():
    parts = [token.word for token in tokens("co\u00adop rest") if token.kind == "part"]
    assert parts == ["co", "op"]


def test_a_token_says_where_it_is_from():
    assert list(tokens("Ein café!")) == [Token("ein", 0, 0, 3), Token("café", 1, 4, 8)]


def test_a_position_is_free_between_runs_of_an_unspaced_script():
    assert [(t.word, t.position) for t in tokens("日本 語")] == [("日", 0), ("本", 1), ("語", 3)]
    assert [(t.word, t.position) for t in tokens("日 a 本")] == [("日", 0), ("a", 1), ("本", 2)]


def test_a_long_run_is_words_that_continue_each_other():
    chunks = analyse("a" * (2 * CHUNK_CHARS + 3)).words
    assert chunks == (
        "a" * CHUNK_CHARS + CONTINUED,
        CONTINUED + "a" * CHUNK_CHARS + CONTINUED,
        CONTINUED + "aaa",
    )
    assert analyse("b" * CHUNK_CHARS).words == ("b" * CHUNK_CHARS,)


@pytest.mark.parametrize("text", ["one two_three 3.5 C++ .NET x.y", "a.b 1.2.3 (c)#"])
def test_a_text_has_the_same_runs_whether_or_not_it_is_ascii(text):
    assert runs(f"{text} é")[:-1] == runs(text)
