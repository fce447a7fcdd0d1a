"""Topics that are made anew keep what operators changed of the topics that they continue."""

import pandas as pd
import pytest

from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.topics.build import build_topics
from queries.prepare.topics.carried_changes import carry_changes, continued_names
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.state.topic_edits import hide_topic, merge_topic, rename_topic
from queries.store.topic_changes import TopicChange, changes_path, read_changes, write_changes
from tests.support.topic_stores import subject_rows, topic_store


def topics_of_subjects(store):
    """The topic that most prompts of each subject have, as readers see it."""
    _, subjects = subject_rows()
    opened = open_store(store.path, Settings())
    _ = opened.snapshot
    with opened.relations.cursor() as cursor:
        rows = cursor.sql("select conversation_id, topic from conversations").df()
    topics = {name.stored for name in opened.relations.topic_names.names["topic"]}
    mix = opened.run("topic_mix", Filters())
    opened.close()
    rows["subject"] = rows["conversation_id"].map(subjects)
    counts = pd.crosstab(rows["subject"], rows["topic"])
    return counts.idxmax(axis=1).to_dict(), topics, mix


@pytest.fixture
def store(tmp_path):
    """Code is renamed, food merged into travel, and cats are hidden."""
    rows, _ = subject_rows()
    store = topic_store(tmp_path, rows)
    built, _, _ = topics_of_subjects(store)
    number = {subject: topic.split(" ")[0] for subject, topic in built.items()}
    rename_topic(store, number["code"], "Programs", "ann")
    rename_topic(store, number["travel"], "Daily life", "ann")
    merge_topic(store, number["food"], number["travel"], "ann")
    hide_topic(store, number["cats"], "ann")
    return store


def assert_changed(store):
    topics, _, _ = topics_of_subjects(store)
    label = {subject: topic.partition(" ")[2] for subject, topic in topics.items()}
    assert label == {
        "code": "Programs",
        "travel": "Daily life",
        "food": "Daily life",
        "cats": "Other prompts",
    }
    assert topics["travel"] == topics["food"]


def test_another_run_keeps_the_changes(store):
    assert_changed(store)
    build_topics(store, Silent(), count=4, seed=5)
    assert_changed(store)
    carry_changes(store, store.versions()[-2], store.current(), forgets=False)
    assert_changed(store)


def test_a_purge_keeps_the_changes_and_forgets_those_of_no_topic(store):
    write_changes(store, {**read_changes(store), "17 secret words": TopicChange(("Gone",))})
    _, subjects = subject_rows()
    gone = [i for i, subject in subjects.items() if subject == "code"][:3]
    remove(store, gone, reason="a request", who="ann")
    purge(store, "ann", Silent())
    assert_changed(store)
    _, known, _ = topics_of_subjects(store)
    assert set(read_changes(store)) <= known
    assert "secret" not in changes_path(store).read_text()


def test_a_topic_continues_none_that_it_shares_too_little_with(store):
    before = store.current()
    build_topics(store, Silent(), count=2)
    continued = continued_names(before, store.current())
    names = {name.split(" ")[0] for name in continued if "." not in name.split(" ")[0]}
    # Of four topics of fifteen prompts, none has more than half of one of thirty.
    assert names <= {"0"}
