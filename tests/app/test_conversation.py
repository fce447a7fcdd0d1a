"""A conversation without a browser: what is known of it, and its messages."""

import json

import pytest

from queries.errors import NotFoundError
from tests.app.support.components import (
    bodies,
    components,
    data,
    drawn,
    facts,
    notices,
    send,
    spoken,
    texts,
    unescaped,
    whole,
)
from tests.app.support.conversations import CODE, FOLDED, LONG_MESSAGES, REPEATS


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
    assert facts(opening("u"))["Names redacted"] == "not recorded"


def test_the_id_and_a_link_that_says_nothing_of_a_list_can_be_copied(opening):
    app = opening("c", model="gpt-4", sort="turn_count", page="2", turn="3", read="rendered")
    (fact,) = [fact for fact in data(app, "facts")["facts"] if fact["label"] == "Id"]
    assert [(link["label"], link.get("text"), link.get("href")) for link in fact["copies"]] == [
        ("Copy", "c" * 32, None),
        ("Copy link", None, f"conversation?conversation={'c' * 32}"),
    ]
    (column,) = data(app, "transcript")["columns"]
    params = "model=gpt-4&sort=turn_count&read=rendered"
    assert column["address"] == f"conversation?{params}&conversation={'c' * 32}&page=2"


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
    assert [message["change"] for message in strip["messages"]] == [
        *("", "", ""),  # The second of the user is 18 times the first, and still noise.
        "violence 0.02 → 0.3",
        "violence 0.009 → 0.095",
        *("", "flagged", ""),
    ]
    assert [message["label"] for message in strip["messages"][::3]] == [
        *("turn 1, user", "turn 2, assistant", "turn 4, user")
    ]
    highest = "highest score: violence 0.91 in turn 4, user."
    assert strip["summary"] == f"1 of 8 messages flagged; 1 of 8 has no verdict; {highest}"
    assert strip["messages"][7]["title"] == "turn 4, assistant: no published verdict"
    assert strip["messages"][6]["title"] == "turn 4, user: violence 0.91"


def test_a_message_says_its_verdict_apart_from_its_scores(opening):
    messages = drawn(opening("s"))
    assert [message["verdict"] for message in messages] == [
        *["published as not flagged"] * 6,
        *("published as flagged", "no published verdict"),
    ]
    assert [message["flags"] for message in messages[5:]] == [[], ["flagged"], []]
    assert messages[6]["scores"] == [*[0.0] * 9, 0.91, 0.0]
    assert messages[7]["scores"] is None


