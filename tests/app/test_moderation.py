"""The page of the moderation: the published verdicts, and what other thresholds would flag."""

import pytest

from tests.app.support.components import (
    captions,
    components,
    data,
    marks,
    names,
    notices,
    opened_details,
    send,
    texts,
    traces,
    whole,
)
from tests.app.support.odd_stores import MISSING

pytestmark = pytest.mark.usefixtures("served")


def test_categories_are_counted_by_role(opened, accepted):
    app = whole(opened(accepted, "moderation"))
    assert app.title[0].value == "Moderation"
    users, assistants = marks(app, "role_categories")
    assert users == pytest.approx({"harassment": 100 / 12, "violence": 100 / 12})
    assert sorted(assistants) == ["harassment", "hate", "sexual", "sexual/minors"]
    first = captions(app)[0]
    assert first == (
        "n = conversations: 12 with user messages, 12 with assistant messages; "
        "click a mark to filter by its category"
    )
    assert traces(app, "role_categories")[0]["meta"][0] == "category=harassment"


def test_messages_can_be_counted_instead(opened, accepted):
    app = whole(opened(accepted, "moderation", unit="message", log="true"))
    assert app.subheader[0].value == "Flagged messages by category and role"
    users, _ = marks(app, "role_categories")
    assert users["harassment"] == pytest.approx(100 / 15)
    assert (
        captions(app)[0]
        == "n = messages: 15 of users, 15 of assistants; click a mark to filter by its category"
    )
    assert data(app, "role_categories")["layout"]["xaxis"]["type"] == "log"


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        ("attempt", {"vicuna-13b": 40, "koala-13b": 0, "claude-1": 0, "gpt-4": 0}),
        ("success", {"vicuna-13b": 20, "koala-13b": 100 / 3, "claude-1": 0, "gpt-4": 0}),
        ("both", {"vicuna-13b": 50}),
    ],
)
def test_attempts_and_successes_are_of_each_model(opened, accepted, measure, values):
    app = whole(opened(accepted, "moderation", measure=measure))
    assert marks(app, "attempts") == [pytest.approx(values)]


def test_flags_are_counted_by_turn(opened, accepted):
    app = opened(accepted, "moderation")
    flags_by_role = {}
    for trace in traces(app, "turn_flags"):
        if trace["mode"] == "markers":
            counts = (
                (x, tuple(c[:2])) for x, c in zip(trace["x"], trace["customdata"], strict=True)
            )
            flags_by_role.setdefault(trace["name"], {}).update(counts)
    assert flags_by_role == {
        "user": {1: (2, 12), 2: (0, 2), 3: (0, 1)},
        "assistant": {1: (1, 12), 2: (1, 2), 3: (0, 1)},
    }
    assert "n = 30 messages; turns with fewer than 30 have no interval" in captions(app)


def test_categories_that_meet_in_a_conversation_are_counted(opened, accepted):
    (heat,) = traces(opened(accepted, "moderation"), "category_pairs")
    assert heat["y"] == ["harassment", "hate", "sexual", "sexual/minors", "violence"]
    assert heat["text"][0] == ["1", "1", "", "", ""]
    assert heat["text"][4] == ["", "", "", "", "1"]


def test_no_flag_is_stated_and_not_drawn(opened, odd_store):
    app = whole(opened(odd_store("plain"), "moderation"))
    assert texts(app).count("Nothing to show: no message in the slice is known to be flagged.") == 2
    assert captions(app)[0] == "no flagged message"
    assert not {"role_categories", "category_pairs"} & components(app)
    assert marks(app, "attempts") == [{"gpt-4": 0}]


def test_scores_of_a_category_that_nobody_judged_are_drawn_too(opened, odd_store):
    app = whole(opened(odd_store("category missing"), "moderation", section="scores"))
    app.selectbox(key="score_of").set_value(MISSING)
    app = whole(app.run())
    assert app.query_params["score_of"] == MISSING
    assert app.subheader[0].value == f"Scores of {MISSING}"


def test_choices_are_in_the_address(opened, accepted):
    app = opened(accepted, "moderation")
    app.segmented_control(key="unit").set_value("message")
    app.segmented_control(key="measure").set_value("both")
    app.toggle(key="log").set_value(True)
    app = whole(app.run())
    assert app.query_params == {"unit": "message", "measure": "both", "log": "true"}
    app.segmented_control(key="section").set_value("scores")
    app = whole(app.run())
    assert app.query_params["section"] == "scores"
    assert [heading.value for heading in app.subheader[:2]] == [
        "Scores of harassment",
        "Threshold workbench",
    ]


@pytest.mark.parametrize(
    "query", [{"section": "zzz"}, {"unit": "zzz"}, {"measure": "turns"}, {"measure": "zzz"}]
)
def test_what_is_unknown_in_the_address_falls_back(opened, accepted, query):
    app = whole(opened(accepted, "moderation", **query))
    assert app.segmented_control(key="section").value == "verdicts"
    assert app.segmented_control(key="unit").value == "conversation"
    assert app.segmented_control(key="measure").value == "attempt"
    assert not app.query_params


