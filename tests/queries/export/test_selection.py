"""Which conversations an export picks: by plain Python, by SQL to copy, by Python to copy."""

import json
import shutil
import string
import subprocess
import sys
from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.errors import UsageError
from queries.export.code_snippets import python_text
from queries.export.describe import plan_words
from queries.export.plan import ExportPlan, Sample, Selection, plan_from
from queries.export.presets import PRESETS
from queries.export.selection_sql import selection_sql
from queries.filters import Filters
from queries.open_store import open_store
from queries.schema import CATEGORIES
from queries.settings import Settings
from queries.store.connection import open_connection
from tests.support import tiny_dataset
from tests.support.export_selection import SOURCE, drawn, highest, ids_of, score_of
from tests.support.exports import exported, rows_of
from tests.support.paths import ROOT
from tests.support.stores import prepare_store
from tests.support.strategies import any_filters, slices


@pytest.mark.parametrize("seed", [0, 7])
def test_a_sample_is_drawn_by_a_hash_that_any_machine_has(sample_store, seed):
    wanted = drawn([i for i in SOURCE if SOURCE[i].row["model"] == "vicuna-13b"], 100, seed)
    pick = Selection(sample=Sample(100, seed=seed))
    assert ids_of(sample_store, pick, filters=Filters(model=("vicuna-13b",))) == sorted(wanted)


def test_a_sample_is_the_first_rows_of_the_shuffled_list(sample_store):
    from queries.conversations.listing import slice_rows

    rows = slice_rows(sample_store, Filters(), sort="shuffled", seed=39, row_limit=50)
    pick = Selection(sample=Sample(50, seed=39))
    assert ids_of(sample_store, pick) == sorted(rows["conversation_id"])


@pytest.mark.parametrize("per", ["model", "language"])
def test_so_many_of_each(sample_store, per):
    groups = defaultdict(list)
    for id_, conversation in SOURCE.items():
        groups[conversation.row[per]].append(id_)
    wanted = sorted(id_ for ids in groups.values() for id_ in drawn(ids, 3, 5))
    assert ids_of(sample_store, Selection(sample=Sample(3, per=per, seed=5))) == wanted
    counts = Counter(SOURCE[i].row[per] for i in SOURCE)
    top = sorted(counts, key=lambda name: (-counts[name], name))[:4]
    wanted = sorted(id_ for name in top for id_ in drawn(groups[name], 3, 5))
    pick = Selection(sample=Sample(3, per=per, groups=4, seed=5))
    assert ids_of(sample_store, pick) == wanted


def test_no_language_is_a_group_of_its_own(tiny_store):
    ids = ids_of(tiny_store, Selection(sample=Sample(1, per="language")))
    assert len(ids) == 6
    assert "c" * 32 in ids
    groups = ExportPlan(picks=(Selection(sample=Sample(1, per="language", groups=6)),))
    assert sql_ids(tiny_store, groups) == ids


def test_those_with_the_highest_score_of_a_category(sample_store):
    wanted = set()
    for category in CATEGORIES:
        flagged = [
            id_ for id_, c in SOURCE.items() if any(category in m.categories for m in c.messages)
        ]
        wanted |= set(highest(flagged, 4, 3, lambda c, name=category: score_of(c, name)))
    pick = Selection(sample=Sample(4, per="category", order="score", seed=3))
    assert ids_of(sample_store, pick) == sorted(wanted)


def test_those_with_the_highest_score_of_the_user(sample_store):
    wanted = highest(SOURCE, 25, 1, lambda c: score_of(c, *CATEGORIES, roles=("user",)))
    pick = Selection(sample=Sample(25, order="user_score", seed=1))
    assert ids_of(sample_store, pick) == sorted(wanted)


def first_prompt(conversation):
    return next((m.text for m in conversation.messages if m.role == "user"), None)


def test_prompts_of_a_length_and_regardless_of_the_order_of_words(sample_store):
    wanted, seen = [], set()
    for id_ in sorted(SOURCE):
        text = first_prompt(SOURCE[id_])
        if 20 <= len(text) <= 200:
            bare = "".join(letter for letter in text.strip() if letter not in string.punctuation)
            words = "".join(sorted(bare.lower().split(" ")))
            if words not in seen:
                wanted.append(id_)
            seen.add(words)
    pick = Selection(min_prompt_chars=20, max_prompt_chars=200, distinct="words")
    assert ids_of(sample_store, pick) == wanted
    assert 0 < len(wanted) < len(ids_of(sample_store, Selection(min_prompt_chars=20)))


