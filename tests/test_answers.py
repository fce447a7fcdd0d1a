"""What can be asked by name: its grain, its parameters, and the SQL behind it."""

import re

import duckdb
import pytest

from queries.answers import (
    ANSWERS,
    answer,
    answer_names,
    grain,
    parameters,
    sources,
    statements,
)
from queries.errors import UsageError
from queries.filters import Filters
from queries.layout import StorePath
from queries.schema import CATEGORIES, level_column
from queries.statements import is_grouped, parameter_names, query_names

FILTERS = Filters(model=("vicuna-13b", "it's none"), min_turns=1)
LEVELS = {"role": "any", **{level_column(category): 58 for category in CATEGORIES}}
GIVEN = {
    "threshold_counts": LEVELS,
    "standard_rates": {"by": "language", "measure": "flagged"},
    "score_levels": {"category": "hate"},
    "threshold_verdicts": {"unit": "conversations", "thresholds": "hate=0.5"},
    "comparison": {"against": "rest"},
    "shifts": {"against": "model=gpt-4", "of": "turns"},
    "overlap": {"against": "rest"},
    "telling_words": {"against": "rest"},
    "group_measures": {"by": "model"},
    "group_prompts": {"by": "language"},
    "group_lengths": {"by": "model", "role": "user"},
    "conversation": {"conversation_id": "a" * 32},
    "messages": {"conversation_id": "a" * 32},
    "random_conversation": {"seed": "1"},
    "slice_rows": {
        "sort": "model",
        "is_descending": False,
        "seed": "0",
        "row_limit": 2,
        "row_offset": 0,
    },
    "place_in_slice": {
        "conversation_id": "a" * 32,
        "sort": "model",
        "is_descending": False,
        "seed": "0",
    },
    "found_conversations": {"id_ranks": "0,2"},
    "sampled_openings": {"row_limit": 2, "seed": "1"},
}


def test_every_function_and_every_file_can_be_asked_for():
    assert answer_names() == sorted({*ANSWERS, *query_names()})
    assert {"models", "attempts", "shifts", "slice_size", "messages"} <= set(answer_names())


@pytest.mark.parametrize("name", answer_names())
def test_it_says_what_a_row_is(name):
    assert re.fullmatch(r"[A-Z][^\n]+[^\s]", grain(name))
    if name not in ANSWERS:
        assert grain(name).startswith("One row")


@pytest.mark.parametrize("name", ANSWERS)
def test_the_files_it_is_made_of_are_there(name):
    found = sources(name)
    assert found
    assert set(found) <= set(query_names())
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("model_mix", ["model_mix"]),
        ("models", ["group_measures", "group_lengths", "group_prompts", "model_languages"]),
        ("role_categories", ["role_categories", "role_messages"]),
        ("attempts", ["group_measures"]),
        ("shifts", ["model_mix", "language_mix", "category_counts", "turn_histogram"]),
        ("threshold_verdicts", ["threshold_counts", "role_messages"]),
        ("telling_words", ["sampled_openings"]),
        ("slice_size", ["slice_size"]),
    ],
)
def test_sources_are_in_the_order_they_are_named(name, files):
    assert list(sources(name)) == files


def groups(name):
    return "model" if any(map(is_grouped, sources(name))) else None


@pytest.mark.parametrize("name", answer_names())
def test_its_statements_run_in_plain_duckdb(tiny_folder, tiny_store, name):
    version = StorePath(tiny_folder).current()
    with duckdb.connect() as plain:
        for table in ("conversations", "messages"):
            plain.execute(f"create view {table} as from '{version.table(table)}/*.parquet'")
        for file, text in zip(
            sources(name), statements(name, FILTERS, by=groups(name)), strict=True
        ):
            if parameter_names(file):
                continue
            by = {"languages": "language"}.get(name, "model") if is_grouped(file) else None
            wanted = tiny_store.run(file, FILTERS, by=by)
            assert plain.execute(text).df().astype(str).equals(wanted.astype(str))


@pytest.mark.parametrize("name", answer_names())
def test_it_answers_for_a_slice_and_for_none(tiny_store, name):
    nothing = Filters(model=("none",))
    for filters in (FILTERS, nothing):
        found = answer(tiny_store, name, filters, GIVEN.get(name, {}))
        assert len(found.columns)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("models", {"by": "model"}, "The query models takes no parameters; given were by."),
        (
            "standard_rates",
            {"by": "model"},
            "The query standard_rates takes the parameters by, measure; given were by.",
        ),
        ("comparison", {}, "The query comparison takes the parameters against; given were none."),
        (
            "shifts",
            {"against": "rest", "off": "model"},
            "The query shifts takes the parameters against, of; given were against, off.",
        ),
        (
            "slice_size",
            {"x": 1},
            "The query slice_size takes no parameters; given were x.",
        ),
        ("group_measures", {}, "The query group_measures is by model or language: say which."),
        (
            "group_measures",
            {"by": "maker"},
            "The query group_measures is by model or language: say which.",
        ),
    ],
)
def test_wrong_parameters_are_refused_with_the_names_of_the_right_ones(
    tiny_store, name, given, sentence
):
    with pytest.raises(UsageError) as error:
        answer(tiny_store, name, Filters(), given)
    assert str(error.value) == sentence


def test_what_cannot_be_asked_is_refused_with_what_can(tiny_store):
    for ask in (
        lambda: answer(tiny_store, "nonsense", Filters(), {}),
        lambda: statements("nonsense", Filters()),
    ):
        with pytest.raises(UsageError, match=r"no query 'nonsense'\. The queries are attempts, ca"):
            ask()
    with pytest.raises(UsageError, match="say which"):
        statements("group_measures", Filters())


def test_parameters_are_those_besides_store_and_filters():
    assert list(parameters("threshold_verdicts")) == ["unit", "role", "thresholds"]
    assert list(parameters("models")) == []
    assert parameters("repeated_prompts")["row_limit"].default == 25
