"""The first page: its figures, its filters, and what it says when there is nothing to show."""

import shutil

from dashboard.pages import PAGES
from tests.app.support.components import metrics, unescaped
from tests.support import tiny_dataset
from tests.support.stores import prepare_store


def test_it_counts_all_conversations(opened, accepted):
    app = opened(accepted)
    assert not app.exception
    assert metrics(app) == {
        "Conversations": "12",
        "Messages": "30",
        "Models": "4",
        "Languages": "5",
        "Mean turns": "1.25",
        "Mean prompt": "16.1",
        "Mean response": "7.5",
        "Flagged": "25.0 %",
        "Names redacted": "8.33 %",
    }
    flagged = next(m for m in app.metric if m.label == "Flagged")
    assert flagged.delta == "95 % CI 8.89–53.23 %"
    redacted = next(m for m in app.metric if m.label == "Names redacted")
    assert redacted.delta == "95 % CI 1.49–35.39 %"


def test_whatever_the_page_comes_to_the_way_out_stays_in_the_sidebar(opened, accepted):
    for view, query in (
        ("overview", {"min_turns": "999"}),
        ("browse", {"min_turns": "999"}),
        ("conversation", {"conversation": "doesnotexist", "min_turns": "999"}),
        ("conversation", {"min_turns": "999"}),
    ):
        app = opened(accepted, view, **query)
        assert not app.exception
        assert app.sidebar.button(key="clear").label == "Clear all filters"
        assert len(app.sidebar.get("page_link")) == len(PAGES)
        app.sidebar.button(key="clear").click().run()
        assert not app.query_params.get("min_turns")


def test_a_deleted_version_is_reported_in_a_sentence(opened, accepted):
    app = opened(accepted)
    shutil.rmtree(accepted / "versions")
    app.run()
    assert not app.exception
    assert "Build one with" in unescaped(app.error[0])


def test_what_nobody_foresaw_is_a_sentence_too(opened, accepted, monkeypatch, caplog):
    monkeypatch.setattr("dashboard.state.filter_state.filters_from_page", lambda: 1 / 0)
    app = opened(accepted)
    assert not app.exception
    assert app.error[0].value.startswith("Something went wrong. Reload the page")
    assert "ZeroDivisionError" in caplog.text


def test_a_link_makes_the_slice(opened, accepted):
    app = opened(accepted, model=["gpt-4", "claude-1"], flagged="none", min_turns="1")
    assert metrics(app)["Conversations"] == "4"
    assert app.text[0].value == (
        "4 conversations: claude-1 or gpt-4; at least 1 turn; no message flagged"
    )
    assert app.multiselect(key="model").value == ["claude-1", "gpt-4"]


def test_a_filter_changes_the_figures_and_the_address(opened, accepted):
    app = opened(accepted)
    app.multiselect(key="model").select("koala-13b").run()
    assert metrics(app)["Conversations"] == "3"
    assert app.query_params["model"] == "koala-13b"
    app.number_input(key="min_turns").set_value(2).run()
    assert "No conversation matches: koala-13b; at least 2 turns." in unescaped(app.info[0])
    assert app.query_params["min_turns"] == "2"


def test_choices_that_outrun_the_address_are_all_kept(opened, accepted):
    app = opened(accepted, flagged="none")
    app.multiselect(key="model").select("koala-13b").run()
    app.query_params.clear()
    app.query_params["flagged"] = "none"  # as the browser still has it
    app.multiselect(key="model").select("gpt-4").run()
    assert app.query_params == {"flagged": "none", "model": ["gpt-4", "koala-13b"]}
    app.query_params.clear()
    app.query_params["flagged"] = "none"
    app.toggle(key="log").set_value(True).run()
    assert app.query_params["model"] == ["gpt-4", "koala-13b"]
    assert app.query_params["log"] == "true"
    assert [b.key for b in app.button if (b.key or "").startswith("drop_model")] == [
        "drop_model_gpt-4",
        "drop_model_koala-13b",
    ]


