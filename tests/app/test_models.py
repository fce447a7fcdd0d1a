"""The page of models: every measure of each, their languages, and rates at one mix of languages."""

import pytest

from tests.app.support.components import (
    captions,
    data,
    marks,
    names,
    notes,
    opened_details,
    send,
    table,
    texts,
    traces,
    unescaped,
    whole,
)

pytestmark = pytest.mark.usefixtures("served")

MODELS = ["vicuna-13b", "koala-13b", "claude-1", "gpt-4"]


def test_it_measures_what_can_be_counted_by_hand(opened, accepted):
    app = whole(opened(accepted, "models"))
    assert app.title[0].value == "Models"
    assert texts(app) == ["12 conversations: all conversations"]
    assert "n = 12 conversations · 4 models" in captions(app)
    assert names(app, "table_models") == MODELS
    rows = table(app, "table_models")
    assert rows["vicuna-13b"] == {
        "Model": "vicuna-13b",
        "Conversations": "5",
        "Turns": "1.60",
        "Prompt, median": "2",
        "Prompt, p90": "23",
        "Response, median": "4",
        "Response, p90": "19",
        "User flagged": "40.0 %",
        "Assistant flagged": "20.0 %",
        "Assistant given user": "50.0 %",
        "Redacted": "20.0 %",
        "Single turn": "60.0 %",
        "Unique prompts": "80.0 %",
        "Top language": "English",
    }
    assert rows["koala-13b"]["Assistant flagged"] == "33.3 %"
    assert rows["koala-13b"]["Assistant given user"] == "–"
    assert rows["claude-1"]["Top language"] == "Hebrew"


def test_small_texts_are_intervals_shares_and_makers(opened, accepted):
    rows = notes(opened(accepted, "models"), "table_models")
    assert rows["vicuna-13b"]["Model"] == "LMSYS, open"
    assert rows["gpt-4"]["Model"] == "OpenAI, proprietary"
    assert rows["vicuna-13b"]["Conversations"] == "41.7 %"
    assert rows["vicuna-13b"]["User flagged"] == "11.8–76.9"
    assert rows["koala-13b"]["Assistant given user"] == ""
    assert rows["vicuna-13b"]["Top language"] == ""


def test_the_first_measure_is_of_flagged_user_messages(opened, accepted):
    app = opened(accepted, "models")
    assert app.selectbox(key="measure").value == "user_flagged"
    (dots,) = marks(app, "model_measure")
    assert dots == {"vicuna-13b": 40, "koala-13b": 0, "claude-1": 0, "gpt-4": 0}
    assert traces(app, "model_measure")[0]["meta"][0] == "model=vicuna-13b"
    layout = data(app, "model_measure")["layout"]
    assert layout["xaxis"]["title"]["text"] == "Conversations with a flagged user message"
    assert layout["xaxis"]["ticksuffix"] == " %"


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("assistant_flagged", 20),
        ("both_given_user", 50),
        ("flagged", 40),
        ("redacted", 20),
        ("single_turn", 60),
        ("with_code", 0),
        ("unique_prompt", 80),
        ("turns", 1.6),
        ("median_prompt", 2),
        ("p90_prompt", 23),
        ("median_response", 4),
        ("p90_response", 19),
        ("slice", 100 * 5 / 12),
    ],
)
def test_every_measure_is_in_the_address(opened, accepted, measure, value):
    app = whole(opened(accepted, "models", measure=measure))
    assert app.selectbox(key="measure").value == measure
    assert marks(app, "model_measure")[0]["vicuna-13b"] == pytest.approx(value)


def test_a_measure_that_is_chosen_is_written_to_the_address(opened, accepted):
    app = opened(accepted, "models")
    app.selectbox(key="measure").set_value("turns")
    app = whole(app.run())
    assert app.query_params["measure"] == "turns"
    assert app.subheader[0].value == "Mean turns of a conversation"
    app.selectbox(key="measure").set_value("user_flagged")
    assert "measure" not in app.run().query_params


def test_a_standardised_rate_stands_beside_the_raw_one(opened, accepted):
    app = whole(opened(accepted, "models", measure="single_turn", standardise="true"))
    raw, standard = marks(app, "model_measure")
    assert raw["vicuna-13b"] == 60
    # English 1 of 3, Portuguese and unknown 1 of 1, at 7, 1 and 1 of the nine they cover.
    assert standard["vicuna-13b"] == pytest.approx(100 * (7 / 3 + 2) / 9)
    assert data(app, "model_measure")["layout"]["showlegend"] is True
    details = opened_details(app, "model_measure")
    figures = table(details, "figures_model_measure")["vicuna-13b"]
    assert (figures["single turn share"], figures["standard share"]) == ("60.0 %", "48.1 %")
    assert figures["covered share"] == "75.0 %"


def test_what_is_no_rate_cannot_be_standardised(opened, accepted):
    app = whole(opened(accepted, "models", measure="turns", standardise="true"))
    assert captions(app)[0].endswith("not standardised, because it is not a rate of conversations")
    assert len(marks(app, "model_measure")) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"measure": "nonsense"},
        {"top": "7"},
        {"standardise": "maybe"},
        {"sort": "nonsense"},
        {"sort": "nonsense", "order": "asc"},
        {"order": "zzz"},
    ],
)
def test_what_is_unknown_in_the_address_falls_back(opened, accepted, query):
    app = whole(opened(accepted, "models", **query))
    assert app.selectbox(key="measure").value == "user_flagged"
    assert app.segmented_control(key="top").value == "25"
    assert app.toggle(key="standardise").value is False
    assert names(app, "table_models") == MODELS
    assert not {"measure", "top", "standardise"} & set(app.query_params)


