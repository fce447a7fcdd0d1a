"""The pages of breakdowns on an empty slice, and on stores of few and of strange conversations."""

import pytest

from tests.app.support.components import (
    captions,
    components,
    names,
    notices,
    send,
    table,
    texts,
    traces,
    unescaped,
    whole,
)
from tests.app.support.odd_stores import HOSTILE, HOSTILE_LANGUAGE, ROWS_OF

pytestmark = pytest.mark.usefixtures("served")

PAGES = [
    ("models", {}),
    ("models", {"standardise": "true", "measure": "both_given_user", "top": "all"}),
    ("languages", {}),
    ("languages", {"standardise": "true", "measure": "flagged"}),
    ("moderation", {}),
    ("moderation", {"unit": "message", "log": "true", "measure": "both"}),
    ("moderation", {"section": "scores", "role": "user"}),
    ("lengths", {"log": "true"}),
    ("compare", {"against": "unique_prompts=false", "of": "turns", "words": "true"}),
    ("compare", {"against": "flagged=any", "of": "category"}),
]
IDS = ["&".join([view, *query.values()]) for view, query in PAGES]


@pytest.mark.parametrize(("view", "query"), PAGES, ids=IDS)
@pytest.mark.parametrize("store", ROWS_OF)
def test_a_page_is_drawn_to_its_end(opened, odd_store, view, query, store):
    app = whole(opened(odd_store(store), view, **query))
    assert app.title[0].value
    assert not app.warning
    is_nobody = any("This store has no conversations" in sentence for sentence in notices(app))
    assert is_nobody == (store == "nobody")


@pytest.mark.parametrize(("view", "query"), PAGES, ids=IDS)
def test_an_empty_slice_is_reported_with_a_way_out(opened, accepted, view, query):
    app = whole(opened(accepted, view, **query, min_turns="999"))
    assert any("No conversation matches: at least 999 turns." in line for line in notices(app))
    assert components(app) == {"arrival", "badge", "plotly_script"}
    app.button(key="clear_here").click()
    app = whole(app.run())
    assert "min_turns" not in app.query_params
    assert not any("No conversation matches" in line for line in notices(app))


@pytest.mark.parametrize("view", ["models", "languages", "moderation", "lengths", "compare"])
def test_one_conversation_for_each_prompt_is_a_switch_and_a_filter(opened, accepted, view):
    app = whole(opened(accepted, view))
    switch = app.segmented_control(key="counted")
    assert switch.value == "conversations"
    switch.set_value("unique prompts")
    app = whole(app.run())
    assert app.query_params["unique_prompts"] == "true"
    counted = [*texts(app), *(unescaped(mark) for mark in app.main.markdown)]
    assert any("10 conversations: one for each first prompt" in line for line in counted)
    app.button(key="clear").click()
    app = whole(app.run())
    assert app.segmented_control(key="counted").value == "conversations"
    app = opened(accepted, view, unique_prompts="true")
    assert app.segmented_control(key="counted").value == "unique prompts"


def test_a_region_of_a_map_that_is_not_there_is_named_and_left_out(opened, accepted):
    app = whole(opened(accepted, "models", region="1a2b3c4d_1-1_2-2_3-1", model=["gpt-4"]))
    (notice,) = notices(app)
    assert notice.startswith("This data has no map, so")
    assert notice.endswith("That filter was ignored.")
    assert "region" not in app.query_params
    assert app.query_params["model"] == "gpt-4"


@pytest.mark.parametrize("view", ["models", "languages", "moderation", "lengths", "compare"])
def test_an_unknown_model_in_the_address_is_named_and_left_out(opened, accepted, view):
    app = whole(opened(accepted, view, model=["nope", "gpt-4"]))
    assert notices(app) == ["This store has no model 'nope': that filter was ignored."]
    assert app.query_params["model"] == "gpt-4"


