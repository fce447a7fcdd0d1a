"""The page Search, and words as a filter, against a reading of the raw sample in Python."""

import re
from collections import Counter
from pathlib import Path

import pytest

from queries.display.covers import cover_text
from queries.errors import IndexMissingError, NotFoundError
from tests.app.support.components import (
    captions,
    components,
    data,
    notices,
    send,
    table,
    texts,
    unescaped,
    whole,
)
from tests.app.support.sample_rows import ids_with, messages_of, sample_rows, similarities
from tests.app.support.search_page import (
    cards,
    displayed_message,
    enter_search,
    result_count,
    result_ids,
)

UNREADABLE = "The query '\"museum' cannot be read: a phrase has no closing quote"
NOTHING_THERE, EMPTY = "No results in this slice.", {"min_turns": "999"}
ONE = "241d0742ae2f167e5e1e01faddea6506"
MUSEUM, CITY, NOT_CITY = r"\bmuseum\b", r"\bcity\b", r"(?s)^(?!.*\bcity\b).*\bmuseum\b"


def test_without_an_index_it_says_how_to_build_one(opened, sample_folder):
    app = opened(sample_folder, "search", q="museum", flagged="any")
    assert not app.exception
    assert [unescaped(error) for error in app.error] == [str(IndexMissingError(Path("DIR")))]
    assert texts(app) == ["108 conversations: flagged"]
    assert app.sidebar.text_input(key="text").disabled
    assert not app.main.text_input
    app = whole(opened(sample_folder, "overview", text="museum"))
    assert texts(app)[0] == "2,000 conversations: all conversations"
    assert notices(app)[0].startswith(str(IndexMissingError(Path("DIR"))))
    assert app.query_params == {}


@pytest.mark.parametrize(
    ("query", "pattern", "role"),
    [
        ("MuSeUm", MUSEUM, "any"),
        ("museum", MUSEUM, "assistant"),
        ('"the museum"', r"\bthe museum\b", "any"),
        ("muse*", r"\bmus[eé]", "any"),
        ("museum OR violin", r"\b(museum|violin)\b", "any"),
        ("museum -city", NOT_CITY, "any"),
        ("(rain OR city) museum", r"(?s)^(?=.*\b(rain|city)\b).*\bmuseum\b", "any"),
    ],
)
def test_words_find_what_has_them_and_say_whose_it_is(indexed, query, pattern, role):
    app = whole(indexed("search", q=query, mode="words", whose=role))
    ids = ids_with(pattern, role)
    assert result_count(app) == f"1–{min(20, len(ids))} of {len(ids)} conversations"
    assert len(ids.intersection(result_ids(app))) == min(20, len(ids))
    assert role == "any" or {card["role"] for card in cards(app)} == {role}
    assert captions(app)[0] == f"All {len(ids)} conversations by"
    for field in ("model", "language"):
        expected = Counter(sample_rows()[key][field] for key in ids)
        rows = table(app, f"mix_{field}").items()
        seen = {name: int(row["Conversations"]) for name, row in rows}
        assert seen.items() <= expected.items()
        assert list(seen.values()) == [many for _, many in expected.most_common(8)]


def test_a_card_says_where_it_is_from_and_marks_the_words(indexed):
    app = whole(indexed("search", q='"the museum" OR city', mode="words"))
    scores = [float(card["found"].removeprefix("score ")) for card in cards(app)]
    assert scores == sorted(scores, reverse=True)
    for card in cards(app):
        key, turn, role, text, _ = displayed_message(card)
        assert card["href"].endswith(f"+OR+city&mode=words&conversation={key}&turn={turn}")
        row = {"role": role, "turn": f"turn {turn} of {sample_rows()[key]['turn']}"}
        assert {**card, **row, "model": sample_rows()[key]["model"]} == card
        piece = "".join(text for text, _ in card["pieces"]).removeprefix("… ").removesuffix(" …")
        assert piece in " ".join(text.split())
        marked = [text.lower() for text, is_marked in card["pieces"] if is_marked]
        assert set(marked) <= {"the", "museum", "city"}
        assert marked.count("museum") == marked.count("the") > 0 or "city" in marked


def test_pages_hold_everything_once(indexed):
    everything = []
    for page in range(1, 8):
        everything += result_ids(app := indexed("search", q="museum", mode="words", page=str(page)))
        assert data(app, "search_results")["first"] == 20 * page - 19
    assert sorted(everything) == sorted(ids_with(MUSEUM))
    assert result_count(app) == "121–121 of 121 conversations"
    beyond = whole(indexed("search", q="museum", mode="words", page="999"))
    assert (result_ids(beyond), beyond.query_params["page"]) == (result_ids(app), "7")
    assert "&page=7&turn=" in cards(beyond)[0]["href"]


