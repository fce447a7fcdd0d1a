"""A conversation without a browser: what is known of it, its messages, what of them is sent."""

import json
import shutil

import pytest
import streamlit as st

from queries.access_log import noted
from queries.errors import LogError, NotFoundError
from queries.layout import StorePath
from tests.app.conftest import read
from tests.app.conversations import CODE, FOLDED, LONG_MESSAGES, MASKED, REPEATS, SECRETS
from tests.app.reading import components, data, said, send, texts, whole

ALL, NONE = set(SECRETS), set()
RUDE, BLOW, YOUNG, UNNAMED = SECRETS


@pytest.fixture
def opening(opened, read_folder):
    """Opens a conversation by its letter."""

    def open_(letter, **query):
        key = letter * 32
        return opened(read_folder, "conversation", conversation=key, **query)

    return open_


def facts(app):
    """The facts above a conversation, by their labels."""
    return {fact["label"]: fact["text"] for fact in data(app, "facts")["facts"]}


def drawn(app, column=0):
    """The messages of a column."""
    return data(app, "transcript")["columns"][column]["messages"]


def spoken(node):
    """What a reader sees of a node, chips in brackets."""
    match node:
        case str():
            return node
        case {"mask": kind}:
            return f"[{kind}]"
        case {"name": name}:
            return f"<{name}>"
        case {"block": inner} | {"children": inner}:
            return "".join(map(spoken, inner))
        case {"code": runs}:
            return "".join(spoken(piece) for _, pieces in runs for piece in pieces)
        case {"note": text}:
            return text
    return ""


def bodies(app, column=0):
    """The texts of the messages; None of those that are not sent."""
    return [
        None if one["nodes"] is None else "".join(map(spoken, one["nodes"]))
        for one in drawn(app, column)
    ]


def covers(app):
    """What stands where messages are covered, by their index."""
    return {one["index"]: one["cover"] for one in drawn(app) if one["cover"]}


def sent(app):
    """Which secrets are anywhere in what the browser gets: any element of the page."""
    page = " ".join(str(one.proto) for one in app._tree if hasattr(one, "proto"))
    return {secret for secret in SECRETS if secret in page}


def choose(app, covers):
    return whole(app.segmented_control(key="covers").set_value(covers).run())


def test_the_facts_are_in_words(opening):
    assert facts(opening("c")) == {
        "Model": "gpt-4 (OpenAI)",
        "Language": "English",
        "Turns": "4",
        "Messages": "8",
        "Flagged": "from turn 1: harassment, hate, sexual, sexual/minors, violence",
        "Names redacted": "no",
        "Same first prompt": "no other conversation",
        "Id": "c" * 32,
    }
    odd = facts(opening("m"))
    assert (odd["Model"], odd["Language"]) == ("no-such-model", "(none given)")
    assert (odd["Flagged"], odd["Names redacted"]) == ("no", "yes")
    assert facts(opening("s"))["Flagged"] == "from turn 4: in no category"
    assert facts(opening("u"))["Names redacted"] == "not said"


def test_the_id_and_a_link_that_says_nothing_of_a_list_can_be_copied(opening):
    app = opening("c", model="gpt-4", sort="turn_count", page="2", turn="3", read="rendered")
    (fact,) = [fact for fact in data(app, "facts")["facts"] if fact["label"] == "Id"]
    assert [(one["label"], one.get("text"), one.get("href")) for one in fact["copies"]] == [
        ("Copy", "c" * 32, None),
        ("Copy link", None, f"conversation?conversation={'c' * 32}"),
    ]
    assert data(app, "transcript")["address"] == f"conversation?conversation={'c' * 32}"


def test_how_often_a_prompt_repeats_leads_to_the_others(opening, opened, read_folder):
    app = whole(opening("07", model="model-1"))
    (fact,) = [f for f in data(app, "facts")["facts"] if f["label"] == "Same first prompt"]
    assert fact["text"] == f"{REPEATS} other conversations"
    path, _, query = fact["href"].partition("?")
    assert path == "browse"
    listed = whole(opened(read_folder, path, **dict([query.split("=")])))
    assert any(text.startswith(f"{REPEATS + 1} conversations: ") for text in texts(listed))


def test_the_strip_says_where_scores_change(opening):
    strip = data(whole(opening("s")), "strip")
    assert [one["change"] for one in strip["messages"]] == [
        *("", "", ""),  # The second of the user is 18 times the first, and still noise.
        "violence 0.02 → 0.3",
        "violence 0.009 → 0.095",
        *("", "flagged", ""),
    ]
    assert [one["label"] for one in strip["messages"][::3]] == [
        *("turn 1, user", "turn 2, assistant", "turn 4, user")
    ]
    highest = "highest score: violence 0.91 in turn 4, user."
    assert strip["summary"] == f"1 of 8 messages flagged; {highest}"
    assert strip["messages"][7]["title"] == "turn 4, assistant: no published verdict"
    assert strip["messages"][6]["title"] == "turn 4, user: violence 0.91"


