"""Topics by number or by name, in filters of every kind."""

import json

import pytest

from queries.filters import Filters
from queries.filters.filters import Complement, Intersection
from queries.open_store import open_store
from queries.settings import Settings
from queries.store.topic_names import TopicName, TopicNames, number_in
from tests.support.command_line import command_output
from tests.support.topic_stores import subject_rows, topic_store

NAMES = TopicNames(
    {
        "topic": [
            TopicName("07 code error", "07 Python", frozenset({"07 programs"})),
            TopicName("00 Other prompts", "00 Other prompts"),
        ],
        "subtopic": [TopicName("07.02 type error", "07.02 type error")],
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made, _ = subject_rows()
    return topic_store(tmp_path_factory.mktemp("topics"), made).path


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7", "07 Python"),
        ("007", "07 Python"),
        ("07 code error", "07 Python"),
        ("07 programs", "07 Python"),
        ("07 cats", "07 cats"),
        ("0", "00 Other prompts"),
        ("8", "8"),
        ("7.2", "7.2"),
        ("(none given)", "(none given)"),
        ("７", "７"),
        ("", ""),
    ],
)
def test_a_topic_is_named_by_its_number_or_any_of_its_names(text, name):
    assert NAMES.resolved("topic", text) == name


def test_a_subtopic_has_two_numbers():
    assert NAMES.resolved("subtopic", "7.2") == "07.02 type error"
    assert NAMES.resolved("subtopic", "7") == "7"
    assert number_in("07.02 type error") == (7, 2)
    assert number_in("7.") is None


def test_slices_of_every_kind_are_named():
    by_number, by_name = Filters(topic=("7",)), Filters(topic=("07 Python",))
    assert NAMES.in_filters(Complement(by_number)) == Complement(by_name)
    both = Intersection(Complement(by_number), Filters(topic=("7", "07 programs")))
    assert NAMES.in_filters(both) == Intersection(Complement(by_name), by_name)


def test_a_number_keeps_what_the_name_keeps(folder):
    opened = open_store(folder, Settings())
    for column, query in (("topic", "topic_mix"), ("subtopic", "subtopic_mix")):
        for row in opened.run(query, Filters()).dropna().itertuples():
            number = ".".join(str(n) for n in number_in(row[1]))
            for slice_ in (Filters(**{column: (number,)}), Filters(**{column: (row[1],)})):
                (size,) = opened.run("slice_size", slice_)["conversation_count"]
                assert size == row.conversation_count
    (nothing,) = opened.run("slice_size", Filters(topic=("99",)))["conversation_count"]
    assert nothing == 0
    opened.close()


def test_the_manifest_of_an_export_names_label_and_number(folder, tmp_path, capsys):
    out = tmp_path / "one.jsonl"
    command_output(capsys, "export", out, "--store", folder, "--topic", "1", "--shape", "prompts")
    manifest = json.loads((tmp_path / "one.jsonl.manifest.json").read_text())
    topics = {json.loads(line)["topic"] for line in out.read_text().splitlines()}
    assert manifest["plan"]["filters"]["topic"] == sorted(topics)
    (name,) = topics
    assert name in manifest["words"]
    assert name.startswith("1 ")
