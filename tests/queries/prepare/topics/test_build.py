"""Topics: a version whose first prompts are divided by meaning, numbered, labelled and measured."""

import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.cli import run
from queries.errors import IndexMissingError, IndexWithoutModelError
from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.prepare.topics.build import NoTopicsError, build_topics
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.schema import TOPIC_COLUMNS
from queries.settings import Settings
from queries.store.checksums import difference
from queries.store.layout import StorePath
from queries.store.part_reader import conversation_columns
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.index_builds import indexed
from tests.support.stores import prepare_store
from tests.support.topic_stores import PER_SUBJECT, subject_rows, topic_store

SHORT = "A cat?"
HIDDEN = "Zanzibar kitten cats cat pet, in a text that nobody may look up at all"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store with topics, a short prompt, a repeated one, and a text that stays covered."""
    rows, _ = subject_rows()
    prompt = rows[0]["conversation"][0]["content"]
    named = "Is the cat of NAME_1 a good pet for cats, write to mia.wallis@example.org please"
    rows += [
        tiny_dataset.row("b", "gpt-4", "English", SHORT, "Yes."),
        tiny_dataset.row("c", "koala", "English", prompt.upper(), "Yes."),
        tiny_dataset.row(
            "d", "gpt-4", "English", (HIDDEN, tiny_dataset.verdict("sexual/minors")), "No."
        ),
        *(tiny_dataset.row(x, "gpt-4", "English", f"{named} {x}", "Yes.") for x in "efgh"),
    ]
    return topic_store(tmp_path_factory.mktemp("topics"), rows)


@pytest.fixture(scope="module")
def rows(folder):
    files = sorted(folder.current().table("conversations").glob("*.parquet"))
    return pa.concat_tables([pq.read_table(path) for path in files]).to_pandas()


def test_prompts_of_one_subject_have_one_topic(rows):
    _, subjects = subject_rows()
    rows = rows.assign(subject=rows["conversation_id"].map(subjects))
    table = rows.dropna(subset=["subject", "topic"]).groupby(["subject", "topic"]).size()
    named = table[[not topic.endswith("Other prompts") for _, topic in table.index]]
    assert named.index.get_level_values("topic").is_unique
    assert len(named) == 4
    assert named.sum() >= 4 * PER_SUBJECT - 5


def test_a_topic_belongs_to_a_prompt_group_and_a_short_prompt_has_none(rows):
    by_id = rows.set_index("conversation_id")
    assert by_id.loc["c" * 32, "topic"] == by_id.loc["000" + "0" * 29, "topic"]
    for letter in "bd":
        assert by_id.loc[letter * 32, ["topic", "subtopic"]].isna().all()
    subtopic, topic = by_id.loc["000" + "0" * 29, ["subtopic", "topic"]]
    assert subtopic.split(".")[0] == topic.split(" ")[0]


def test_the_manifest_numbers_the_topics_by_size_and_says_how_good_they_are(folder, rows):
    facts = folder.current().manifest()["steps"]["topics"]
    sizes = [entry["prompt_count"] for entry in facts["topics"][:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert [entry["number"] for entry in facts["topics"]] == [1, 2, 3, 4, 0]
    distinct = rows.drop_duplicates("prompt_group")["topic"].value_counts().to_dict()
    assert {e["name"]: e["prompt_count"] for e in facts["topics"] if e["prompt_count"]} == distinct
    for entry in facts["topics"][:-1]:
        parts = entry["subtopics"]
        assert sum(part["prompt_count"] for part in parts) == entry["prompt_count"]
    assert facts["quality"]["stability"] == 1.0
    assert facts["quality"]["changed_share"] == 0.0
    assert facts["quality"]["silhouette"] > 0.3
    assert facts["other_count"] <= 0.1 * facts["prompt_count"]


def test_no_label_has_a_masked_a_redacted_or_a_covered_word(folder):
    text = json.dumps(folder.current().manifest()["steps"]["topics"]).lower()
    assert "python" in text
    for word in ("wallis", "example", "name_1", "zanzibar"):
        assert word not in text


def test_the_other_files_are_those_of_the_version_before(folder):
    manifest = folder.current().manifest()
    for entry in manifest["files"]:
        assert difference(entry, folder.current().path, is_quick=False) is None
    before = folder.versions()[-2]
    for table in ("messages", "index.lance"):
        for path in before.table(table).glob("*.parquet"):
            assert path.samefile(folder.current().table(table) / path.name)
    assert not (folder.path / "indexing").exists() or not any((folder.path / "indexing").iterdir())


def test_info_says_what_topics_there_are(folder, tiny_folder, capsys):
    facts = folder.current().manifest()["steps"]["topics"]
    info = command_output(capsys, "info", "--store", folder.path)
    assert f"Topics: {facts['prompt_count']} different first prompts of 32 to 1,536" in info
    assert "Topics: Stability over five seeds: adjusted Rand index 1.00" in info
    assert "no topics yet" in command_output(capsys, "info", "--store", tiny_folder)


def test_topics_filter_a_slice(folder, rows):
    topic = rows["topic"].value_counts().index[0]
    opened = open_store(folder.path, Settings())
    for is_held in (False, True):
        if is_held:
            assert opened.load_into_memory()
        size = opened.run("slice_size", Filters(topic=(topic,)))["conversation_count"].iloc[0]
        assert size == (rows["topic"] == topic).sum()
        mix = opened.run("topic_mix", Filters())
        known = mix.dropna().set_index("topic")["conversation_count"].to_dict()
        assert known == rows["topic"].value_counts().to_dict()
    opened.close()


def test_the_same_seed_gives_the_same_topics(folder, rows, tmp_path):
    facts = folder.current().manifest()["steps"]["topics"]
    again = build_topics(folder, Silent(), count=4).facts
    timings = ("last_run_seconds",)
    assert {k: v for k, v in again.items() if k not in timings} == {
        k: v for k, v in facts.items() if k not in timings
    }


def test_a_purge_leaves_removed_prompts_out_of_the_topics(tmp_path):
    subject, subjects = subject_rows()
    store = topic_store(tmp_path, subject)
    gone = [i for i, name in subjects.items() if name == "cats"]
    remove(store, gone, reason="a request", who="ann")
    purge(store, "ann", Silent())
    facts = store.current().manifest()["steps"]["topics"]
    assert facts["prompt_count"] == 3 * PER_SUBJECT
    assert "kitten" not in json.dumps(facts).lower()


def test_what_has_no_topics_is_told_in_a_sentence(tmp_path):
    made, _ = subject_rows()
    store = StorePath(tmp_path / "store")
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", made[:39]), store.path)
    with pytest.raises(IndexMissingError):
        build_topics(store, Silent())
    indexed(store)
    with pytest.raises(NoTopicsError, match=r"need 40 different first prompts .* has 39"):
        build_topics(store, Silent())
    assert run(["topics", "--store", str(store.path)]) == 1


def test_an_index_of_words_alone_has_no_topics(tiny_folder, tmp_path):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), tmp_path / "s")
    build_index(StorePath(tmp_path / "s"), None, Silent())
    with pytest.raises(IndexWithoutModelError):
        build_topics(StorePath(tmp_path / "s"), Silent())


def test_prompts_that_all_mean_the_same_have_no_topics(tmp_path):
    made = [
        {
            **tiny_dataset.row("a", "m", "English", f"{n} unknown words of no direction here", ""),
            "conversation_id": f"{n:032d}",
        }
        for n in range(50)
    ]
    store = StorePath(tmp_path / "store")
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", made), store.path)
    indexed(store)
    with pytest.raises(NoTopicsError, match="mean the same"):
        build_topics(store, Silent())


def test_a_store_of_an_earlier_version_has_empty_columns(folder, tmp_path):
    old = StorePath(shutil.copytree(folder.path, tmp_path / "old"))
    for path in old.current().table("conversations").glob("*.parquet"):
        table = pq.read_table(path).drop_columns(list(TOPIC_COLUMNS))
        path.unlink()
        pq.write_table(table, path)
    opened = open_store(old.path, Settings())
    mix = opened.run("topic_mix", Filters())
    assert mix["topic"].isna().all()
    assert np.array_equal(mix["conversation_count"], [opened.partitions.conversation_count])
    ranks = np.arange(opened.partitions.conversation_count)
    columns = conversation_columns(opened, ranks, ["conversation_id", "topic_distance"])
    assert columns["topic_distance"].null_count == len(ranks)
    opened.close()