def test_an_address_of_before_is_gone_back_to_where_nothing_was_chosen(opened, accepted):
    app = opened(accepted)
    app.multiselect(key="model").select("koala-13b").run()
    app.query_params.clear()  # Back
    app.run()
    assert metrics(app)["Conversations"] == "12"
    assert app.multiselect(key="model").value == []


def test_a_bound_of_no_turns_stays(opened, accepted):
    app = opened(accepted, max_turns="0")
    app.run()
    assert "No conversation matches: at most 0 turns." in unescaped(app.info[0])
    assert app.query_params["max_turns"] == "0"


def test_a_number_of_many_digits_is_named_and_left_out(opened, accepted):
    app = opened(accepted, min_turns="9" * 5_000, page="9" * 5_000)
    assert "The filter min_turns takes a whole number" in unescaped(app.warning[0])
    assert metrics(app)["Conversations"] == "12"


def test_every_filter_of_a_link_counts(opened, accepted):
    assert metrics(opened(accepted, redacted="true"))["Conversations"] == "1"
    assert metrics(opened(accepted, has_code="true"))["Conversations"] == "1"
    assert metrics(opened(accepted, unique_prompts="true"))["Conversations"] == "10"
    assert metrics(opened(accepted, category=["hate", "sexual"]))["Conversations"] == "2"
    assert metrics(opened(accepted, min_score=["user:harassment=0.8"]))["Conversations"] == "1"
    assert metrics(opened(accepted, max_turns="1"))["Conversations"] == "10"


def test_options_carry_counts_that_disregard_their_own_filter(opened, accepted):
    app = opened(accepted, model=["gpt-4"])
    assert app.multiselect(key="model").options == [
        "vicuna-13b · 5",
        "koala-13b · 3",
        "claude-1 · 2",
        "gpt-4 · 2",
    ]
    assert "Hebrew · 0" in app.multiselect(key="language").options


def test_chips_name_the_filters_and_take_them_away(opened, accepted):
    app = opened(accepted, model=["gpt-4", "koala-13b"], flagged="none")
    assert [b.label for b in app.button if b.key and b.key.startswith("drop_")] == [
        r"gpt\-4",
        r"koala\-13b",
        "no message flagged",
    ]
    app.button(key="drop_model_gpt-4").click().run()
    assert app.query_params["model"] == "koala-13b"
    app.button(key="clear").click().run()
    assert metrics(app)["Conversations"] == "12"
    assert not app.query_params


def test_a_filter_chosen_under_more_filters_stays_when_that_is_closed(opened, accepted):
    app = opened(accepted, redacted="true", model=["vicuna-13b"])
    app.multiselect(key="language").select("English").run()
    assert metrics(app)["Conversations"] == "1"
    assert app.query_params["redacted"] == "true"
    app.button(key="drop_redacted_None").click().run()
    assert metrics(app)["Conversations"] == "3"


def test_a_link_that_cannot_be_followed_says_which_part(opened, accepted):
    app = opened(accepted, model=["gpt-5", "gpt-4"], flagged="maybe", min_turns="two", nonsense="1")
    warnings = [unescaped(warning) for warning in app.warning]
    assert len(warnings) == 3
    assert "This store has no model 'gpt-5': that filter was ignored." in warnings
    assert any(
        "The filter flagged takes one of any, none, unknown, user, assistant" in s for s in warnings
    )
    assert any("The filter min_turns takes a whole number" in s for s in warnings)
    assert metrics(app)["Conversations"] == "2"


def test_switches_are_in_the_address(opened, accepted):
    app = opened(accepted, log="true")
    assert app.toggle(key="log").value is True
    app.toggle(key="without_largest").set_value(True).run()
    assert app.query_params["without_largest"] == "true"
    assert "n = 12 conversations · left out: “vicuna-13b”, 5 conversations" in [
        unescaped(c) for c in app.caption
    ]


def test_a_missing_store_is_a_page_with_the_way_out(opened, tmp_path):
    app = opened(tmp_path / "none")
    assert not app.exception
    assert "Build one with: chatscape prepare RAW --store" in unescaped(app.error[0])


