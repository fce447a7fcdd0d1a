"""Odd texts: by what they are found, and the piece of them that is shown, with its marks."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.errors import FilterError
from queries.filters import Filters, Rest
from queries.layout import StorePath
from queries.prepare.index.build import build_index
from queries.progress import Silent
from queries.search.language import parsed_query
from queries.search.results import search
from queries.search.snippets import SNIPPET_CHARS, Snippet, Wanted, snippet, wanted_words
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import prepared

TEXTS = {
    "chinese": "我喜欢机器学习和自然语言处理",
    "japanese": "日本語を勉強することが好きです",
    "korean": "한국어를 공부합니다",
    "thai": "ภาษาไทยง่ายมาก",
    "arabic": "مرحبا بالعالم الجميل",
    "hebrew": "שלום עולם יפה",
    "russian": "ПРИВЕТ, мир! Ёлка",
    "hindi": "हिन्दी भाषा सुंदर है",
    "vietnamese": "Tiếng Việt rất đẹp",
    "greek": "ΟΔΟΣ μεγάλη",
    "german": "STRASSE, Straße",
    "turkish": "İSTANBUL büyük",
    "english": "I don't panic",
    "curly": "We don’t worry about l’eau",
    "french": "l'eau pure",
    "percent": "100% sure a_b foo%bar",
    "quoted": 'he said "hi there" loudly',
    "path": r"open C:\new\table now",
    "mail": "write to jo.smith@example.com today",
    "number": "pi is 3.14 exactly",
    "code": "C++ beats F#",
    "emoji": "🙂🎉",
    "long": "start " + "x" * 300 + " finish",
    "byte": "null\x00byte",
    "thai_split": "น้าที่สองกลับมาที่ปัจจุบัน ส่วน",
    "thai_letter": "ป",
    "empty": "",
    "null": None,
}


def _row(number, text):
    message = {"content": text, "role": "user"}
    said = tiny.row("a", "gpt-4", "English", "")
    return {**said, "conversation_id": f"{number:032x}", "conversation": [message], "turn": 1}


def _indexed(folder, rows):
    prepared(tiny.write(folder / "raw.parquet", rows), folder / "store")
    build_index(StorePath(folder / "store"), None, Silent())
    return open_store(folder / "store", Settings())


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A store with each of the texts as a conversation of its own."""
    rows = [_row(number, text) for number, text in enumerate(TEXTS.values())]
    store = _indexed(tmp_path_factory.mktemp("odd"), rows)
    yield store
    store.close()


@pytest.fixture(scope="module")
def words(odd):
    return odd.search_index().words_of


def _found(store, query):
    names = list(TEXTS)
    rows = search(store, Filters(), query, mode="words", row_limit=100).rows
    return {names[rank] for rank in rows["id_rank"]}


def _marked(text, query, words):
    """What is marked in the piece of a text, each mark by slicing."""
    piece = snippet(text, wanted_words(parsed_query(query), words), words)
    return [piece.text[start:end] for start, end in piece.marks]


@pytest.mark.parametrize(
    ("query", "name", "marked"),
    [
        ("机器学习", "chinese", ["机器", "学习"]),
        ("学习", "chinese", ["学习"]),
        ('"自然 语言"', "chinese", ["自然", "语言"]),
        ("勉強", "japanese", ["勉強"]),
        ("日本語を勉強", "japanese", ["日本語", "を", "勉強"]),
        ("공부합니다", "korean", ["공부합니다"]),
        ("한국*", "korean", ["한국어를"]),
        ("ไทย", "thai", ["ไทย"]),
        ("ภา*", "thai", ["ภาษา"]),
        ("بالعالم", "arabic", ["بالعالم"]),
        ("עולם שלום", "hebrew", ["שלום", "עולם"]),
        ("привет", "russian", ["ПРИВЕТ"]),
        ("Привет ЁЛКА", "russian", ["ПРИВЕТ", "Ёлка"]),
        ("भाषा", "hindi", ["भाषा"]),
        ("हिन्*", "hindi", ["हिन्दी"]),
        ("VIỆT", "vietnamese", ["Việt"]),
        ("μεγάλη ΟΔΟΣ", "greek", ["ΟΔΟΣ", "μεγάλη"]),
        ("strasse", "german", ["STRASSE"]),
        ("straße", "german", ["Straße"]),
        ("İstanbul BÜYÜK", "turkish", ["İSTANBUL", "büyük"]),
        ("DON'T panic", "english", ["don't", "panic"]),
        ("don't worry", "curly", ["don’t", "worry"]),
        ("l’eau pure", "french", ["l'eau", "pure"]),
        ("about l’eau", "curly", ["about", "l’eau"]),
        ("100%", "percent", ["100"]),
        ("A_B", "percent", ["a_b"]),
        ("foo%bar", "percent", ["foo", "bar"]),
        ('"said hi"', "quoted", ["said", "hi"]),
        (r"C:\new", "path", ["C", "new"]),
        (r'"new\table"', "path", ["new", "table"]),
        ("jo.smith@example.com", "mail", ["jo.smith", "example.com"]),
        ("example.*", "mail", ["example.com"]),
        ("3.14", "number", ["3.14"]),
        ("C++ -open", "code", ["C"]),
        ("byte", "byte", ["byte"]),
        ("start finish", "long", ["start"]),
    ],
)
def test_a_rare_text_is_found_and_its_words_are_marked(odd, words, query, name, marked):
    assert _found(odd, query) == {name}
    assert _marked(TEXTS[name], query, words) == marked