def test_bounds_of_a_length_are_inclusive(tiny_store):
    # "How do I boil an egg?" has 21 characters, "how do i boil an egg" 20.
    assert ids_of(tiny_store, Selection(min_prompt_chars=20, max_prompt_chars=21)) == [
        letter * 32 for letter in "af"
    ]
    assert ids_of(tiny_store, Selection(max_prompt_chars=2)) == [letter * 32 for letter in "014"]


def test_distinct_prompts_are_told_apart_within_the_slice(tiny_store):
    later = Filters(model=("vicuna-13b",), max_turns=1)
    assert ids_of(tiny_store, Selection(distinct="prompts"), filters=later) == ["1" * 32, "f" * 32]
    whole = Filters(model=("vicuna-13b",), max_turns=1, unique_prompts=True)
    assert ids_of(tiny_store, filters=whole) == ["1" * 32]


def test_order_of_words_does_not_matter_where_that_is_chosen(tmp_path):
    texts = {
        "a": "Red, green! blue",
        "b": "blue red green",
        "c": "blue redgreen",
        "d": " Blue",
        "e": "Blue  red green.",
    }
    rows = [tiny_dataset.row(letter, "m", "English", text) for letter, text in texts.items()]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    assert ids_of(store, Selection(distinct="words")) == [x * 32 for x in "acd"]
    assert ids_of(store, Selection(distinct="prompts")) == [x * 32 for x in "abcd"]
    assert sql_ids(store, ExportPlan(picks=(Selection(distinct="words"),))) == [
        x * 32 for x in "acd"
    ]
    store.close()


def test_what_several_pick_is_there_once(tiny_store):
    both = Selection(Filters(model=("gpt-4",))), Selection(Filters(has_code=True))
    assert ids_of(tiny_store, *both) == ["a" * 32, "b" * 32]
    english = Filters(language=("Hebrew", "English"))
    pick = Selection(Filters(model=("claude-1",)))
    assert ids_of(tiny_store, pick, filters=english) == ["d" * 32]


def sql_ids(store, plan):
    """The ids that the SQL to copy gives, in a DuckDB of its own."""
    statement = selection_sql(plan)
    connection, _ = open_connection(store.version, Settings())
    if "found_by_text" in statement:
        ranks = store.run("slice_members", Filters(text=plan.filters.text))
        connection.register("found_by_text", ranks)
    ids = [row[0] for row in connection.execute(statement).fetchall()]
    connection.close()
    return ids


samples = st.builds(
    Sample,
    rows=st.integers(1, 30),
    per=st.sampled_from((None, "model", "language", "category")),
    order=st.sampled_from(("shuffled", "score", "user_score")),
    seed=st.integers(0, 3),
)
picks = st.builds(
    Selection,
    filters=slices,
    min_prompt_chars=st.none() | st.integers(0, 40),
    max_prompt_chars=st.none() | st.integers(40, 400),
    distinct=st.sampled_from((None, "prompts", "words")),
    sample=st.none() | samples,
)
plans = st.builds(
    ExportPlan, filters=slices, picks=st.lists(picks, min_size=1, max_size=2).map(tuple)
)


@given(plan=plans)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_sql_to_copy_gives_the_same(sample_store, plan):
    assert sql_ids(sample_store, plan) == ids_of(sample_store, *plan.picks, filters=plan.filters)


def test_sql_to_copy_says_groups_and_texts(indexed_store):
    groups = ExportPlan(picks=(Selection(sample=Sample(2, per="model", groups=3, order="score")),))
    assert sql_ids(indexed_store, groups) == ids_of(indexed_store, *groups.picks)
    plan = ExportPlan(filters=Filters(text="python -java", flagged="none"))
    assert len(sql_ids(indexed_store, plan)) > 0
    assert sql_ids(indexed_store, plan) == ids_of(indexed_store, filters=plan.filters)


def test_python_to_copy_makes_the_same_export(sample_store, sample_folder, tmp_path):
    filters = Filters(model=("gpt-4", 'it\'s """\\'), flagged="none")
    plan = ExportPlan(filters=filters, picks=(Selection(sample=Sample(5)),), shape="ids")
    manifest = exported(sample_store, tmp_path / "a.parquet", **fields(plan))
    folder = tmp_path / "it's a store"
    shutil.copytree(sample_folder, folder)
    (tmp_path / "code.py").write_text(python_text(plan, tmp_path / "b.parquet", folder))
    subprocess.run([sys.executable, tmp_path / "code.py"], check=True, cwd=ROOT)
    again = json.loads((tmp_path / "b.parquet.manifest.json").read_text())
    assert again["ids_sha256"] == manifest["ids_sha256"]
    assert rows_of(tmp_path / "a.parquet") == rows_of(tmp_path / "b.parquet")


