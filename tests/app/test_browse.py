"""The list, a conversation, and what the data is."""

from queries.errors import NotFoundError, SlowQueryError
from tests.app.support.components import table, texts, unescaped, whole


def test_the_list_says_where_in_the_slice_it_is(opened, accepted):
    app = opened(accepted, "browse", flagged="none")
    assert not app.exception
    assert app.title[0].value == "Browse"
    assert "9 conversations: no message flagged" in [t.value for t in app.text]
    assert "1–9 of 9" in [c.value for c in app.caption]


def test_a_page_beyond_the_last_is_the_last(opened, sample_folder):
    app = opened(sample_folder, "browse", page="9999")
    assert not app.exception
    assert "1,976–2,000 of 2,000" in [c.value for c in app.caption]
    assert app.query_params["page"] == "80"


def test_a_nonsense_page_is_the_first(opened, sample_folder):
    app = opened(sample_folder, "browse", page="-3; drop")
    assert "1–25 of 2,000" in [c.value for c in app.caption]


def test_a_filter_brings_the_list_back_to_its_first_page(opened, sample_folder):
    app = opened(sample_folder, "browse", page="40")
    assert "976–1,000 of 2,000" in [c.value for c in app.caption]
    app.multiselect(key="model").select("vicuna-13b").run()
    assert next(c.value for c in app.caption if " of " in c.value).startswith("1–25 of ")
    assert "page" not in app.query_params


def test_an_unknown_order_is_reported(opened, accepted):
    app = opened(accepted, "browse", sort="colour")
    assert "cannot be sorted by 'colour'" in app.warning[0].value


def test_an_empty_slice_is_reported(opened, accepted):
    app = opened(accepted, "browse", min_turns="9")
    assert "No conversation matches: at least 9 turns." in app.info[0].value


def test_a_random_one_that_cannot_be_drawn_leaves_the_page_and_its_filters(
    opened, accepted, monkeypatch
):
    app = opened(accepted, "browse")

    def slow(*_):
        raise SlowQueryError("random_conversation", 20.0)

    monkeypatch.setattr("dashboard.components.page_links.random_conversation", slow)
    app.button(key="random").click().run()
    assert not app.exception
    assert "Narrow the filters" in unescaped(app.error[0])
    assert app.title[0].value == "Browse"
    assert app.multiselect(key="model")


def test_a_conversation_opens_by_its_link(opened, accepted):
    app = opened(accepted, "conversation", conversation="e" * 32)
    assert not app.exception
    assert not app.error


def test_a_missing_conversation_is_reported(opened, accepted):
    app = opened(accepted, "conversation", conversation="nope")
    assert unescaped(app.error[0]) == str(NotFoundError("nope"))


def test_about_says_what_the_data_is_not_and_what_is_odd(opened, accepted):
    app = opened(accepted, "about")
    text = " ".join(m.value for m in app.markdown)
    assert "It has the columns of LMSYS-Chat-1M, but it is not that" in text
    assert "In 1 conversation, the language is null." in [t.value for t in app.text]
    assert app.dataframe[0].value["File"].tolist() == ["tiny.parquet"]


def test_the_sample_says_that_it_is_synthetic(opened, sample_folder):
    app = opened(sample_folder, "about")
    assert "synthetic sample" in app.info[0].value


def test_about_compares_the_store_with_the_published_figures_when_asked(opened, accepted):
    app = opened(accepted, "about")
    assert not [t for t in texts(app) if "figures agree" in t]
    app.session_state["published_figures"] = True
    app = whole(app.run())
    assert any("figures agree" in t for t in texts(app))
    figures = table(app, "table_published")
    rows = figures["Rows"]
    assert (rows["Published"], rows["This store"], rows["Verdict"]) == (
        "1,000,000",
        "12",
        "differs",
    )
    assert figures["English turns"]["Verdict"] == "not checked"
    assert table(app, "table_flagged")["any"] == {
        "Flagged as": "any",
        "Published": "54,427",
        "Published share": "5.44 %",
        "This store": "3",
        "Its share": "25.0 %",
    }
    attempts = table(app, "table_attempts")
    assert attempts["vicuna-13b"]["Published attempts"] == "15,925"
    assert attempts["vicuna-13b"]["Attempts"] == "2"
    assert attempts["koala-13b"]["Published attempts"] == "–"