@pytest.mark.parametrize("query", ["a%b", "s_id", "'; drop table x; --", "14", "h?"])
def test_signs_are_never_wild_cards(odd, query):
    assert _found(odd, query) == set()


def test_what_has_no_word_cannot_be_searched_and_is_told_so(odd):
    with pytest.raises(FilterError, match="no letter or digit to look for"):
        _found(odd, "🙂")
    with pytest.raises(FilterError, match="the index holds words only"):
        _found(odd, "x" * 300)
    with pytest.raises(FilterError, match=r"write smith\* after a space"):
        _found(odd, "jo-smith*")


def test_a_phrase_does_not_reach_over_a_run_that_is_no_word(odd):
    assert _found(odd, '"start finish"') == set()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        pytest.param("don't", {"english", "curly"}, id="apostrophes"),
        pytest.param("οδος", {"greek"}, id="final sigma"),
        pytest.param("İst*", {"turkish"}, id="prefix of a dotted I"),
        pytest.param("ท*", {"thai_split"}, id="prefix of a word that splits alone"),
    ],
)
def test_a_word_is_found_however_it_is_written(odd, query, name):
    assert _found(odd, query) == name


def test_null_and_empty_texts_are_found_by_nothing_and_left_in_the_rest(odd):
    size = odd.run("slice_size", Rest(Filters(text="привет"))).iloc[0]
    assert size["conversation_count"] == len(TEXTS) - 1


@pytest.mark.parametrize("rows", [[], [{**_row(0, ""), "conversation": [], "turn": 0}]])
def test_a_store_without_messages_has_nothing_to_find(tmp_path, rows):
    store = _indexed(tmp_path, rows)
    try:
        assert search(store, Filters(), "cat", mode="words").total == 0
    finally:
        store.close()


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("A cat, a Cat; concat cats", "cat", "A «cat», a «Cat»; concat cats"),
        ("A cat, a Cat; concat cats", "cat*", "A «cat», a «Cat»; concat «cats»"),
        ("hot dog, dog hot, hot  dog", '"hot dog"', "«hot» «dog», dog hot, «hot» «dog»"),
        ("a b a b c", '"a b c"', "a b «a» «b» «c»"),
        ("a a a", '"a a"', "«a» «a» «a»"),
        ("cat dog bird", "cat -bird", "«cat» dog bird"),
        ("cat dog bird", "cat OR (fish bird)", "«cat» dog «bird»"),
        ("hot-dog hot dog", "hot-dog", "«hot»-«dog» «hot» «dog»"),
        ("İİİ İstanbul cat", "cat", "İİİ İstanbul «cat»"),
        ("İİİ İstanbul cat", "İST*", "İİİ «İstanbul» cat"),
        ("x²y 3.14", "x² 3.14", "«x»«²»y «3.14»"),
        ("🙂🙂 cat 🙂", "cat", "🙂🙂 «cat» 🙂"),
        ("one\n\n two\tthree", "two", "one «two» three"),
        ("nothing here", "cat", "nothing here"),
        ("", "cat", ""),
    ],
)
def test_only_what_is_looked_for_is_marked(words, text, query, marked):
    wanted = wanted_words(parsed_query(query), words)
    assert snippet(text, wanted, words).marked("«", "»") == marked