def fields(plan):
    names = ("filters", "picks", "shape", "format", "columns", "is_masked", "name")
    return {name: getattr(plan, name) for name in names}


@given(
    plan=st.builds(
        ExportPlan,
        filters=any_filters,
        picks=st.lists(picks, min_size=1, max_size=3).map(tuple),
        shape=st.sampled_from(("published", "chat", "ids")),
        format=st.sampled_from(("parquet", "jsonl", "csv", "hf")),
        columns=st.lists(st.text(max_size=3), max_size=2).map(tuple),
        is_masked=st.booleans(),
        name=st.none() | st.text(max_size=3),
    )
)
@settings(deadline=None)
def test_a_plan_is_what_its_values_say(plan):
    assert plan_from(json.loads(json.dumps(plan.values()))) == plan
    assert "\n" not in plan_words(ExportPlan(picks=(Selection(sample=Sample(3)),)))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"shape": "pickle"}, "shape of an export must be one of published, .*'pickle' is not"),
        (
            {"shape": ["published"]},
            r"shape of an export must be one of published, .*\['published'\] is not",
        ),
        ({"picks": []}, "needs at least one selection"),
        ({"picks": [{"sample": {"rows": 0}}]}, "must be a whole number from 1"),
        ({"picks": [{"sample": {"rows": True}}]}, "must be a whole number from 1"),
        ({"picks": [{"sample": {"rows": 1, "seed": "x"}}]}, "The seed must be"),
        (
            {"picks": [{"sample": {"rows": 1, "per": "user"}}]},
            "per of an export must be one of model",
        ),
        ({"picks": [{"sample": {"rows": 1, "groups": 2}}]}, "needs a sample per model"),
        ({"picks": [{"sample": {}}]}, "The export plan is malformed"),
        ({"picks": [{"min_prompt_chars": 5, "max_prompt_chars": 4}]}, "at least 5 and at most 4"),
        ({"picks": 7}, "The export plan is malformed"),
        ({"picks": [{"topic": 1}]}, "An export plan has no key 'topic'"),
        ({"filters": {"no_such": "x"}}, "There is no filter 'no_such'"),
        ({"where": "1=1"}, "An export plan has no key 'where'"),
    ],
)
def test_a_plan_that_cannot_be_is_one_sentence(values, sentence):
    with pytest.raises(UsageError, match=sentence) as refused:
        plan_from(values)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", PRESETS)
def test_a_ready_made_slice_is_what_its_sql_gives(sample_store, name):
    plan = ExportPlan(picks=PRESETS[name].picks(), name=name)
    ids = ids_of(sample_store, *plan.picks)
    assert sql_ids(sample_store, plan) == ids
    assert ids


def test_ready_made_slices_are_what_they_say(sample_store):
    ids = {name: ids_of(sample_store, *preset.picks()) for name, preset in PRESETS.items()}
    flagged = {i for i, c in SOURCE.items() if any(m.is_flagged for m in c.messages)}
    five = {"harassment", "hate", "self-harm", "sexual", "violence"}
    in_five = {i for i, c in SOURCE.items() if any(m.categories & five for m in c.messages)}
    # Fewer than 1,000 are flagged in each category, so all of them are in.
    assert set(ids["moderation-training"]) & flagged == in_five
    assert len(set(ids["moderation-training"]) - flagged) == 1_000
    attempts = {
        i for i, c in SOURCE.items() if any(m.role == "user" and m.is_flagged for m in c.messages)
    }
    by_model = Counter(SOURCE[i].row["model"] for i in ids["jailbreak-candidates"])
    assert set(ids["jailbreak-candidates"]) <= attempts
    assert len(by_model) == 10
    assert max(by_model.values()) == 5
    proprietary = {"gpt-4", "gpt-3.5-turbo", "claude-1", "claude-2", "claude-instant-1"}
    assert set(ids["instruction-high-quality"]) == {
        i for i in SOURCE if SOURCE[i].row["model"] in proprietary
    }
    assert all(32 <= len(first_prompt(SOURCE[i])) <= 1_536 for i in ids["clustering-prompts"])