def test_a_message_says_its_verdict_apart_from_its_scores(opening):
    messages = drawn(opening("s"))
    assert [one["verdict"] for one in messages] == [
        *["published as not flagged"] * 6,
        *("published as flagged", "no published verdict"),
    ]
    assert [one["flags"] for one in messages[5:]] == [[], ["flagged"], []]
    assert messages[6]["scores"] == [*[0.0] * 9, 0.91, 0.0]
    assert messages[7]["scores"] is None


def test_what_is_flagged_is_covered_and_not_in_the_page(opening):
    app = whole(opening("c"))
    assert covers(app) == {
        0: "Covered: flagged as harassment, hate",
        2: "Covered: flagged as violence",
        4: "Covered: flagged as sexual, sexual/minors",
        6: "Covered: flagged",
    }
    assert [one["staysCovered"] for one in drawn(app)[::2]] == [False, False, True, False]
    assert bodies(app)[1::2] == ["No.", "Never.", "No!", "So."]
    assert sent(app) == NONE
    assert app.segmented_control(key="covers").value == "covered"


@pytest.mark.parametrize("how", ["plain", "rendered", "published"])
def test_one_message_is_uncovered(opening, how):
    app = opening("c", read=how)
    assert sent(app) == NONE
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":2"))
    assert sent(app) == {BLOW}
    assert set(covers(app)) == {0, 4, 6}
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":4"))
    assert sent(app) == {BLOW, YOUNG}


def test_a_conversation_is_uncovered_but_for_what_stands_alone(opening):
    app = whole(send(opening("c"), "transcript", "opened", "c" * 32 + ":0"))
    assert app.segmented_control(key="covers").value == "conversation"
    assert (sent(app), set(covers(app))) == (ALL - {YOUNG}, {4})
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":4"))
    assert (sent(app), covers(app)) == (ALL, {})
    app = choose(app, "covered")
    assert (sent(app), set(covers(app))) == (NONE, {0, 2, 4, 6})
    assert sent(choose(app, "conversation")) == ALL - {YOUNG}


def test_covers_of_a_conversation_are_back_in_the_next_and_those_of_a_session_are_not(opening):
    app = choose(opening("c"), "conversation")
    app.query_params["conversation"] = "h" * 32
    app = whole(app.run())
    assert "@half@" not in str(drawn(app))
    app = choose(app, "session")
    assert "@half@" in str(drawn(app))
    app.query_params["conversation"] = "c" * 32
    app = whole(app.run())
    assert sent(app) == ALL - {YOUNG}
    assert app.segmented_control(key="covers").value == "session"
    assert sent(choose(app, "covered")) == NONE


def test_where_nothing_is_flagged_nothing_can_be_uncovered(opening):
    keys = {one.key for one in whole(opening("l")).segmented_control}
    assert "read" in keys
    assert "covers" not in keys


