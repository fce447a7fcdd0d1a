"""What the pages say where verdicts are missing: two flagged, one not, four unknown."""

import pytest

from tests.app.support.components import (
    captions,
    data,
    drawn,
    facts,
    metrics,
    whole,
)

pytestmark = pytest.mark.usefixtures("served")


@pytest.fixture
def doubtful(odd_store):
    return odd_store("doubtful")


PARTS = [
    ("any", "2", "flagged"),
    ("none", "1", "no message flagged"),
    ("unknown", "4", "not known whether flagged"),
]


@pytest.mark.parametrize(("part", "count", "phrase"), PARTS)
def test_each_part_is_a_slice_with_a_chip(opened, doubtful, part, count, phrase):
    app = whole(opened(doubtful, "overview", flagged=part))
    assert metrics(app)["Conversations"] == count
    assert app.query_params["flagged"] == part
    assert phrase in [button.label for button in app.sidebar.button]


def test_the_sidebar_offers_what_is_not_known_with_its_count(opened, doubtful):
    app = whole(opened(doubtful, "overview"))
    options = app.sidebar.pills(key="flagged").options
    assert options[:3] == ["any message · 2", "none · 1", "unknown · 4"]


def test_shares_say_over_how_many_verdicts_they_are(opened, doubtful):
    app = whole(opened(doubtful, "overview"))
    assert metrics(app)["Flagged"] == "66.7 %"
    # Beside the share, and beside the categories.
    known = "verdicts known for 3 of 7 conversations"
    assert [note.removeprefix(known) for note in captions(app) if note.startswith(known)] == [
        "",
        ": rates are uncertain",
    ]
    app = whole(opened(doubtful, "moderation"))
    assert any("verdicts known for 3 of 7 conversations" in note for note in captions(app))
    app = whole(opened(doubtful, "moderation", section="scores"))
    assert any("verdicts and scores known for" in note for note in captions(app))


def test_a_list_tells_unknown_from_clean(opened, doubtful):
    app = whole(opened(doubtful, "browse"))
    rows = {
        row["href"].split("=")[-1][:1]: row["unknown"]
        for row in data(app, "conversation_list")["rows"]
    }
    assert rows == {**dict.fromkeys("abc", ""), **dict.fromkeys("def0", "no verdict")}


def test_entries_that_are_not_dealt_cover_every_message(opened, doubtful):
    app = whole(opened(doubtful, "conversation", conversation="a" * 32))
    assert facts(app)["Flagged"] == "in a message that is not known: hate"
    messages = drawn(app)
    assert [message["cover"] for message in messages] == ["Covered: perhaps flagged as hate"] * 4
    assert [message["unknown"] for message in messages] == ["no verdict"] * 4
    assert [message["flags"] for message in messages] == [[]] * 4


def test_the_viewer_says_why_a_verdict_is_unknown(opened, doubtful):
    expected = {
        "d": "no published verdict",
        "e": "no published verdict",
        "f": "unknown: 3 of 4 messages have a verdict",
        "0": "unknown: 3 entries that cannot be dealt to its messages",
        "c": "no",
        "b": "from turn 1: hate",
    }
    for letter, words in expected.items():
        app = whole(opened(doubtful, "conversation", conversation=letter * 32))
        assert facts(app)["Flagged"] == words
