"""The page of lengths and turns: how long conversations and messages are, and what repeats."""

from dataclasses import replace

import pytest

from queries.datasets.lmsys_chat import LMSYS_CHAT
from tests.app.support.components import (
    captions,
    data,
    names,
    opened_details,
    send,
    table,
    texts,
    traces,
    whole,
)

pytestmark = pytest.mark.usefixtures("served")


def test_turns_are_counted(opened, accepted):
    app = whole(opened(accepted, "lengths"))
    assert app.title[0].value == "Lengths and turns"
    (bars,) = traces(app, "turn_histogram")
    assert dict(zip(bars["x"], bars["y"], strict=True)) == {1: 10, 2: 1, 3: 1}
    assert bars["meta"][1] == "min_turns=2&max_turns=2"
    app = whole(send(app, "turn_histogram", "chosen", bars["meta"][1]))
    assert texts(app)[0] == "1 conversation: at least 2 turns; at most 2 turns"
    app = whole(send(app, "turn_histogram", "chosen", bars["meta"][1]))
    assert texts(app)[0] == "12 conversations: all conversations"


@pytest.fixture
def published(monkeypatch):
    """Makes a store of so many conversations the published dataset."""

    def recognise(count):
        info = replace(LMSYS_CHAT.info, published_count=count)
        monkeypatch.setattr(LMSYS_CHAT, "info", info)

    return recognise


def test_lengths_of_messages_are_classes_with_the_cut_offs(opened, accepted, published):
    published(12)
    app = opened(accepted, "lengths")
    note = "n = 30 messages; dotted lines: the site cut prompts at 1,536 and later 2,560 characters"
    assert note in captions(app)
    for trace in traces(app, "length_histogram"):
        # Each class is an edge on the left and one on the right.
        assert sum(count for _, _, count in trace["customdata"]) == 2 * 15
    layout = data(app, "length_histogram")["layout"]
    assert [word["text"] for word in layout["annotations"]] == ["1,536", "2,560"]
    assert layout["xaxis"]["title"]["text"] == "Characters of a message"


@pytest.mark.parametrize(
    ("role", "medians", "counts"),
    [("user", [20, 1, 1], [12, 2, 1]), ("assistant", [6, 1, 1], [12, 2, 1])],
)
def test_lengths_by_turn_are_medians(opened, accepted, role, medians, counts):
    app = opened(accepted, "lengths")
    line = traces(app, f"turn_lengths_{role}")[-1]
    assert line["x"] == [1, 2, 3]
    assert [row[0] for row in line["customdata"]] == counts
    assert line["y"] == medians
    assert (
        captions(app).count("n = 15 in turns 1 to 12; the bands contain 50 % and 80 % of them") == 2
    )


def test_first_prompts_that_repeat_are_counted(opened, accepted):
    app = opened(accepted, "lengths")
    (bars,) = traces(app, "prompt_repeat_histogram")
    assert dict(zip(bars["x"], bars["y"], strict=True)) == {"1": 9, "2–3": 3}
    assert "n = 12 conversations with a first prompt" in captions(app)
    assert table(app, "table_repeated") == {
        "How do I boil an egg?": {
            "Opening words": "How do I boil an egg?",
            "Conversations": "3",
            "Models": "vicuna-13b, gpt-4",
        }
    }


def test_a_repeated_prompt_is_a_filter(opened, accepted):
    app = opened(accepted, "lengths")
    pick = data(app, "table_repeated")["rows"][0]["token"]
    assert pick.startswith("prompt_group=")
    app = whole(send(app, "table_repeated", "chosen", pick))
    assert texts(app)[0] == "3 conversations: one repeated first prompt"
    # The number of a group is larger than a browser can hold: it must come through as a text.
    assert f"prompt_group={app.query_params['prompt_group']}" == pick
    app = whole(send(app, "table_repeated", "chosen", pick))
    assert "prompt_group" not in app.query_params


def test_no_repeat_is_stated(opened, odd_store):
    app = whole(opened(odd_store("one"), "lengths"))
    assert "No first prompt occurs twice in the slice." in texts(app)
    assert "none repeats" in captions(app)


def test_flagged_openings_are_covered_until_they_are_asked_for(opened, odd_store):
    app = opened(odd_store("repeats"), "lengths")
    assert names(app, "table_repeated") == ["Covered: flagged as hate"]
    details = opened_details(app, "repeated_prompts")
    csv = data(details, "figures_repeated_prompts")["export"]["csv"]
    assert "poison" not in csv
    assert "Covered: flagged as hate" in csv
    app.toggle(key="uncover_openings").set_value(True)
    app = whole(app.run())
    assert names(app, "table_repeated") == ["poison"]
    assert table(app, "table_repeated")["poison"]["Models"] == "m1, m2 and 1 more"


def test_a_log_scale_is_in_the_address(opened, accepted):
    app = whole(opened(accepted, "lengths", log="true"))
    charts = ("turn_histogram", "length_histogram", "prompt_repeat_histogram")
    assert {data(app, chart)["layout"]["yaxis"]["type"] for chart in charts} == {"log"}
    app.toggle(key="log").set_value(False)
    app = whole(app.run())
    assert "log" not in app.query_params
    assert {data(app, chart)["layout"]["yaxis"]["type"] for chart in charts} == {"linear"}
    app = opened(accepted, "lengths", log="maybe")
    assert app.toggle(key="log").value is False


def test_a_conversation_without_messages_leaves_charts_that_say_so(opened, odd_store, published):
    published(1)
    app = whole(opened(odd_store("silent"), "lengths"))
    assert texts(app).count("Nothing to show: no conversation in the slice has any.") == 4
    assert "n = 0 messages; dotted" in " ".join(captions(app))


def test_sql_of_a_card_is_that_of_its_slice(opened, accepted):
    app = opened_details(opened(accepted, "lengths", model="gpt-4"), "turn_lengths_user")
    (code,) = app.code
    assert "model in ('gpt-4')" in code.value
    assert "$turn_limit" in code.value
    assert names(app, "figures_turn_lengths_user") == ["user"]
