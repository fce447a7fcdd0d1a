"""The page Search, and words as a filter, against a reading of the raw sample in Python."""

import re
import shutil
from collections import Counter
from unittest.mock import Mock

import pytest

from dashboard import session
from queries.errors import IndexMissingError, IndexWithoutModelError, ModelError, NotFoundError
from queries.layout import StorePath
from queries.reading import cover_text
from queries.relations import Edition
from tests.app.conftest import cards, found, having, messages, raw, read, shown, similarities
from tests.app.reading import captions, components, data, said, send, table, texts, whole

UNREADABLE = "The search '\"museum' cannot be read: a phrase begins with a quote"
NOTHING_THERE, EMPTY = "Nothing was found in this slice.", {"min_turns": "999"}
ONE = "241d0742ae2f167e5e1e01faddea6506"
MUSEUM, CITY, NOT_CITY = r"\bmuseum\b", r"\bcity\b", r"(?s)^(?!.*\bcity\b).*\bmuseum\b"


def count(app):
    """The line above the results."""
    return next(text for text in texts(app) if re.match(r"[\d,]+–", text))


def entered(app, key, text):
    return whole(app.text_input(key=key).set_value(text).run())


def test_without_an_index_it_says_how_to_build_one(opened, sample_folder):
    app = opened(sample_folder, "search", q="museum", flagged="any")
    assert not app.exception
    assert [read(error) for error in app.error] == [str(IndexMissingError(sample_folder))]
    assert texts(app) == ["108 conversations: flagged"]
    assert app.sidebar.text_input(key="text").disabled
    assert not app.main.text_input
    app = whole(opened(sample_folder, "overview", text="museum"))
    assert texts(app)[0] == "2,000 conversations: all conversations"
    assert said(app)[0].startswith(str(IndexMissingError(sample_folder)))
    assert app.query_params == {}


@pytest.mark.parametrize(
    ("query", "pattern", "role"),
    [
        ("MuSeUm", MUSEUM, "any"),
        ("museum", MUSEUM, "assistant"),
        ('"the museum"', r"\bthe museum\b", "any"),
        ("muse*", r"\bmuse", "any"),
        ("museum OR violin", r"\b(museum|violin)\b", "any"),
        ("museum -city", NOT_CITY, "any"),
        ("(rain OR city) museum", r"(?s)^(?=.*\b(rain|city)\b).*\bmuseum\b", "any"),
    ],
)
def test_words_find_what_has_them_and_say_whose_it_is(indexed, query, pattern, role):
    app = whole(indexed("search", q=query, mode="words", whose=role))
    ids = having(pattern, role)
    assert count(app) == f"1–{min(20, len(ids))} of {len(ids)} conversations"
    assert len(ids.intersection(found(app))) == min(20, len(ids))
    assert role == "any" or {card["role"] for card in cards(app)} == {role}
    assert captions(app)[0] == f"All {len(ids)} conversations by"
    for field in ("model", "language"):
        expected = Counter(raw()[key][field] for key in ids)
        rows = table(app, f"mix_{field}").items()
        seen = {name: int(row["Conversations"]) for name, row in rows}
        assert seen.items() <= expected.items()
        assert list(seen.values()) == [many for _, many in expected.most_common(8)]


def test_a_card_says_where_it_is_from_and_marks_the_words(indexed):
    app = whole(indexed("search", q='"the museum" OR city', mode="words"))
    scores = [float(card["found"].removeprefix("score ")) for card in cards(app)]
    assert scores == sorted(scores, reverse=True)
    for card in cards(app):
        key, turn, role, text, _ = shown(card)
        assert card["href"].endswith(f"+OR+city&mode=words&conversation={key}&turn={turn}")
        row = {"role": role, "turn": f"turn {turn} of {raw()[key]['turn']}"}
        assert {**card, **row, "model": raw()[key]["model"]} == card
        piece = "".join(text for text, _ in card["pieces"]).removeprefix("… ").removesuffix(" …")
        assert piece in " ".join(text.split())
        marked = [text.lower() for text, is_marked in card["pieces"] if is_marked]
        assert set(marked) <= {"the", "museum", "city"}
        assert marked.count("museum") == marked.count("the") > 0 or "city" in marked


def test_pages_hold_everything_once(indexed):
    everything = []
    for page in range(1, 8):
        everything += found(app := indexed("search", q="museum", mode="words", page=str(page)))
        assert data(app, "search_results")["first"] == 20 * page - 19
    assert sorted(everything) == sorted(having(MUSEUM))
    assert count(app) == "121–121 of 121 conversations"
    beyond = whole(indexed("search", q="museum", mode="words", page="999"))
    assert (found(beyond), beyond.query_params["page"]) == (found(app), "7")
    assert "&page=7&turn=" in cards(beyond)[0]["href"]


