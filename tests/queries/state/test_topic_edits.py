"""Topics that are renamed, merged and hidden: every page, export and statement follows."""

import json

import numpy as np
import pytest

from queries.breakdowns.registry import run_breakdown
from queries.cli import run
from queries.errors import UsageError
from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings
from queries.state.audit_log import audit_events
from queries.state.topic_edits import hide_topic, merge_topic, rename_topic, restore_topic
from queries.store.part_reader import conversation_columns
from queries.store.topic_changes import changes_path
from tests.support.command_line import command_output
from tests.support.topic_stores import subject_rows, topic_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made, _ = subject_rows()
    return topic_store(tmp_path_factory.mktemp("topics"), made)


@pytest.fixture(autouse=True)
def unchanged(store):
    """Each test begins with topics as they were built."""
    changes_path(store).unlink(missing_ok=True)


@pytest.fixture(params=[False, True], ids=["files", "memory"])
def opened(request, store):
    opened = open_store(store.path, Settings())
    if request.param:
        assert opened.load_into_memory()
    yield opened
    opened.close()


def counts(opened, column="topic", **filters):
    rows = opened.run(f"{column}_mix", Filters(**filters)).dropna()
    return dict(zip(rows[column], rows["conversation_count"], strict=True))


def by_number(built, number):
    return next(name for name in built if name.split(" ")[0] == str(number))


def test_a_label_changes_and_the_number_stays(opened, store):
    built = counts(opened)
    old = by_number(built, 1)
    assert rename_topic(store, "1", "  Python \n errors ", "ann") == "1 Python errors"
    assert counts(opened) == {
        ("1 Python errors" if name == old else name): n for name, n in built.items()
    }
    rename_topic(store, "01", "Programs", "ann")
    for text in ("1", old, "1 Python errors", "1 Programs"):
        assert counts(opened, topic=(text,)) == {"1 Programs": built[old]}
    subtopic = next(iter(counts(opened, "subtopic", topic=("1",))))
    number = subtopic.split(" ")[0]
    assert rename_topic(store, number, "Loops", "ann") == f"{number} Loops"
    assert f"{number} Loops" in counts(opened, "subtopic")
    assert restore_topic(store, "1", "ann") == old
    assert counts(opened, topic=("1 Programs",)) == {old: built[old]}


def test_a_merged_topic_counts_as_the_other_one(opened, store):
    built = counts(opened)
    first, second = by_number(built, 1), by_number(built, 2)
    subtopics = counts(opened, "subtopic")
    assert merge_topic(store, "2", "1", "ann") == first
    merged = built[first] + built[second]
    assert counts(opened)[first] == merged
    assert second not in counts(opened)
    assert counts(opened, topic=("2",)) == {first: merged}
    assert counts(opened, "subtopic") == subtopics
    (row,) = run_breakdown(opened, "topics", Filters(topic=("2",)), {}).to_dict("records")
    assert (row["topic"], row["conversation_count"]) == (first, merged)
    with pytest.raises(UsageError, match="restore it first"):
        merge_topic(store, "1", "2", "ann")
    assert merge_topic(store, "1", "3", "ann") == by_number(built, 3)
    assert counts(opened)[by_number(built, 3)] == merged + built[by_number(built, 3)]


def test_a_hidden_topic_is_among_the_other_prompts(opened, store):
    built = counts(opened)
    hidden = by_number(built, 2)
    subtopics = counts(opened, "subtopic", topic=("2",))
    assert hide_topic(store, "2", "ann") == "0 Other prompts"
    others = built.get("0 Other prompts", 0) + built[hidden]
    assert counts(opened)["0 Other prompts"] == others
    assert not set(subtopics) & set(counts(opened, "subtopic"))
    restore_topic(store, "2", "ann")
    assert counts(opened) == built


def test_files_are_read_with_the_same_names(opened, store, tmp_path, capsys):
    rename_topic(store, "1", "O'Brien's", "ann")
    hide_topic(store, "2", "ann")
    snapshot = opened.snapshot
    ranks = np.arange(opened.partitions.conversation_count)
    rows = conversation_columns(opened, ranks, ["topic", "subtopic"]).to_pandas()
    assert rows["topic"].value_counts().to_dict() == counts(opened)
    assert rows["subtopic"].value_counts().to_dict() == counts(opened, "subtopic")
    out = tmp_path / "one.jsonl"
    command_output(
        capsys, "export", out, "--store", store.path, "--topic", "1", "--shape", "prompts"
    )
    manifest = json.loads((tmp_path / "one.jsonl.manifest.json").read_text())
    assert manifest["plan"]["filters"]["topic"] == ["1 O'Brien's"]
    assert {json.loads(line)["topic"] for line in out.read_text().splitlines()} == {"1 O'Brien's"}
    statement = "select distinct topic from conversations where topic like '1%'"
    printed = command_output(capsys, "sql", statement, "--store", store.path)
    assert "1 O'Brien's" in printed
    restore_topic(store, "1", "ann")
    assert opened.snapshot != snapshot


def test_each_change_is_in_the_audit_log_and_a_refused_one_is_not(store, capsys):
    path = str(store.path)
    before = len(audit_events(store))
    assert run(["edit-topic", "1", "--rename", "Programs", "--store", path]) == 0
    assert "shown as: 1 Programs" in capsys.readouterr().out
    assert run(["edit-topic", "2", "--hide", "--store", path]) == 0
    events = audit_events(store).head(len(audit_events(store)) - before)
    assert events["what"].tolist() == ["topic hidden", "topic renamed"]
    assert events["of"].tolist() == ["2: into 0", "1: Programs"]
    for refused in (
        ["9", "--hide"],
        ["1.99", "--rename", "x"],
        ["0", "--hide"],
        ["1", "--merge-into", "1"],
        ["1", "--merge-into", "1.01"],
        ["1", "--rename", " "],
        ["1", "--rename", "x" * 61],
        ["1", "--rename", "right\u202eleft"],
        ["x", "--restore"],
        ["1", "--restore", "--hide"],
        ["1"],
    ):
        assert run(["edit-topic", *refused, "--store", path]) == 2
    assert len(audit_events(store)) == before + 2


def test_a_damaged_file_gives_the_names_of_the_files_and_refuses_changes(opened, store):
    built = counts(opened)
    for content in ("{", "[]", '{"changes": {"1": 2}}'):
        changes_path(store).write_text(content)
        assert counts(opened) == built
        with pytest.raises(UsageError, match="cannot be read"):
            rename_topic(store, "1", "Programs", "ann")