def test_what_is_asked_is_in_the_address_and_begins_at_the_first_page(indexed):
    app = enter_search(indexed("search", q="museum", mode="words", page="3"), "q", "city")
    assert result_count(app) == f"1–20 of {len(ids_with(CITY))} conversations"
    assert app.query_params == {"q": "city", "mode": "words"}
    app = whole(app.segmented_control(key="whose").set_value("user").run())
    assert app.query_params == {"q": "city", "mode": "words", "whose": "user"}
    app = whole(app.segmented_control(key="mode").set_value("both").run())
    assert "mode" not in app.query_params
    app = enter_search(app, "q", " ")
    assert "search_results" not in components(app)
    assert any('"machine learning"' in text.value for text in app.main.markdown)
    many = sum(len(messages_of(key)) for key in sample_rows())
    assert captions(app)[0].startswith(f"This index: {many:,} messages with ")


def test_filters_and_rows_of_the_mix_narrow_a_search(indexed):
    flagged = {
        key for key in sample_rows() if any(is_flagged for _, _, is_flagged in messages_of(key))
    }
    app = whole(indexed("search", q="story", mode="words", flagged="any"))
    ids = ids_with(r"\bstory\b") & flagged
    assert result_count(app) == f"1–20 of {len(ids)} conversations"
    app = whole(send(app, "mix_model", "chosen", "model=vicuna-13b"))
    assert result_count(app).endswith(
        f" of {len(ids & ids_with('', model='vicuna-13b'))} conversations"
    )
    assert list(table(app, "mix_model")) == [app.query_params["model"]] == ["vicuna-13b"]
    app = whole(indexed("search", q="story", mode="meaning", flagged="any"))
    assert result_count(app) == f"1–20 of the nearest {len(flagged)} conversations"
    assert set(result_ids(app)) <= flagged


@pytest.mark.parametrize(("role", "of"), [("any", "a"), ("assistant", "an assistant")])
def test_what_words_find_becomes_the_slice_of_every_page(indexed, role, of):
    app = indexed("search", q="museum", mode="words", whose=role, language="English")
    app = whole(app.button(key="make_slice").click().run())
    phrase, many = f"{of} message with ‘museum’", len(ids_with(MUSEUM, role, language="English"))
    assert texts(app)[0] == (caption := f"{many} conversations: English; {phrase}")
    assert app.button(key="drop_text_None").label == phrase
    assert app.sidebar.text_input(key="text").value == "museum"
    assert app.button(key="make_slice").disabled
    params = {name: text for name, text in app.query_params.items() if name not in ("q", "mode")}
    for view in ("overview", "models", "browse"):
        assert caption in texts(whole(indexed(view, **params)))


def test_words_in_the_sidebar_keep_their_conversations(indexed):
    app = enter_search(indexed(), "text", "museum  -city")
    assert texts(app)[0].startswith(f"{len(ids_with(NOT_CITY))} conversations: a message with")
    assert app.query_params == {"text": "museum -city"}
    enter_search(app, "text", "museum").sidebar.pills(key="text_role").set_value("user").run()
    assert texts(app)[0].startswith(
        f"{len(ids_with(MUSEUM, 'user'))} conversations: a user message"
    )
    app = whole(app.button(key="drop_text_None").click().run())
    assert app.query_params == {}


@pytest.mark.parametrize(("typed", "sentence"), [('"museum', UNREADABLE)])
def test_unusable_words_are_reported_until_they_are_corrected(indexed, typed, sentence):
    app = enter_search(indexed(model="koala-13b"), "text", typed)
    (warning,) = notices(app)
    assert warning.startswith(sentence)
    assert texts(app)[0] == "147 conversations: koala-13b"
    assert app.sidebar.text_input(key="text").value == typed
    assert app.query_params == {"model": "koala-13b"}
    assert notices(enter_search(app, "text", "museum")) == []
    assert app.query_params["text"] == "museum"
    assert notices(enter_search(enter_search(app, "text", typed), "text", "")) == []


def test_the_nearest_in_meaning_come_first(indexed):
    expected = similarities("python program")
    app = whole(indexed("search", q="python program", mode="meaning"))
    assert result_count(app) == "1–20 of the nearest 1,000 conversations"
    nearest = pytest.approx(list(expected.values())[:20], abs=2e-3)
    assert [expected[key] for key in result_ids(app)] == nearest
    for card in cards(app):
        assert card["similarity"] == pytest.approx(expected[card["id"][:32]], abs=2e-3)
    assert "make_slice" not in {button.key for button in app.button}