def test_texts_are_sent_in_runs(opening):
    def runs(app):
        is_sent = [body is not None for body in bodies(app)]
        assert len(is_sent) == LONG_MESSAGES
        return {n // 30 for n, sent in enumerate(is_sent) if sent}, is_sent.count(True)

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
    assert [message["chars"] for message in drawn(app)[:2]] == [9, 9]


@pytest.mark.parametrize(
    ("turn", "number", "run"),
    [("999", 999, 13), ("0", None, 0), ("-1", None, 0), ("²", None, 0), ("9" * 99, None, 0)],
)
def test_a_turn_that_is_not_there_is_no_error(opening, turn, number, run):
    app = whole(opening("l", turn=turn))
    assert data(app, "transcript")["turn"] == number
    assert bodies(app)[30 * run] == f"message {30 * run}"


def test_a_long_message_is_folded_until_it_is_asked_for(opening):
    app = whole(opening("f"))
    first, whole_one, cut, short = bodies(app)
    assert first == FOLDED[: len(first)]
    assert not FOLDED[len(first) - 1].isspace()
    assert 2_900 < len(first) <= 3_000
    assert [message["isCut"] for message in drawn(app)] == [True, False, True, False]
    assert (whole_one, cut, short) == ("a" * 6_000, "b" * 3_000, "short")
    app = whole(send(app, "transcript", "unfolded", "f" * 32 + ":0"))
    assert bodies(app) == [FOLDED, "a" * 6_000, "b" * 3_000, "short"]
    assert [message["isCut"] for message in drawn(app)] == [False, False, True, False]
    assert [message["isWhole"] for message in drawn(app)] == [True, False, False, False]


def test_a_text_is_plain_rendered_or_as_published(opening):
    app = whole(opening("t"))
    before, code, after = drawn(app)[0]["nodes"]
    assert (spoken(before), spoken(code), spoken(after)) == (
        *("Look:\n", "print(1)  # one\n", "**bold** and $x^2$"),
    )
    assert ["comment", ["# one\n"]] in code["code"]
    app = whole(app.segmented_control(key="read").set_value("rendered").run())
    assert app.query_params["read"] == "rendered"
    *_, paragraph = drawn(app)[0]["nodes"]
    bold, _, formula = paragraph["children"]
    assert bold == {"tag": "strong", "children": ["bold"]}
    assert formula["source"] == "x^2"
    app = whole(send(app, "transcript", "mode", "plain"))
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


def test_one_name_has_one_colour(opening):
    tones = [
        node["tone"]
        for message in drawn(opening("m"))
        for block in message["nodes"]
        for node in block["block"]
        if isinstance(node, dict) and "name" in node
    ]
    assert len(tones) == 2
    assert len(set(tones)) == 1


def test_two_are_read_side_by_side(opening):
    app = whole(opening("07", beside="h" * 32, read="published"))
    ids = [column["id"] for column in data(app, "transcript")["columns"]]
    assert ids == ["07" * 32, "h" * 32]
    columns = data(app, "transcript")["columns"]
    assert [(column["title"], column["address"]) for column in columns] == [
        (
            "model-1",
            f"conversation?read=published&conversation={'07' * 32}&beside={'h' * 32}",
        ),
        ("gpt-4", f"conversation?read=published&conversation={'h' * 32}"),
    ]
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
    assert [unescaped(error) for error in app.error] == [str(NotFoundError(beside))]
    assert bodies(app)[1] == "plain"
    assert len(data(app, "transcript")["columns"]) == 1


def test_a_missing_conversation_is_reported(opening):
    app = opening("nope")
    assert not app.exception
    assert [unescaped(error) for error in app.error] == [str(NotFoundError("nope" * 32))]
    assert not {"transcript", "facts"} & components(app)


def test_one_without_messages_says_so(opening):
    app = whole(opening("n"))
    assert notices(app) == ["This conversation has no messages."]
    assert not {"transcript", "strip"} & components(app)
    assert facts(app)["Messages"] != "0"
    beside = whole(opening("t", beside="n" * 32))
    assert [len(column["messages"]) for column in data(beside, "transcript")["columns"]] == [2, 0]


def test_one_message(opening):
    app = whole(opening("1"))
    assert bodies(app) == ["only one"]
    assert facts(app)["Turns"] == "0"


@pytest.mark.parametrize("how", ["plain", "published"])
def test_without_verdicts_nothing_is_covered_and_there_is_no_strip(opening, how):
    app = whole(opening("u", read=how))
    assert "strip" not in components(app)
    assert [(message["verdict"], message["scores"]) for message in drawn(app)] == [
        ("no published verdict", None)
    ] * 2
    if how == "published":
        assert [json.loads(body)["openai_moderation"] for body in bodies(app)] == [None] * 2


def test_as_many_verdicts_as_user_messages_are_theirs(opening):
    app = whole(opening("h"))
    assert [message["verdict"] for message in drawn(app)] == [
        *("published as flagged", "no published verdict"),
        *("published as not flagged", "no published verdict"),
    ]
    assert [message["unknown"] for message in drawn(app)] == ["", "no verdict"] * 2
    assert bodies(app) == [None, "second", "third", "fourth"]
    assert [message["scores"] is None for message in data(app, "strip")["messages"]] == [
        *(False, True) * 2
    ]
    app = whole(opening("h", read="published"))
    verdicts = [json.loads(body)["openai_moderation"] for body in bodies(app)[1:]]
    assert [verdict is None for verdict in verdicts] == [True, False, True]
