"""The page of topics: shares, a table, models and languages, subtopics, examples, and ways on."""

import pytest

from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings
from queries.state.licence import accept
from tests.app.support.components import components, data, send, texts, traces, whole
from tests.support import tiny_dataset
from tests.support.topic_stores import subject_rows, topic_store

pytestmark = pytest.mark.usefixtures("served")

SECRET = "Kitten secrets: write to mia.wallis@example.org about cats and cats, please"
RUDE = "A kitten, a cat, two cats and rude words that are flagged, aren't they?"


@pytest.fixture(scope="module")
def with_topics(tmp_path_factory):
    rows, _ = subject_rows()
    rows += [
        tiny_dataset.row("b", "gpt-4", "English", "Short?", "Yes."),
        tiny_dataset.row("c", "gpt-4", "English", SECRET, "Yes."),
        tiny_dataset.row(
            "d", "gpt-4", "English", (RUDE, tiny_dataset.verdict("harassment")), "No."
        ),
    ]
    store = topic_store(tmp_path_factory.mktemp("topics"), rows)
    accept(store, "a test")
    return store.path


@pytest.fixture(scope="module")
def topic_sizes(with_topics):
    opened = open_store(with_topics, Settings())
    rows = opened.run("topics", Filters())
    opened.close()
    return dict(zip(rows["topic"], rows["conversation_count"], strict=True))


def test_topics_are_drawn_and_a_click_filters(opened, with_topics, topic_sizes):
    app = whole(opened(with_topics, "topics"))
    assert app.title[0].value == "Topics"
    (dots,) = traces(app, "topics")
    assert sorted(dots["y"]) == sorted(topic_sizes)
    rows = data(app, "table_topics")["rows"]
    assert [row["cells"][0] for row in rows] == list(topic_sizes)
    assert [row["cells"][1] for row in rows] == [f"{n:,}" for n in topic_sizes.values()]
    topic = next(iter(topic_sizes))
    app = whole(send(app, "table_topics", "chosen", rows[0]["token"]))
    assert texts(app)[0] == f"{topic_sizes[topic]} conversations: {topic}"


def test_one_topic_has_subtopics_examples_and_ways_on(opened, with_topics, topic_sizes):
    topic = list(topic_sizes)[1]
    app = whole(opened(with_topics, "topics", topic_of=topic.split(" ")[0]))
    subtopics = data(app, "table_subtopics")["rows"]
    assert {row["cells"][0].split(".")[0] for row in subtopics} == {topic.split(" ")[0]}
    examples = data(app, "table_topic_examples")["rows"]
    assert [row["cells"][1] for row in examples] == ["typical"] * 3 + ["borderline"] * 3
    assert all(row["styles"]["0"]["href"].startswith("conversation?") for row in examples)


def test_a_link_with_the_number_alone_shows_the_topic(opened, with_topics, topic_sizes):
    topic = list(topic_sizes)[1]
    app = whole(opened(with_topics, "topics", topic=str(int(topic.split(" ")[0]))))
    assert texts(app)[0] == f"{topic_sizes[topic]} conversations: {topic}"
    assert app.query_params["topic"] == topic


def test_no_text_of_the_page_is_flagged_or_unmasked(opened, with_topics, topic_sizes):
    for topic in topic_sizes:
        app = whole(opened(with_topics, "topics", topic_of=topic.split(" ")[0]))
        assert "mia.wallis" not in str(app)
        has_examples = "table_topic_examples" in components(app)
        rows = data(app, "table_topic_examples")["rows"] if has_examples else []
        shown = [row["cells"][0] for row in rows]
        assert not any("rude words" in text for text in shown)


def test_an_operator_renames_merges_and_hides_topics(opened, with_topics, topic_sizes):
    names = list(topic_sizes)
    old = next(name for name in names if name.startswith("1 "))
    app = whole(opened(with_topics, "topics", topic=old))
    app.selectbox(key="edited_topic").select("1")
    app.text_input(key="new_topic_label").input("*Programs* & code")
    app = whole(app.button(key="rename_topic").click().run())
    assert app.session_state["topic"] == ["1 *Programs* & code"]
    assert texts(app)[0] == f"{topic_sizes[old]} conversations: 1 *Programs* & code"
    assert data(app, "table_topics")["rows"][0]["cells"][0] == "1 *Programs* & code"
    app.selectbox(key="edited_topic").select("1")
    app.selectbox(key="merge_topic_into").select("2")
    app = whole(app.button(key="merge_topic").click().run())
    other = next(name for name in names if name.startswith("2 "))
    assert texts(app)[0] == f"{topic_sizes[old] + topic_sizes[other]} conversations: {other}"
    app = app.button(key="rename_topic").click().run()
    assert "A label has" in app.error[0].value
    app = whole(app.button(key="restore_topic").click().run())
    assert old in data(whole(opened(with_topics, "topics")), "table_topics")["rows"][0]["cells"]


def test_a_reader_changes_no_topic(opened, with_topics, monkeypatch):
    monkeypatch.setattr("dashboard.state.current_user._is_here", lambda: False)
    app = whole(opened(with_topics, "topics"))
    assert not [box for box in app.selectbox if box.key == "edited_topic"]


def test_compare_has_the_shift_of_topics(opened, with_topics, topic_sizes):
    query = {"model": "gpt-4", "against": "model=vicuna-13b", "of": "topic"}
    app = whole(opened(with_topics, "compare", **query))
    rows = data(app, "table_shifts")["rows"]
    assert {row["cells"][0] for row in rows} == set(topic_sizes)
    app = whole(send(app, "table_shifts", "chosen", rows[0]["token"]))
    assert app.session_state["topic"] == [rows[0]["cells"][0]]


def test_compare_offers_no_topics_where_there_are_none(opened, accepted):
    app = whole(opened(accepted, "compare", model="gpt-4", against="rest", of="topic"))
    assert app.segmented_control(key="of").value == "language"
    assert "topics" not in app.segmented_control(key="of").options


def test_a_store_without_topics_names_the_command(opened, accepted):
    app = whole(opened(accepted, "topics"))
    assert "chatscape topics --store" in app.info[0].value


def test_a_slice_without_topics_and_an_empty_one_say_so(opened, with_topics):
    app = whole(opened(with_topics, "topics", topic="(none given)"))
    assert "No first prompt of the slice has a topic" in app.info[0].value
    app = whole(opened(with_topics, "topics", min_turns="50"))
    assert not app.exception
