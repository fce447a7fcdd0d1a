"""Odd texts: by what they are found, and the piece of them that is shown, with its marks."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.filters import Complement
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.service import search
from queries.search.snippets import SNIPPET_CHARS, Snippet, highlight_terms, snippet
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.text.query_language import AnyOf, Phrase, Prefix, parse_query
from queries.text.tokenizer import tokens
from tests.support import tiny_dataset
from tests.support.stores import prepare_store

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
    "mail": "ask jo.smith / example.com today",
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
    row = tiny_dataset.row("a", "gpt-4", "English", "")
    return {**row, "conversation_id": f"{number:032x}", "conversation": [message], "turn": 1}


def _indexed(folder, rows):
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    build_index(StorePath(folder / "store"), None, Silent())
    return open_store(folder / "store", Settings())


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A store with each of the texts as a conversation of its own."""
    rows = [_row(number, text) for number, text in enumerate(TEXTS.values())]
    store = _indexed(tmp_path_factory.mktemp("odd"), rows)
    yield store
    store.close()


def _matching_names(store, query):
    names = list(TEXTS)
    rows = search(store, Filters(), query, mode="words", row_limit=100).rows
    return {names[rank] for rank in rows["id_rank"]}


def _terms(query):
    return highlight_terms(parse_query(query))


def _marked(text, query):
    """What is marked in the piece of a text, each mark by slicing."""
    piece = snippet(text, highlight_terms(parse_query(query)))
    return [piece.text[start:end] for start, end in piece.highlights]


@pytest.mark.parametrize(
    ("query", "name", "marked"),
    [
        ("机器学习", "chinese", list("机器学习")),
        ("器学", "chinese", list("器学")),
        ("勉強", "japanese", list("勉強")),
        ("日本語を勉強", "japanese", list("日本語を勉強")),
        ("공부합니다", "korean", list("공부합니다")),
        ("국어", "korean", list("국어")),
        ("한국*", "korean", list("한국")),
        ("ไทย", "thai", list("ไทย")),
        ("ภา*", "thai", list("ภา")),
        ("بالعالم", "arabic", ["بالعالم"]),
        ("עולם שלום", "hebrew", ["שלום", "עולם"]),
        ("привет", "russian", ["ПРИВЕТ"]),
        ("Привет ЁЛКА", "russian", ["ПРИВЕТ", "Ёлка"]),
        ("भाषा", "hindi", ["भाषा"]),
        ("हिन्*", "hindi", ["हिन्दी"]),
        ("VIỆT", "vietnamese", ["Việt"]),
        ("μεγάλη ΟΔΟΣ", "greek", ["ΟΔΟΣ", "μεγάλη"]),
        ("strasse", "german", ["STRASSE", "Straße"]),
        ("straße", "german", ["STRASSE", "Straße"]),
        ("İstanbul BÜYÜK", "turkish", ["İSTANBUL", "büyük"]),
        ("DON'T panic", "english", ["don", "t", "panic"]),
        ("don't worry", "curly", ["don", "t", "worry"]),
        ("l’eau pure", "french", ["l", "eau", "pure"]),
        ("about l’eau", "curly", ["about", "l", "eau"]),
        ("100%", "percent", ["100"]),
        ("A_B", "percent", ["a", "b"]),
        ("foo%bar", "percent", ["foo", "bar"]),
        ('"said hi"', "quoted", ["said", "hi"]),
        (r"C:\new", "path", ["C", "new"]),
        (r'"new\table"', "path", ["new", "table"]),
        ("smith", "mail", ["smith"]),
        ("example.c*", "mail", ["example", "com"]),
        ("3.14", "number", ["3.14"]),
        ("C++", "code", ["C++"]),
        ("F#", "code", ["F#"]),
        ("🎉", "emoji", ["🎉"]),
        ("byte", "byte", ["byte"]),
        ("start finish", "long", ["start"]),
    ],
)
def test_a_rare_text_is_found_and_its_words_are_marked(odd, query, name, marked):
    assert _matching_names(odd, query) == {name}
    assert _marked(TEXTS[name], query) == marked


@pytest.mark.parametrize("query", ["a%r", "s_id", "'; drop table x; --", "14", "h?"])
def test_signs_are_never_wild_cards(odd, query):
    assert _matching_names(odd, query) == set()


def test_a_query_without_a_word_is_refused(odd):
    with pytest.raises(FilterError, match="no letter, digit or emoji to search for"):
        _matching_names(odd, "→ ?!")


def test_a_part_of_a_long_run_is_not_found_as_a_word(odd):
    assert _matching_names(odd, "x" * 299) == _matching_names(odd, "x" * (300 % 64)) == set()
    assert _matching_names(odd, "x" * 64 + "*") == {"long"}


def test_exact_accents_are_compared_on_request(odd):
    assert [_matching_names(odd, query) for query in ("елка", "=ёлка")] == [{"russian"}] * 2
    assert _matching_names(odd, "=елка") == set()
    size = odd.run("slice_size", Complement(Filters(text="=ёлка"))).iloc[0]
    assert size["conversation_count"] == len(TEXTS) - 1