def test_an_empty_store_is_a_page_too(opened, tmp_path):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", []), tmp_path / "store")
    from queries.state.licence import accept
    from queries.store.layout import StorePath

    accept(StorePath(tmp_path / "store"), "a test")
    app = opened(tmp_path / "store")
    assert not app.exception
    assert "This store has no conversations" in unescaped(app.info[0])
    assert "Clear all filters" not in [button.label for button in app.button]


def test_a_store_with_one_plain_conversation_renders(opened, tmp_path):
    prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS[:1]), tmp_path / "store"
    )
    from queries.state.licence import accept
    from queries.store.layout import StorePath

    accept(StorePath(tmp_path / "store"), "a test")
    app = opened(tmp_path / "store", log="true", without_largest="true")
    assert not app.exception
    assert metrics(app)["Flagged"] == "0 %"
    assert "Nothing to show: no conversation in the slice has any." in [t.value for t in app.text]


def test_a_slow_query_is_a_page_with_the_way_out(opened, accepted, monkeypatch):
    from queries.errors import SlowQueryError
    from queries.store.store import Store

    def slow(self, name, *_, **__):
        raise SlowQueryError(name, 20.0)

    monkeypatch.setattr(Store, "run", slow)
    app = opened(accepted)
    assert not app.exception
    assert "Narrow the filters, or raise CHATSCAPE_QUERY_SECONDS." in unescaped(app.error[0])


def test_the_licence_is_asked_for_before_anything_is_shown(opened, tiny_folder, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(tiny_folder, folder)
    app = opened(folder)
    assert app.title[0].value == "Before the data is shown"
    assert not app.metric
    assert not app.multiselect
    button = next(b for b in app.button if b.label == "Accept and continue")
    assert button.disabled
    app.checkbox[0].check().run()
    next(b for b in app.button if b.label == "Accept and continue").click().run()
    assert metrics(app)["Conversations"] == "12"
    assert metrics(opened(folder))["Conversations"] == "12"


def test_a_newer_version_is_offered_and_the_old_one_stays_until_taken(opened, accepted, tmp_path):
    app = opened(accepted)
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS[:5]), accepted)
    app.run()
    assert metrics(app)["Conversations"] == "12"
    assert any("A newer version of the data is available." in m.value for m in app.markdown)
    next(b for b in app.button if b.label == "Show it").click().run()
    assert metrics(app)["Conversations"] == "5"
    assert not any("newer version" in m.value for m in app.markdown)


def test_two_newer_versions_take_an_open_page_along(opened, accepted, tmp_path):
    app = opened(accepted, flagged="none")
    for rows in (5, 4):
        prepare_store(
            tiny_dataset.write(tmp_path / f"{rows}.parquet", tiny_dataset.ROWS[:rows]), accepted
        )
    app.run()
    assert not app.error
    assert "This is the newest one" in app.info[0].value
    assert metrics(app)["Conversations"] == "4"
    app.run()
    assert not app.info


def test_the_only_bar_is_not_left_out(opened, accepted):
    app = opened(accepted, model=["gpt-4"], without_largest="true")
    assert not any("“gpt-4”" in unescaped(caption) for caption in app.caption)


def test_hostile_names_stay_names(opened, tmp_path):
    hostile = "**b** $x$ :red[y] <i> [l](http://example.com) ![i](http://example.com/i.png)"
    prepare_store(
        tiny_dataset.write(
            tmp_path / "raw.parquet", [tiny_dataset.row("a", hostile, "it's · 12", "x", "y")]
        ),
        tmp_path / "store",
    )
    from queries.state.licence import accept
    from queries.store.layout import StorePath

    accept(StorePath(tmp_path / "store"), "a test")
    app = opened(tmp_path / "store", model=[hostile], language=["it's · 12"])
    assert not app.exception
    assert metrics(app)["Conversations"] == "1"
    label = next(b.label for b in app.button if b.key == f"drop_model_{hostile}")
    assert r"\!\[i\]\(http\:" in label
    app.toggle(key="log").set_value(True).run()
    assert metrics(app)["Conversations"] == "1"
    assert app.multiselect(key="language").value == ["it's · 12"]