def test_what_is_asked_is_in_the_address_and_begins_at_the_first_page(indexed):
    app = entered(indexed("search", q="museum", mode="words", page="3"), "q", "city")
    assert count(app) == f"1–20 of {len(having(CITY))} conversations"
    assert app.query_params == {"q": "city", "mode": "words"}
    app = whole(app.segmented_control(key="whose").set_value("user").run())
    assert app.query_params == {"q": "city", "mode": "words", "whose": "user"}
    app = whole(app.segmented_control(key="mode").set_value("both").run())
    assert "mode" not in app.query_params
    app = entered(app, "q", " ")
    assert "search_results" not in components(app)
    assert any('"machine learning"' in text.value for text in app.main.markdown)
    many = sum(len(messages(key)) for key in raw())
    assert captions(app)[0].startswith(f"In this index: {many:,} messages with ")


def test_filters_and_rows_of_the_mix_narrow_a_search(indexed):
    flagged = {key for key in raw() if any(is_flagged for _, _, is_flagged in messages(key))}
    app = whole(indexed("search", q="story", mode="words", flagged="any"))
    ids = having(r"\bstory\b") & flagged
    assert count(app) == f"1–20 of {len(ids)} conversations"
    app = whole(send(app, "mix_model", "chosen", "model=vicuna-13b"))
    assert count(app).endswith(f" of {len(ids & having('', model='vicuna-13b'))} conversations")
    assert list(table(app, "mix_model")) == [app.query_params["model"]] == ["vicuna-13b"]
    app = whole(indexed("search", q="story", mode="meaning", flagged="any"))
    assert count(app) == f"1–20 of the nearest {len(flagged)} conversations"
    assert set(found(app)) <= flagged


@pytest.mark.parametrize(("role", "of"), [("any", "a"), ("assistant", "an assistant")])
def test_what_words_find_becomes_the_slice_of_every_page(indexed, role, of):
    app = indexed("search", q="museum", mode="words", whose=role, language="English")
    app = whole(app.button(key="make_slice").click().run())
    phrase, many = f"{of} message with ‘museum’", len(having(MUSEUM, role, language="English"))
    assert texts(app)[0] == (caption := f"{many} conversations: English; {phrase}")
    assert app.button(key="drop_text_None").label == phrase
    assert app.sidebar.text_input(key="text").value == "museum"
    assert app.button(key="make_slice").disabled
    kept = {name: text for name, text in app.query_params.items() if name not in ("q", "mode")}
    for view in ("overview", "models", "browse"):
        assert caption in texts(whole(indexed(view, **kept)))


def test_words_in_the_sidebar_keep_their_conversations(indexed):
    app = entered(indexed(), "text", "museum  -city")
    assert texts(app)[0].startswith(f"{len(having(NOT_CITY))} conversations: a message with")
    assert app.query_params == {"text": "museum -city"}
    entered(app, "text", "museum").sidebar.pills(key="text_role").set_value("user").run()
    assert texts(app)[0].startswith(f"{len(having(MUSEUM, 'user'))} conversations: a user message")
    app = whole(app.button(key="drop_text_None").click().run())
    assert app.query_params == {}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ('"museum', UNREADABLE),
        ("wh*", "More than 9 words begin with 'wh'; write more of the word before the *."),
    ],
)
def test_words_of_no_use_are_said_until_they_are_corrected(indexed, monkeypatch, typed, sentence):
    monkeypatch.setattr("queries.search.words.PREFIX_WORDS_MAX", 9)
    app = entered(indexed(model="koala-13b"), "text", typed)
    (warning,) = said(app)
    assert warning.startswith(sentence)
    assert texts(app)[0] == "147 conversations: koala-13b"
    assert app.sidebar.text_input(key="text").value == typed
    assert app.query_params == {"model": "koala-13b"}
    assert said(entered(app, "text", "museum")) == []
    assert app.query_params["text"] == "museum"
    assert said(entered(entered(app, "text", typed), "text", "")) == []


def test_the_nearest_in_meaning_come_first(indexed):
    expected = similarities("python program")
    app = whole(indexed("search", q="python program", mode="meaning"))
    assert count(app) == "1–20 of the nearest 1,000 conversations"
    nearest = pytest.approx(list(expected.values())[:20], abs=2e-3)
    assert [expected[key] for key in found(app)] == nearest
    for card in cards(app):
        assert card["similarity"] == pytest.approx(expected[card["id"][:32]], abs=2e-3)
    assert app.button(key="make_slice").disabled


def test_both_ways_say_by_which_each_was_found(indexed):
    app = whole(indexed("search", q="museum"))
    have_words = having(MUSEUM)
    said = re.fullmatch(r"1–20 of (\d+) conversations: (\d+) have the words, the .*", count(app))
    assert int(said[2]) == len(have_words) < int(said[1]) <= len(have_words) + 200
    for card in cards(app):
        assert (card["id"][:32] in have_words) == ("has the words" in card["found"])
        assert (card["similarity"] is not None) == ("near in meaning" in card["found"])


