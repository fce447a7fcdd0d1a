"""Filters of a browser that lags behind: what it sends late undoes nothing."""

import pytest

from tests.app.support.components import send, whole

pytestmark = pytest.mark.usefixtures("served")


def test_a_second_choice_with_outdated_values_does_not_undo_the_first(opened, accepted):
    app = whole(send(opened(accepted, "models"), "table_models", "chosen", "model=koala-13b"))
    # A browser that has not received the first change sends the values from before it.
    app.text_input(key="filter_revision").set_value("0")
    app.multiselect(key="model").set_value([])
    app.button_group(key="flagged").set_value("any")
    app = whole(app.run())
    assert app.query_params["model"] == "koala-13b"
    assert app.query_params["flagged"] == "any"


def test_a_filter_that_is_removed_right_after_it_was_set_stays_removed(opened, accepted):
    app = whole(send(opened(accepted, "models"), "table_models", "chosen", "model=koala-13b"))
    app.multiselect(key="model").set_value([])
    app = whole(app.run())
    assert "model" not in app.query_params


def test_three_choices_in_a_row_with_outdated_values_all_count(opened, accepted):
    app = whole(send(opened(accepted, "models"), "table_models", "chosen", "model=koala-13b"))
    for model in ("gpt-4", "claude-1"):
        app.text_input(key="filter_revision").set_value("0")
        app.multiselect(key="model").set_value([])
        app = whole(send(app, "table_models", "chosen", f"model={model}"))
    assert sorted(app.query_params["model"]) == ["claude-1", "gpt-4", "koala-13b"]


def test_clear_all_after_an_outdated_choice_clears_it_too(opened, accepted):
    app = whole(send(opened(accepted, "models"), "table_models", "chosen", "model=koala-13b"))
    for _ in range(2):
        app.text_input(key="filter_revision").set_value("0")
        app.multiselect(key="model").set_value([])
        app.button_group(key="flagged").set_value("any")
        app = whole(app.run())
    assert app.query_params["flagged"] == "any"
    app = whole(app.button(key="clear").click().run())
    app.text_input(key="filter_revision").set_value("0")
    app.multiselect(key="model").set_value([])
    app.button_group(key="flagged").set_value("any")
    app = whole(app.run())
    assert not {"model", "flagged"} & set(app.query_params)


def test_a_browser_that_lags_behind_gets_the_values_of_all_filters_again(opened, accepted):
    app = opened(accepted, "models", min_turns="2")
    app.query_params.clear()  # Back
    app = whole(app.run())
    # Forward, from a browser that has not yet emptied the box.
    app.query_params["min_turns"] = "2"
    app.text_input(key="filter_revision").set_value("0")
    app.number_input(key="min_turns").set_value(2)
    app = whole(app.run())
    box = app.number_input(key="min_turns")
    assert (box.value, box.proto.set_value) == (2, True)
    assert app.query_params["min_turns"] == "2"


def test_a_choice_right_after_back_does_not_undo_it(opened, accepted):
    app = opened(accepted, "models", min_turns="2")
    app.query_params.clear()  # Back
    app = whole(app.run())
    app.text_input(key="filter_revision").set_value("0")
    app.number_input(key="min_turns").set_value(2)
    app.button_group(key="flagged").set_value("any")
    app = whole(app.run())
    assert "min_turns" not in app.query_params
    assert app.query_params["flagged"] == "any"