@pytest.mark.parametrize(
    ("query", "name"),
    [
        pytest.param("don't", {"english", "curly"}, id="apostrophes"),
        pytest.param("οδος", {"greek"}, id="final sigma"),
        pytest.param("İst*", {"turkish"}, id="prefix of a dotted I"),
        pytest.param("ท*", {"thai", "thai_split"}, id="beginning in a run without spaces"),
    ],
)
def test_a_word_is_found_however_it_is_written(odd, query, name):
    assert _matching_names(odd, query) == name


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
        ("x²y x² 3.14", "x² 3.14", "x²y «x²» «3.14»"),
        ("the eau, l'eau", "l'eau", "the eau, «l»'«eau»"),
        ("Café cafe", "cafe", "«Café» «cafe»"),
        ("Café cafe", "=café", "«Café» cafe"),
        ("🙂🙂 cat 🙂", "cat", "🙂🙂 «cat» 🙂"),
        ("one\n\n two\tthree", "two", "one «two» three"),
        ("nothing here", "cat", "nothing here"),
        ("", "cat", ""),
    ],
)
def test_only_what_is_looked_for_is_marked(text, query, marked):
    wanted = highlight_terms(parse_query(query))
    assert snippet(text, wanted).with_highlights("«", "»") == marked


@pytest.mark.parametrize(
    ("end", "query", "marked"),
    [("cat cat", "cat", "… «cat»"), (" dog and", '"hot dog"', "x dog and")],
)
def test_a_run_that_is_no_word_stands_between_words(end, query, marked):
    wanted = highlight_terms(parse_query(query))
    piece = snippet("hot " + "x" * 256 + end, wanted)
    assert piece.with_highlights("«", "»").endswith(marked)


def test_a_piece_begins_a_little_before_a_hit_far_into_the_text():
    piece = snippet("pad " * 400 + "needle " + "end " * 400, _terms("needle"))
    assert piece.text.startswith("… pad ")
    assert piece.text.endswith(" end …")
    assert piece.highlights == ((58, 64),)
    assert piece.text[58:64] == "needle"
    assert 200 < len(piece.text) <= SNIPPET_CHARS + 4


def test_a_piece_is_where_most_of_the_words_stand():
    text = "pad " * 100 + "cat " + "pad " * 200 + "cat dog cat " + "pad " * 200
    assert _marked(text, "cat dog") == ["cat", "dog", "cat"]


def test_marks_end_where_the_piece_ends():
    piece = snippet("the " * 200, _terms("the"))
    assert {piece.text[start:end] for start, end in piece.highlights} == {"the"}
    assert len(piece.highlights) == piece.text.count("the") > 60


def test_a_text_without_a_hit_is_shown_from_its_beginning():
    piece = snippet("pad " * 400, _terms("needle"))
    assert piece.text.startswith("pad pad")
    assert piece.text.endswith("pad …")
    assert piece.highlights == ()
    assert snippet("short", ()) == Snippet("short", ())


def test_a_hit_after_20000_characters_is_shown():
    assert _marked("pad " * 6_000 + "needle", "needle") == ["needle"]


_words = st.lists(st.sampled_from(["cat", "Cat", "cats", "dog", "DOG", "the", "pad"]), max_size=200)
_WANTED = highlight_terms(parse_query('the "cat dog" pa*'))
_EXPECTED = re.compile(r"\b(?:the|pad|cat(?=\W+dog\b)|(?<=cat\W)dog|(?<=cat\W\W)dog)\b", re.I)


@given(_words, st.sampled_from([", ", " ", "\n", "; "]))
@settings(max_examples=150, deadline=None)
def test_every_hit_in_the_piece_is_marked_and_nothing_else(words, between):
    piece = snippet(between.join(words), _WANTED)
    # What stands at an edge of the piece may be half of a phrase.
    inner = [mark for mark in piece.highlights if mark[0] > 8 and mark[1] < len(piece.text) - 8]
    spans = [match.span() for match in _EXPECTED.finditer(piece.text)]
    assert inner == [(a, b) for a, b in spans if a > 8 and b < len(piece.text) - 8]
    if any(word in ("the", "pad") for word in words):
        assert piece.highlights


@given(
    st.text(max_size=400) | st.lists(st.text(max_size=9), max_size=90).map(" ".join),
    st.lists(st.text(max_size=3) | st.sampled_from(["the", "1", "é", "猫"]), max_size=4),
)
@settings(max_examples=200, deadline=None)
def test_marks_are_inside_the_piece_one_after_another(text, prefixes):
    words = [token.word for token in tokens(text) if token.kind == "word"][:1]
    piece = snippet(text, highlight_terms(AnyOf((*map(Phrase, words), *map(Prefix, prefixes)))))
    edges = [edge for mark in piece.highlights for edge in mark]
    assert edges == sorted(edges)
    assert all(start < end for start, end in piece.highlights)
    assert all(0 <= edge <= len(piece.text) for edge in edges)
    assert len(piece.text) <= SNIPPET_CHARS + 4
    assert piece.text.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
    if words:
        assert piece.highlights


@given(st.lists(st.sampled_from(["猫", "ภาษา", "مرحبا", "İZ", "straße", "🙂", "don't", "ΟΔΟΣ"])))
@settings(max_examples=60, deadline=None)
def test_a_mark_is_the_very_word(words):
    text = "، ".join(words)
    for word in {*words} - {"🙂"}:
        piece = snippet(text, _terms(word))
        marked = "".join(piece.text[start:end] for start, end in piece.highlights)
        times = (
            text.count(word) if len(text) <= SNIPPET_CHARS else marked.count(word.replace("'", ""))
        )
        assert marked == word.replace("'", "") * times