def test_both_ways_say_by_which_each_was_found(indexed):
    app = whole(indexed("search", q="museum"))
    have_words = ids_with(MUSEUM)
    match = re.fullmatch(
        r"1–20 of (\d+) conversations: (\d+) contain the words, the .*", result_count(app)
    )
    assert int(match[2]) == len(have_words) < int(match[1]) <= len(have_words) + 200
    for card in cards(app):
        assert (card["id"][:32] in have_words) == ("contains the words" in card["found"])
        assert (card["similarity"] is not None) == ("close in meaning" in card["found"])


def test_like_this_leaves_itself_and_repeats_out_and_can_be_left(indexed):
    # Four others have this message, too, and its own other turns are the nearest to it.
    key, turn, text = "425329e0288d639bf2f9bd2f0464b98a", "6", "Add comments to the code please."
    assert messages_of(key)[10][1] == text
    app = indexed("search", q="museum", mode="words", page="2")
    app = whole(send(app, "search_results", "liked", f"{key}:{turn}"))
    assert app.query_params == {"mode": "words", "like": key, "like_turn": turn}
    assert any(
        f"Similar to turn {turn} of conversation `{key}`" in m.value for m in app.main.markdown
    )
    expected = similarities(text, without=text)
    del expected[key]
    nearest = pytest.approx(list(expected.values())[:20], abs=2e-3)
    assert [expected[key] for key in result_ids(app)] == nearest
    app = whole(app.button(key="leave_like").click().run())
    assert app.query_params == {"mode": "words"}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"q": '"museum', "mode": "words"}, UNREADABLE),
        ({"q": "museum", **EMPTY}, NOTHING_THERE),
        ({"q": "museum", "mode": "meaning", **EMPTY}, NOTHING_THERE),
        ({"like": ONE, **EMPTY}, NOTHING_THERE),
        ({"q": "zzzzqq", "mode": "words"}, "No results. Remove a word"),
        ({"like": "`x` <b>"}, str(NotFoundError("`x` <b>"))),
        ({"like": ONE, "like_turn": "99"}, "There is no user message with text to compare with"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(indexed, params, sentence):
    app = indexed("search", **params)
    assert not app.exception
    (notice,) = (*notices(app), *map(unescaped, app.error))
    assert notice.startswith(sentence)
    assert app.sidebar.multiselect(key="model")
    assert app.query_params == params


@pytest.mark.parametrize(
    ("params", "dropped"),
    [
        ({"q": "museum", "mode": "zzz", "exact": "maybe"}, "mode"),
        ({"q": "museum\x00", "mode": "words", "whose": "zzz"}, "whose"),
        ({"q": "museum", "page": "-3; drop", "like_turn": "-1"}, "page"),
        ({"like": ONE, "like_turn": "²", "page": "9" * 20}, "page"),
    ],
)
def test_nonsense_in_the_address_is_the_default(indexed, params, dropped):
    app = whole(indexed("search", **params))
    assert result_count(app).startswith("1–20 of ")
    assert app.query_params == {name: text for name, text in params.items() if name != dropped}


def test_flagged_messages_are_covered_until_they_are_asked_for(indexed):
    app = whole(indexed("search", q="story", mode="words", flagged="any"))
    assert {displayed_message(card)[-1] for card in cards(app)} == {True, False}
    for card in cards(app):
        is_flagged = displayed_message(card)[-1]
        assert card["isCovered"] == is_flagged == bool(card["flags"])
        assert (card["pieces"] == [[cover_text(card["flags"]), False]]) == is_flagged
        assert bool(card["elsewhere"]) != is_flagged
    app = whole(app.toggle(key="uncover_results").set_value(True).run())
    assert all(card["pieces"] != [[cover_text(card["flags"]), False]] for card in cards(app))


def test_a_search_inside_a_slice_of_words_is_of_both(indexed):
    app = whole(indexed("search", q="museum", mode="words", text="museum", text_role="user"))
    many = len(ids_with(MUSEUM, "user"))
    assert result_count(app) == f"1–{many} of {many} conversations"
    assert sum(int(row["Conversations"]) for row in table(app, "mix_model").values()) <= many
    app = whole(indexed("search", q="music", mode="words", text="museum"))
    both = ids_with(MUSEUM) & ids_with(r"\bmusic\b")
    assert result_count(app).endswith(f" of {len(both)} conversations")
    assert app.button(key="make_slice").disabled  # A slice has one search by words.