def test_texts_are_sent_in_runs(opening):
    def runs(app):
        is_sent = [body is not None for body in bodies(app)]
        assert len(is_sent) == LONG_MESSAGES
        return {n // 30 for n, one in enumerate(is_sent) if one}, is_sent.count(True)

    app = whole(opening("l"))
    assert runs(app) == ({0}, 30)
    app = whole(send(app, "transcript", "reached", f"{'l' * 32}:1,{'l' * 32}:13"))
    assert runs(app) == ({0, 1, 13}, 70)
    assert bodies(app)[399] == "message 399"
    # The 150th turn begins with the message 298, in the tenth run.
    app = whole(opening("l", turn="150"))
    assert runs(app) == ({9}, 30)
    assert bodies(app)[298] == "message 298"
    assert data(app, "transcript")["turn"] == 150
    assert [one["chars"] for one in drawn(app)[:2]] == [9, 9]


@pytest.mark.parametrize(
    ("turn", "asked", "run"),
    [("999", 999, 13), ("0", None, 0), ("-1", None, 0), ("²", None, 0), ("9" * 99, None, 0)],
)
def test_a_turn_that_is_not_there_is_no_error(opening, turn, asked, run):
    app = whole(opening("l", turn=turn))
    assert data(app, "transcript")["turn"] == asked
    assert bodies(app)[30 * run] == f"message {30 * run}"


def test_a_long_message_is_folded_until_it_is_asked_for(opening):
    app = whole(opening("f"))
    first, whole_one, cut, short = bodies(app)
    assert first == FOLDED[: len(first)]
    assert not FOLDED[len(first) - 1].isspace()
    assert 2_900 < len(first) <= 3_000
    assert [one["hidden"] for one in drawn(app)] == [27_000 - len(first), 0, 3_001, 0]
    assert (whole_one, cut, short) == ("a" * 6_000, "b" * 3_000, "short")
    app = whole(send(app, "transcript", "unfolded", "f" * 32 + ":0"))
    assert bodies(app) == [FOLDED, "a" * 6_000, "b" * 3_000, "short"]
    assert [one["hidden"] for one in drawn(app)] == [0, 0, 3_001, 0]


def test_a_text_is_plain_rendered_or_as_published(opening):
    app = whole(opening("t"))
    before, code, after = drawn(app)[0]["nodes"]
    assert (spoken(before), spoken(code), spoken(after)) == (
        *("Look:\n", "print(1)  # one\n", "**bold** and $x^2$"),
    )
    assert ["comment", ["# one"]] in code["code"]
    app = whole(app.segmented_control(key="read").set_value("rendered").run())
    assert app.query_params["read"] == "rendered"
    *_, paragraph = drawn(app)[0]["nodes"]
    bold, _, formula = paragraph["children"]
    assert bold == {"tag": "strong", "children": ["bold"]}
    assert formula["source"] == "x^2"
    app = whole(send(app, "transcript", "how", "plain"))
    assert "read" not in app.query_params
    assert spoken(drawn(app)[0]["nodes"][2]) == "**bold** and $x^2$"
    app = whole(opening("t", read="published"))
    published = json.loads(bodies(app)[0])
    assert published["message"] == {"content": CODE, "role": "user"}
    assert published["openai_moderation"]["flagged"] is False


def test_an_unknown_way_to_read_is_plain(opening):
    app = whole(opening("t", read="<b>"))
    assert app.segmented_control(key="read").value == "plain"
    assert "read" not in app.query_params


def test_contact_data_is_masked_until_it_is_asked_for_and_noted(opened, read_folder, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    masked = ["Write to [email address], <NAME_1>, or call [phone number]", "Done, <NAME_1>."]
    app = whole(opened(store, "conversation", conversation="m" * 32))
    assert bodies(app) == masked
    assert noted(StorePath(store)).empty
    app = whole(app.button(key="unmask").click().run())
    assert bodies(app)[0].replace("<NAME_1>", "NAME_1") == MASKED
    (event,) = noted(StorePath(store)).itertuples()
    assert (event.what, event.of, event.count) == ("unmasked", "m" * 32, 1)
    assert event.who
    app = whole(app.button(key="mask").click().run())
    assert bodies(app) == masked
    app.button(key="unmask").click().run()
    app.query_params["conversation"] = "c" * 32
    app.run()
    app.query_params["conversation"] = "m" * 32
    assert bodies(whole(app.run())) == masked
    assert len(noted(StorePath(store))) == 2


def test_what_cannot_be_noted_stays_masked(opened, read_folder, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    log = store / "state" / "log.sqlite"
    log.mkdir()
    app = opened(store, "conversation", conversation="m" * 32)
    app = app.button(key="unmask").click().run()
    assert not app.exception
    (error,) = app.error
    reason = read(error)
    assert reason.startswith(str(LogError(log, "x")).partition("x")[0])
    assert "jo@example.com" not in str([one.proto for one in app._tree if hasattr(one, "proto")])
    assert not whole(app.run()).error


def test_one_name_has_one_colour(opening):
    tones = [
        node["tone"]
        for one in drawn(opening("m"))
        for block in one["nodes"]
        for node in block["block"]
        if isinstance(node, dict) and "name" in node
    ]
    assert len(tones) == 2
    assert len(set(tones)) == 1


@pytest.fixture
def downloads(monkeypatch):
    """The files that the page offers, by their names, as they are at the end of a run."""
    files = {}

    def button(label, content, *, file_name, **_):
        files[file_name] = content()

    monkeypatch.setattr(st, "download_button", button)
    return files


def test_a_download_shows_what_the_page_shows(opening, downloads):
    app = whole(opening("c"))
    assert set(downloads) == {f"conversation-{'c' * 32}.{end}" for end in ("json", "md")}

    def told():
        found = {secret for file in downloads.values() for secret in SECRETS if secret in file}
        for file in downloads.values():
            assert {secret for secret in SECRETS if secret in file} == found
        return found

    assert told() == NONE
    app = send(app, "transcript", "uncovered", "c" * 32 + ":4")
    assert told() == {YOUNG}
    app = choose(app, "conversation")
    assert told() == ALL
    app = choose(app, "covered")
    assert told() == NONE
    app = choose(app, "session")
    assert told() == ALL - {YOUNG}
    document = json.loads(downloads[f"conversation-{'c' * 32}.json"])
    assert document["turn"] == 4
    assert len(document["openai_moderation"]) == 8
    assert "## Turn 2 · user · flagged as violence" in downloads[f"conversation-{'c' * 32}.md"]


def test_a_download_masks_what_the_page_masks(opened, read_folder, tmp_path, downloads):
    shutil.copytree(read_folder, tmp_path / "store")
    app = whole(opened(tmp_path / "store", "conversation", conversation="m" * 32))
    assert all("jo@example.com" not in file for file in downloads.values())
    whole(app.button(key="unmask").click().run())
    assert all("jo@example.com" in file for file in downloads.values())


def test_the_other_conversation_of_a_download_is_not_in_it(opening, downloads):
    whole(opening("c", beside="h" * 32))
    assert set(downloads) == {f"conversation-{'c' * 32}.{end}" for end in ("json", "md")}
    assert all("fourth" not in file for file in downloads.values())


def test_two_are_read_side_by_side(opening):
    app = whole(opening("07", beside="h" * 32, read="published"))
    ids = [one["id"] for one in data(app, "transcript")["columns"]]
    assert ids == ["07" * 32, "h" * 32]
    titles = [one["title"] for one in data(app, "transcript")["columns"]]
    assert titles == ["model-1", "gpt-4"]
    assert json.loads(bodies(app, 0)[1])["message"]["content"] == "answer 7" * 8
    assert json.loads(bodies(app, 1)[1])["message"]["content"] == "second"
    assert {"strip_0", "strip_1"} <= components(app)
    assert "strip" not in components(app)
    assert "@half@" not in str(drawn(app, 1))
    app = whole(send(app, "transcript", "uncovered", "h" * 32 + ":0"))
    assert "@half@" in str(drawn(app, 1))


def test_nothing_stands_beside_itself(opening):
    app = whole(opening("c", beside="c" * 32))
    assert len(data(app, "transcript")["columns"]) == 1
    assert "strip" in components(app)


@pytest.mark.parametrize("beside", ["nope", "`x` <b>"])
def test_a_conversation_that_is_not_there_is_not_beside(opening, beside):
    app = opening("t", beside=beside)
    assert not app.exception
    assert [read(error) for error in app.error] == [str(NotFoundError(beside))]
    assert bodies(app)[1] == "plain"
    assert len(data(app, "transcript")["columns"]) == 1


def test_a_conversation_that_is_not_there_is_said(opening):
    app = opening("nope")
    assert not app.exception
    assert [read(error) for error in app.error] == [str(NotFoundError("nope" * 32))]
    assert not {"transcript", "facts"} & components(app)


def test_one_without_messages_says_so(opening):
    app = whole(opening("n"))
    assert said(app) == ["This conversation has no messages."]
    assert not {"transcript", "strip"} & components(app)
    assert facts(app)["Messages"] != "0"
    beside = whole(opening("t", beside="n" * 32))
    assert [len(one["messages"]) for one in data(beside, "transcript")["columns"]] == [2, 0]


def test_one_message(opening):
    app = whole(opening("1"))
    assert bodies(app) == ["only one"]
    assert facts(app)["Turns"] == "0"


@pytest.mark.parametrize("how", ["plain", "published"])
def test_without_verdicts_nothing_is_covered_and_there_is_no_strip(opening, how):
    app = whole(opening("u", read=how))
    assert "strip" not in components(app)
    assert [(one["verdict"], one["scores"]) for one in drawn(app)] == [
        ("no published verdict", None)
    ] * 2
    if how == "published":
        assert [json.loads(body)["openai_moderation"] for body in bodies(app)] == [None] * 2


def test_fewer_verdicts_than_messages(opening):
    app = whole(opening("h"))
    assert [one["verdict"] for one in drawn(app)] == [
        *("published as flagged", "published as not flagged"),
        *["no published verdict"] * 2,
    ]
    assert bodies(app) == [None, "second", "third", "fourth"]
    assert [one["scores"] is None for one in data(app, "strip")["messages"]] == [
        *(False, False, True, True)
    ]
    app = whole(opening("h", read="published"))
    verdicts = [json.loads(body)["openai_moderation"] for body in bodies(app)[1:]]
    assert [verdict is None for verdict in verdicts] == [False, True, True]