@pytest.mark.parametrize(
    ("end", "query", "marked"),
    [("cat cat", "cat", "… «cat»"), (" dog and", '"hot dog"', "x dog and")],
)
def test_a_run_that_is_no_word_stands_between_words(words, end, query, marked):
    wanted = wanted_words(parsed_query(query), words)
    piece = snippet("hot " + "x" * 256 + end, wanted, words)
    assert piece.marked("«", "»").endswith(marked)


def test_a_piece_begins_a_little_before_a_hit_far_into_the_text(words):
    piece = snippet("pad " * 400 + "needle " + "end " * 400, Wanted((("needle",),)), words)
    assert piece.text.startswith("… pad ")
    assert piece.text.endswith(" end …")
    assert piece.marks == ((58, 64),)
    assert piece.text[58:64] == "needle"
    assert 200 < len(piece.text) <= SNIPPET_CHARS + 4


def test_a_piece_is_where_most_of_the_words_stand(words):
    text = "pad " * 100 + "cat " + "pad " * 200 + "cat dog cat " + "pad " * 200
    assert _marked(text, "cat dog", words) == ["cat", "dog", "cat"]


def test_marks_end_where_the_piece_ends(words):
    piece = snippet("the " * 200, Wanted((("the",),)), words)
    assert {piece.text[start:end] for start, end in piece.marks} == {"the"}
    assert len(piece.marks) == piece.text.count("the") > 60


def test_a_text_without_a_hit_is_shown_from_its_beginning(words):
    piece = snippet("pad " * 400, Wanted((("needle",),)), words)
    assert piece.text.startswith("pad pad")
    assert piece.text.endswith("pad …")
    assert piece.marks == ()
    assert snippet("short", Wanted(), words) == Snippet("short", ())


def test_a_hit_after_20000_characters_is_shown(words):
    assert _marked("pad " * 6_000 + "needle", "needle", words) == ["needle"]


_said = st.lists(st.sampled_from(["cat", "Cat", "cats", "dog", "DOG", "the", "pad"]), max_size=200)
_WANTED = Wanted((("the",), ("cat", "dog")), ("pa",))
_EXPECTED = re.compile(r"\b(?:the|pad|cat(?=\W+dog\b)|(?<=cat\W)dog|(?<=cat\W\W)dog)\b", re.I)


@given(_said, st.sampled_from([", ", " ", "\n", "; "]))
@settings(max_examples=150, deadline=None)
def test_every_hit_in_the_piece_is_marked_and_nothing_else(words, said, between):
    piece = snippet(between.join(said), _WANTED, words)
    # What stands at an edge of the piece may be half of a phrase.
    inner = [mark for mark in piece.marks if mark[0] > 8 and mark[1] < len(piece.text) - 8]
    found = [match.span() for match in _EXPECTED.finditer(piece.text)]
    assert inner == [(a, b) for a, b in found if a > 8 and b < len(piece.text) - 8]
    if any(word in ("the", "pad") for word in said):
        assert piece.marks


@given(
    st.text(max_size=400) | st.lists(st.text(max_size=9), max_size=90).map(" ".join),
    st.lists(st.text(max_size=3) | st.sampled_from(["the", "1", "é", "猫"]), max_size=4),
)
@settings(max_examples=200, deadline=None)
def test_marks_are_inside_the_piece_one_after_another(words, text, asked):
    found = words(text)
    phrases = tuple(tuple(found[n : n + 1 + n % 2]) for n in range(0, len(found), 3))
    wanted = Wanted(phrases, tuple(start for one in asked for start in words(one)))
    piece = snippet(text, wanted, words)
    edges = [edge for mark in piece.marks for edge in mark]
    assert edges == sorted(edges)
    assert all(start < end for start, end in piece.marks)
    assert all(0 <= edge <= len(piece.text) for edge in edges)
    assert len(piece.text) <= SNIPPET_CHARS + 4
    assert piece.text.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
    if found:
        assert piece.marks


@given(st.lists(st.sampled_from(["猫", "ภาษา", "مرحبا", "İZ", "straße", "🙂", "don't", "ΟΔΟΣ"])))
@settings(max_examples=60, deadline=None)
def test_a_mark_is_the_very_word(words, said):
    text = "، ".join(said)
    for word in {*said} - {"🙂"}:
        piece = snippet(text, Wanted((tuple(words(word)),)), words)
        assert {piece.text[start:end] for start, end in piece.marks} == {word}
        if len(text) <= SNIPPET_CHARS:
            assert len(piece.marks) == said.count(word)