def test_like_this_leaves_itself_and_repeats_out_and_can_be_left(indexed):
    # Four others have this message, too, and its own other turns are the nearest to it.
    key, turn, text = "425329e0288d639bf2f9bd2f0464b98a", "6", "Add comments to the code please."
    assert messages(key)[10][1] == text
    app = indexed("search", q="museum", mode="words", page="2")
    app = whole(send(app, "search_results", "liked", f"{key}:{turn}"))
    assert app.query_params == {"mode": "words", "like": key, "like_turn": turn}
    assert any(f"Like turn {turn} of conversation `{key}`" in m.value for m in app.main.markdown)
    expected = similarities(text, without=text)
    del expected[key]
    nearest = pytest.approx(list(expected.values())[:20], abs=2e-3)
    assert [expected[key] for key in found(app)] == nearest
    app = whole(app.button(key="leave_like").click().run())
    assert app.query_params == {"mode": "words"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"q": '"museum', "mode": "words"}, UNREADABLE),
        ({"q": "museum", **EMPTY}, NOTHING_THERE),
        ({"q": "museum", "mode": "meaning", **EMPTY}, NOTHING_THERE),
        ({"like": ONE, **EMPTY}, NOTHING_THERE),
        ({"q": "zzzzqq", "mode": "words"}, "Nothing was found. Take a word away"),
        ({"like": "`x` <b>"}, str(NotFoundError("`x` <b>"))),
        ({"like": ONE, "like_turn": "99"}, "There is no user message with a text there"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(indexed, asked, sentence):
    app = indexed("search", **asked)
    assert not app.exception
    (notice,) = (*said(app), *map(read, app.error))
    assert notice.startswith(sentence)
    assert app.sidebar.multiselect(key="model")
    assert app.query_params == asked


@pytest.mark.parametrize(
    ("asked", "dropped"),
    [
        ({"q": "museum", "mode": "zzz", "exact": "maybe"}, "mode"),
        ({"q": "museum\x00", "mode": "words", "whose": "zzz"}, "whose"),
        ({"q": "museum", "page": "-3; drop", "like_turn": "-1"}, "page"),
        ({"like": ONE, "like_turn": "²", "page": "9" * 20}, "page"),
    ],
)
def test_nonsense_in_the_address_is_the_default(indexed, asked, dropped):
    app = whole(indexed("search", **asked))
    assert count(app).startswith("1–20 of ")
    assert app.query_params == {name: text for name, text in asked.items() if name != dropped}


def test_flagged_messages_are_covered_until_they_are_asked_for(indexed):
    app = whole(indexed("search", q="story", mode="words", flagged="any"))
    assert {shown(card)[-1] for card in cards(app)} == {True, False}
    for card in cards(app):
        is_flagged = shown(card)[-1]
        assert card["isCovered"] == is_flagged == bool(card["flags"])
        assert (card["pieces"] == [[cover_text(card["flags"]), False]]) == is_flagged
        assert bool(card["elsewhere"]) != is_flagged
    app = whole(app.toggle(key="uncover_results").set_value(True).run())
    assert all(card["pieces"] != [[cover_text(card["flags"]), False]] for card in cards(app))


def test_an_index_of_words_alone_finds_words(opened, words_folder):
    app = whole(opened(words_folder, "search", q="needle"))
    assert said(app) == [str(IndexWithoutModelError(words_folder))]
    assert count(app) == "1–1 of 1 conversation"
    assert cards(app)[0]["href"] == f"conversation?q=needle&conversation={'x' * 32}&turn=28"
    assert not data(app, "search_results")["hasLike"]
    for asked in ({"q": "needle", "mode": "meaning"}, {"like": "a" * 32}):
        (error,) = opened(words_folder, "search", **asked).error
        assert read(error) == str(IndexWithoutModelError(words_folder))


def test_where_the_model_is_missing_words_are_found(opened, indexed_folder, tmp_path, monkeypatch):
    error = ModelError("dictionary", "it is not there")
    monkeypatch.setattr("queries.search.index.embedder_of", Mock(side_effect=error))
    store = shutil.copytree(indexed_folder, tmp_path / "store")  # Its model is not loaded yet.
    app = whole(opened(store, "search", q="museum"))
    assert said(app) == [str(error)]
    assert count(app) == "1–20 of 121 conversations"
    (one,) = opened(store, "search", q="museum", mode="meaning").error
    assert read(one) == str(error)


def test_exact_is_offered_where_there_is_a_vector_index(indexed, indexed_folder, monkeypatch):
    path = StorePath(indexed_folder)
    index = session.opened(path.path, Edition(path.current_name(), "")).search_index()
    monkeypatch.setitem(index.facts, "vector_index", {"nprobes": 1})
    app = whole(indexed("search", q="museum", exact="true"))
    assert app.toggle(key="exact").value
    assert "Exact." in captions(app)


def test_a_search_inside_a_slice_of_words_is_of_both(indexed):
    app = whole(indexed("search", q="museum", mode="words", text="museum", text_role="user"))
    many = len(having(MUSEUM, "user"))
    assert count(app) == f"1–{many} of {many} conversations"
    assert sum(int(row["Conversations"]) for row in table(app, "mix_model").values()) <= many
    app = whole(indexed("search", q="music", mode="words", text="museum"))
    both = having(MUSEUM) & having(r"\bmusic\b")
    assert count(app).endswith(f" of {len(both)} conversations")
    assert app.button(key="make_slice").disabled  # A slice has one search by words.
