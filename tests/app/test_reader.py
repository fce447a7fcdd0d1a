"""The head of a conversation: its title, facts in a line, the strip, and the menu."""

import pytest

from dashboard.panels.conversation.score_strip import notable_categories
from queries.schema import CATEGORIES
from tests.app.support.components import data, send, whole
from tests.app.support.conversations import SECRETS, SHARED, secrets_sent

pytestmark = pytest.mark.usefixtures("served")


def fact(app, label):
    (here,) = [fact for fact in data(app, "facts")["facts"] if fact["label"] == label]
    return here


def test_the_first_prompt_is_the_title(opening):
    app = whole(opening("00"))
    assert data(app, "title") == {"text": SHARED, "isCover": False}
    assert not app.title


def test_a_flagged_first_prompt_is_not_in_the_title_even_when_it_is_revealed(opening):
    app = whole(opening("c"))
    expected = {"text": "Covered: flagged as harassment, hate", "isCover": True}
    assert data(app, "title") == expected
    assert secrets_sent(app) == set()
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":0"))
    assert secrets_sent(app) == {SECRETS[0]}
    assert data(app, "title") == expected
    app = whole(app.run())
    assert data(app, "title") == expected


def test_contact_data_stays_masked_in_the_title(opening):
    text = data(whole(opening("m")), "title")["text"]
    assert "jo@example.com" not in text
    assert text.startswith("Write to [email address]")


def test_a_conversation_without_messages_or_that_is_missing_has_a_heading(opening):
    assert data(whole(opening("n")), "title")["text"] == "(no prompt)"
    app = opening("nope")
    assert [title.value for title in app.title] == ["Conversation"]


def test_flags_are_chips_and_what_goes_without_saying_is_not_shown(opening):
    app = whole(opening("c"))
    flagged = fact(app, "Flagged")
    assert flagged["flags"] == ["harassment", "hate", "sexual", "sexual/minors", "violence"]
    assert flagged["shown"] == "from turn 1"
    assert fact(app, "Turns")["shown"] == "4 turns"
    for label in ("Messages", "Names redacted", "Same first prompt"):
        assert fact(app, label)["shown"] == ""
    assert fact(whole(opening("s")), "Flagged")["flags"] == ["flagged"]
    app = whole(opening("m"))
    assert fact(app, "Names redacted")["chips"] == ["names redacted"]
    assert fact(app, "Flagged")["shown"] == ""
    assert fact(app, "Flagged")["unknowns"] == []
    assert fact(whole(opening("u")), "Flagged")["unknowns"] == ["no published verdict"]
    assert fact(whole(opening("07")), "Same first prompt")["shown"] == "45 with the same prompt"


def test_the_strip_has_rows_of_what_is_flagged_or_scored_high(opening):
    names = [CATEGORIES[n] for n in data(whole(opening("s")), "strip")["notable"]]
    assert names == ["violence"]
    names = [CATEGORIES[n] for n in data(whole(opening("c")), "strip")["notable"]]
    assert sorted(names) == ["harassment", "hate", "sexual", "sexual/minors", "violence"]
    assert data(whole(opening("l")), "strip")["notable"] == []


def test_a_category_is_notable_from_a_tenth_on():
    def column(flagged=(), **scores):
        values = [0.0] * len(CATEGORIES)
        for place, score in scores.items():
            values[int(place[1:])] = score
        return {"flagged": list(flagged), "scores": values}

    assert notable_categories([column(_0=0.0999, _3=0.1), column(flagged=[5])]) == [3, 5]
    assert notable_categories([{"flagged": [2], "scores": None}]) == [2]
    unscored = {"flagged": [], "scores": [None] * len(CATEGORIES)}
    assert notable_categories([unscored]) == []


def test_removal_is_in_the_menu(opening):
    app = whole(opening("t"))
    (menu,) = [block for block in app.get("popover") if block.proto.popover.label == "More"]
    assert {button.key for button in menu.button} == {"random", "remove"}
    assert [button.key for button in app.main.button].count("remove") == 1