def test_twenty_nine_are_pale_and_thirty_are_not(opened, odd_store, tmp_path):
    from tests.support.stores import prepare_store
    from tests.support.tiny_dataset import row, write

    few = opened(odd_store("twenty-nine"), "models")
    assert traces(few, "model_measure")[0]["marker"]["opacity"] == [0.4]
    many = [*ROWS_OF["twenty-nine"], row("t", "gpt-4", "English", "hi", "x")]
    prepare_store(write(tmp_path / "raw.parquet", many), tmp_path / "store")
    from queries.state.licence import accept
    from queries.store.layout import StorePath

    accept(StorePath(tmp_path / "store"), "a test")
    enough = opened(tmp_path / "store", "models")
    assert traces(enough, "model_measure")[0]["marker"]["opacity"] == [1]


def test_names_that_are_not_given_are_rows_that_filter_too(opened, odd_store):
    models = opened(odd_store("nulls"), "models")
    assert names(models, "table_models") == ["(none given)", "gpt-4"]
    assert table(models, "table_models")["(none given)"]["User flagged"] == "50.0 %"
    assert traces(models, "model_measure")[0]["meta"] == ["model=%28none+given%29", "model=gpt-4"]
    languages = opened(odd_store("nulls"), "languages")
    assert names(languages, "table_languages") == ["(none given)", "English"]
    assert table(languages, "table_languages")["(none given)"]["Top model"] == "gpt-4"
    unnamed = whole(send(models, "table_models", "chosen", "model=%28none+given%29"))
    assert names(unnamed, "table_models") == ["(none given)"]
    assert [chip.label for chip in unnamed.button if (chip.key or "").startswith("drop_")] == [
        "no model given"
    ]
    (widget,) = [element for element in unnamed.multiselect if element.key == "model"]
    assert [label.partition(" · ")[0] for label in widget.options] == [
        *("gpt-4", r"(none given)", "(any given)"),
    ]
    named = whole(opened(odd_store("nulls"), "models", model="(any given)"))
    assert names(named, "table_models") == ["gpt-4"]


def test_empty_names_are_named_and_filter(opened, odd_store):
    app = opened(odd_store("unjudged"), "models")
    assert names(app, "table_models") == ["(empty name)"]
    app = whole(send(app, "table_models", "chosen", "model="))
    assert app.query_params["model"] == ""
    assert texts(app)[0] == "1 conversation: (empty name)"


@pytest.mark.parametrize("view", ["models", "languages", "moderation", "lengths", "compare"])
def test_hostile_names_stay_names(opened, odd_store, view):
    query = {"model": [HOSTILE], "language": [HOSTILE_LANGUAGE], "against": "rest"}
    app = whole(opened(odd_store("hostile"), view, **query))
    assert app.query_params["model"] == HOSTILE
    for element in (*app.main.markdown, *app.main.caption, *app.main.info):
        assert "](http" not in element.value
        assert "<i>" not in element.value


def test_hostile_names_are_escaped_in_charts_and_whole_in_tables_and_filters(opened, odd_store):
    app = opened(odd_store("hostile"), "models")
    escaped = HOSTILE.replace("<i>", "&lt;i&gt;")
    (dots,) = traces(app, "model_measure")
    assert sorted(dots["y"]) == sorted([escaped, "=1+1"])
    (heat,) = traces(app, "model_languages")
    assert "it's · 12 &lt;b&gt;&amp;amp;" in heat["x"]
    assert sorted(names(app, "table_models")) == sorted([HOSTILE, "=1+1"])
    pick = dots["meta"][dots["y"].index(escaped)]
    app = whole(send(app, "model_measure", "chosen", pick))
    assert app.query_params["model"] == HOSTILE
    assert captions(app)[0] == "n = 1 conversation · 1 model"


def test_a_name_that_turns_text_round_is_made_visible(opened, odd_store):
    app = opened(odd_store("hostile"), "languages")
    assert "[U+202E]evil␀" in names(app, "table_languages")