def test_unknown_categories_and_roles_of_scores_fall_back(opened, accepted):
    app = whole(opened(accepted, "moderation", section="scores", score_of="zzz", role="zzz"))
    assert app.selectbox(key="score_of").value == "harassment"
    assert app.segmented_control(key="role").value == "any"
    assert app.query_params == {"section": "scores"}


def test_scores_are_spread_over_classes(opened, accepted):
    app = whole(opened(accepted, "moderation", section="scores", score_of="hate"))
    assert "n = 30 messages with a verdict; filled: flagged as hate" in captions(app)
    flagged = traces(app, "score_histogram")[3]
    assert flagged["name"] == "assistant, flagged"
    assert [c for c in flagged["customdata"] if c[2]] == [[0.63, 0.8, 1], [0.63, 0.8, 1]]


def bench(app):
    return {row["category"]: row for row in data(app, "workbench")["rows"]}


def test_the_workbench_begins_at_a_half_where_all_agree(opened, accepted):
    app = whole(opened(accepted, "moderation", section="scores"))
    steps = data(app, "workbench")["steps"]
    assert {steps[row["position"]] for row in bench(app).values()} == {"0.5"}
    assert bench(app)["harassment"]["figures"] == [["2", "2", "0", "0"], ["1", "1", "0", "0"]]
    messages, conversations = data(app, "workbench")["verdicts"]
    assert [cell["count"] for cell in messages["cells"]] == ["4", "0", "0", "26"]
    assert [cell["count"] for cell in conversations["cells"]] == ["3", "0", "0", "9"]
    assert messages["sentence"] == "0 of 30 messages change verdict."


def test_thresholds_of_a_link_are_counted_for_a_role(opened, accepted):
    query = {"section": "scores", "thresholds": "harassment=0.8 hate=0.01", "role": "assistant"}
    app = whole(opened(accepted, "moderation", **query))
    rows, drawn = bench(app), data(app, "workbench")
    # Of the assistant's, 0.7 does not reach 0.8; every message has a score of hate of 0.01 or more.
    assert rows["harassment"]["figures"][0] == ["1", "0", "0", "1"]
    assert rows["hate"]["figures"] == [["1", "15", "14", "0"], ["1", "12", "11", "0"]]
    assert rows["sexual"]["position"] == len(drawn["steps"])
    assert drawn["verdicts"][0]["sentence"] == "13 of 15 messages change verdict."
    assert app.segmented_control(key="role").value == "assistant"


@pytest.mark.parametrize(
    ("thresholds", "sentence"),
    [
        ("nonsense", "A threshold is written CATEGORY=SCORE, e.g. violence=0.5; 'nonsense' is not"),
        ("zzz=0.5", "'zzz=0.5' is not"),
        ("hate=0.3", "'0.3' is none of them"),
        ("hate=x", "'x' is none of them"),
        ("hate=nan", "'nan' is none of them"),
    ],
)
def test_unreadable_thresholds_are_reported(opened, accepted, thresholds, sentence):
    app = whole(opened(accepted, "moderation", section="scores", thresholds=thresholds))
    assert sentence in notices(app)[0]
    assert notices(app)[0].endswith("All thresholds are set to 0.5.")
    assert bench(app)["harassment"]["figures"][0] == ["2", "2", "0", "0"]


def test_released_sliders_are_answered_and_in_the_address(opened, accepted):
    app = opened(accepted, "moderation", section="scores")
    app = whole(send(app, "workbench", "thresholds", {"serial": 7, "text": "violence=0.5"}))
    assert app.query_params["thresholds"] == "violence=0.5"
    assert data(app, "workbench")["heard"] == 7
    assert bench(app)["harassment"]["figures"][0] == ["2", "0", "0", "2"]
    app = whole(send(app, "workbench", "thresholds", {"serial": 8, "text": ""}))
    assert app.query_params["thresholds"] == "none"
    assert bench(app)["violence"]["figures"][0] == ["1", "0", "0", "1"]


def test_a_threshold_becomes_a_filter_in_the_place_of_the_last_one(opened, accepted):
    query = {"section": "scores", "role": "user", "thresholds": "harassment=0.9 violence=0.5"}
    app = opened(accepted, "moderation", min_score=["user:harassment=0.1", "hate=0.5"], **query)
    app = whole(send(app, "workbench", "filtered", "harassment"))
    assert app.query_params["min_score"] == ["user:harassment=0.9", "hate=0.5"]
    assert texts(app)[0].startswith(
        "1 conversation: user harassment score of at least 0.9 and hate"
    )


def test_figures_of_the_workbench_are_behind_a_button(opened, accepted):
    app = opened(accepted, "moderation", section="scores")
    app = opened_details(app, "threshold_verdicts")
    first, *categories = names(app, "figures_threshold_verdicts")
    assert first == "any category"
    assert len(categories) == 11
    assert len(app.code) == 2