MODELS_FROM_Z = ["vicuna-13b", "koala-13b", "gpt-4", "claude-1"]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"sort": "group_name", "order": "asc"}, ["claude-1", "gpt-4", "koala-13b", "vicuna-13b"]),
        ({"sort": "group_name"}, ["claude-1", "gpt-4", "koala-13b", "vicuna-13b"]),
        ({"sort": "group_name", "order": "desc"}, MODELS_FROM_Z),
        (
            {"sort": "assistant_flagged_share"},
            ["koala-13b", "vicuna-13b", "claude-1", "gpt-4"],
        ),
        # Those without a value come last, however it is sorted.
        ({"sort": "both_given_user_share", "order": "asc"}, MODELS),
        ({"sort": "both_given_user_share", "order": "desc"}, MODELS),
    ],
)
def test_the_address_sorts_table_and_chart(opened, accepted, query, order):
    app = whole(opened(accepted, "models", **query))
    assert names(app, "table_models") == order
    assert traces(app, "model_measure")[0]["y"] == order


def test_a_head_sorts_turns_round_and_goes_back(opened, accepted):
    app = opened(accepted, "models")
    orders = []
    for _ in range(3):
        app = whole(send(app, "table_models", "sorted", "mean_turn_count"))
        orders.append((app.query_params.get("sort"), app.query_params.get("order")))
    assert orders == [("mean_turn_count", "desc"), ("mean_turn_count", "asc"), (None, None)]
    app = send(app, "table_models", "sorted", "group_name")
    assert app.query_params["order"] == "asc"
    heads = {head["label"]: head["order"] for head in data(app, "table_models")["columns"]}
    assert (heads["Model"], heads["Turns"]) == ("ascending", "none")


def test_a_row_a_dot_and_a_cell_are_filters(opened, accepted):
    app = whole(send(opened(accepted, "models"), "table_models", "chosen", "model=koala-13b"))
    assert app.query_params["model"] == "koala-13b"
    assert texts(app) == ["3 conversations: koala-13b"]
    (dots,) = traces(app, "model_measure")
    app = whole(send(app, "model_measure", "chosen", dots["meta"][0]))
    assert "model" not in app.query_params
    (heat,) = traces(app, "model_languages")
    cell = heat["meta"][heat["y"].index("koala-13b")][heat["x"].index("Arabic")]
    app = whole(send(app, "model_languages", "chosen", cell))
    assert texts(app) == ["1 conversation: koala-13b; Arabic"]


def test_models_stand_against_languages(opened, accepted):
    (heat,) = traces(opened(accepted, "models"), "model_languages")
    assert heat["y"][:2] == MODELS[:2]
    assert sorted(heat["y"]) == sorted(MODELS)
    assert heat["x"][0] == "English"
    assert "(none given)" in heat["x"]
    cell = heat["customdata"][0][0]
    assert cell == [3, pytest.approx(0.6)]
    token = heat["meta"][heat["y"].index("claude-1")][heat["x"].index("(none given)")]
    assert token == "model=claude-1&language=%28none+given%29"


def test_a_part_of_a_name_finds_models(opened, accepted):
    app = whole(opened(accepted, "models", find="VICUNA"))
    assert names(app, "table_models") == ["vicuna-13b"]
    assert captions(app)[0] == "n = 12 conversations · 4 models, 1 of them shown"
    assert traces(app, "model_languages")[0]["y"] == ["vicuna-13b"]
    app.text_input(key="find").set_value("[x(")
    app = whole(app.run())
    assert app.query_params["find"] == "[x("
    assert "No model in the slice has “[x(” in its name" in unescaped(app.info[0])


def test_only_the_largest_are_shown_until_all_are_asked_for(opened, odd_store):
    app = whole(opened(odd_store("many models"), "models"))
    assert len(names(app, "table_models")) == 25
    assert captions(app)[0] == "n = 61 conversations · 60 models, 25 of them shown"
    assert names(app, "table_models")[0] == "model-07"
    app = whole(opened(odd_store("many models"), "models", top="50"))
    assert len(names(app, "table_models")) == 50
    app.segmented_control(key="top").set_value("all")
    app = whole(app.run())
    assert len(names(app, "table_models")) == 60
    assert app.query_params["top"] == "all"


def test_figures_and_sql_are_behind_a_button(opened, accepted):
    app = opened_details(opened(accepted, "models", model="gpt-4"), "models")
    figures = table(app, "figures_models")["gpt-4"]
    assert (figures["conversation count"], figures["with code share"]) == ("2", "50.0 %")
    assert len(app.code) == 4
    assert all("model in ('gpt-4')" in code.value for code in app.code)
    export = data(app, "figures_models")["export"]
    assert export["csv"].splitlines()[1].startswith("gpt-4,2,")
    assert (export["name"], export["plot"]) == ("models", None)
