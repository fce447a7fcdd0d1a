"""The page of languages: every measure of each, and the models they are made of."""

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
    whole,
)

pytestmark = pytest.mark.usefixtures("served")

LANGUAGES = ["English", "Arabic", "Hebrew", "Portuguese", "unknown", "(none given)"]


def test_it_measures_what_can_be_counted_by_hand(opened, accepted):
    app = whole(opened(accepted, "languages"))
    assert app.title[0].value == "Languages"
    assert "n = 12 conversations · 6 languages" in captions(app)
    assert names(app, "table_languages") == LANGUAGES
    rows = table(app, "table_languages")
    assert rows["English"] == {
        "Language": "English",
        "Conversations": "7",
        "Turns": "1.43",
        "Prompt, median": "6",
        "Prompt, p90": "23",
        "Response, median": "6",
        "Response, p90": "19",
        "User flagged": "14.3 %",
        "Assistant flagged": "28.6 %",
        "Assistant given user": "100 %",
        "Redacted": "14.3 %",
        "Single turn": "71.4 %",
        "Unique prompts": "85.7 %",
        "Top model": "vicuna-13b",
    }
    assert rows["Portuguese"]["User flagged"] == "100 %"
    assert rows["(none given)"]["Top model"] == "claude-1"
    assert notes(app, "table_languages")["unknown"]["Conversations"] == "8.33 %"


def test_unknown_is_described_as_a_failed_guess(opened, accepted):
    assert captions(opened(accepted, "languages"))[-1].startswith(
        "The language is guessed from the first user message. `unknown` means that no language was"
    )


def test_a_bar_of_parts_says_which_models_a_language_has(opened, accepted):
    app = opened(accepted, "languages")
    bars = traces(app, "model_languages")
    parts = {trace["name"]: dict(zip(trace["y"], trace["x"], strict=True)) for trace in bars}
    assert parts["vicuna-13b"]["English"] == pytest.approx(100 * 3 / 7)
    assert parts["claude-1"] == {"Hebrew": 100, "(none given)": 100}
    sums = [sum(part.get(name, 0) for part in parts.values()) for name in LANGUAGES]
    assert sums == pytest.approx([100] * 6)
    claude = next(trace for trace in bars if trace["name"] == "claude-1")
    picks = dict(zip(claude["y"], claude["meta"], strict=True))
    assert picks == {
        "Hebrew": "model=claude-1&language=Hebrew",
        "(none given)": "model=claude-1&language=%28none+given%29",
    }


def test_a_standardised_rate_stands_beside_the_raw_one(opened, accepted):
    app = whole(opened(accepted, "languages", measure="user_flagged", standardise="true"))
    raw, standard = marks(app, "language_measure")
    assert raw["English"] == pytest.approx(100 / 7)
    # One of vicuna's three, none of gpt-4's and koala's two each, at 5, 2 and 3 of the ten.
    assert standard["English"] == pytest.approx(100 * (5 / 3) / 10)
    assert app.toggle(key="standardise").label == "Standardise by model"


@pytest.mark.parametrize(
    "query",
    [{"measure": "nonsense"}, {"top": "7"}, {"standardise": "1"}, {"sort": "x", "order": "zzz"}],
)
def test_what_is_unknown_in_the_address_falls_back(opened, accepted, query):
    app = whole(opened(accepted, "languages", **query))
    assert app.selectbox(key="measure").value == "user_flagged"
    assert app.segmented_control(key="top").value == "25"
    assert names(app, "table_languages") == LANGUAGES


def test_the_address_says_how_it_is_looked_at(opened, accepted):
    query = {"measure": "turns", "top": "all", "sort": "mean_turn_count", "order": "asc"}
    app = whole(opened(accepted, "languages", **query))
    assert app.subheader[0].value == "Mean turns of a conversation"
    assert names(app, "table_languages")[-1] == "English"
    assert app.query_params == query
    assert traces(app, "language_measure")[0]["x"][-1] == pytest.approx(10 / 7)
    assert data(app, "language_measure")["layout"]["xaxis"].get("ticksuffix") is None


def test_a_language_that_is_not_given_can_be_found(opened, accepted):
    app = whole(opened(accepted, "languages", find="NONE given"))
    assert names(app, "table_languages") == ["(none given)"]
    assert captions(app)[0] == "n = 12 conversations · 6 languages, 1 of them shown"


def test_a_row_and_a_part_are_filters(opened, accepted):
    app = opened(accepted, "languages")
    picks = [row["token"] for row in data(app, "table_languages")["rows"]]
    assert picks[0] == "language=English"
    assert picks[-1] == "language=%28none+given%29"
    app = whole(send(app, "table_languages", "chosen", "language=Hebrew"))
    assert texts(app) == ["1 conversation: Hebrew"]
    app = whole(send(app, "model_languages", "chosen", "model=koala-13b&language=English"))
    assert texts(app) == ["2 conversations: koala-13b; English"]


def test_figures_name_their_rows_and_filter_too(opened, accepted):
    app = opened_details(opened(accepted, "languages"), "model_languages")
    rows = data(app, "figures_model_languages")["rows"]
    assert rows[0]["cells"][:3] == ["vicuna-13b", "English", "3"]
    assert rows[0]["token"] == "model=vicuna-13b&language=English"
    assert [code.value.splitlines()[0] for code in app.code] == [
        "-- conversations: STORE/versions/VERSION/conversations/*.parquet"
    ]


def test_figures_name_what_is_not_given_like_everything_else(opened, accepted):
    app = opened_details(opened(accepted, "languages"), "languages")
    assert names(app, "figures_languages") == LANGUAGES
