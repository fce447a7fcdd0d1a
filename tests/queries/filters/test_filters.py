"""Filters mean the same in SQL, URLs, the command line and manifests."""

import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.breakdowns.facets import facets
from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.arguments import filter_arguments
from queries.filters.compile import duckdb_where, literal_where, quote
from queries.filters.describe import describe
from queries.filters.filters import FIELD_NAMES
from queries.filters.min_score import MinScore
from queries.filters.parsing import filters_from_dict, filters_from_pairs, parse_value
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.open_store import open_store
from queries.settings import Settings
from queries.store.store import Store
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.slices import ids_in_slice
from tests.support.stores import prepare_store
from tests.support.strategies import any_filters, slices


def letters(store: Store, **fields: object) -> str:
    return "".join(sorted(id_[0] for id_ in ids_in_slice(store, Filters(**fields))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "01234abcdefg"),
        ({"model": ("gpt-4",)}, "ab"),
        ({"model": ("gpt-4", "claude-1")}, "abcd"),
        ({"language": ("Hebrew", "it's not a language")}, "d"),
        ({"language": (NONE_GIVEN,)}, "c"),
        ({"language": (NONE_GIVEN, "Hebrew")}, "cd"),
        ({"language": (ANY_GIVEN,)}, "01234abdefg"),
        ({"language": (ANY_GIVEN, "Hebrew")}, "01234abdefg"),
        ({"language": (ANY_GIVEN, NONE_GIVEN)}, "01234abcdefg"),
        ({"model": (NONE_GIVEN,)}, ""),
        ({"model": ("",)}, ""),
        ({"min_turns": 2}, "0e"),
        ({"max_turns": 2}, "1234abcdefg"),
        ({"min_turns": 3, "max_turns": 3}, "0"),
        ({"flagged": "any"}, "14e"),
        ({"flagged": "none"}, "023abcdfg"),
        ({"flagged": "user"}, "1e"),
        ({"flagged": "assistant"}, "4e"),
        ({"category": ("hate",)}, "e"),
        ({"category": ("violence", "sexual/minors")}, "14"),
        ({"min_score": (MinScore("harassment", 0.8),)}, "e"),
        ({"min_score": (MinScore("harassment", 0.8, "assistant"),)}, ""),
        ({"min_score": (MinScore("harassment", 0.7, "assistant"),)}, "e"),
        ({"min_score": (MinScore("violence", 0.01),)}, "01234abcdefg"),
        ({"redacted": True}, "f"),
        ({"redacted": False}, "01234abcdeg"),
        ({"has_code": True}, "b"),
        ({"unique_prompts": True}, "01234abcde"),
        ({"unique_prompts": True, "model": ("vicuna-13b",)}, "01e"),
        ({"model": ("vicuna-13b",), "flagged": "none", "min_turns": 1}, "0fg"),
    ],
)
def test_filters_keep_the_expected_conversations(tiny_store, fields, expected):
    assert letters(tiny_store, **fields) == expected


def test_a_name_that_is_spelled_like_a_missing_one_is_one(tmp_path):
    names = {"a": None, "b": "(none given)", "c": "", "d": "null", "e": "English"}
    rows = [tiny_dataset.row(letter, name, name, "hi") for letter, name in names.items()]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    for column in ("model", "language"):
        assert letters(store, **{column: (NONE_GIVEN,)}) == "ab"
        assert letters(store, **{column: (ANY_GIVEN,)}) == "cde"
        assert letters(store, **{column: ("",)}) == "c"
        assert letters(store, **{column: ("null",)}) == "d"
        counts = facets(lambda query, filters: query(store, filters), Filters())[column]
        assert counts[NONE_GIVEN] == 2
        assert counts[ANY_GIVEN] == 3
    store.close()


def test_a_missing_name_is_kept_and_left_out_by_the_command_line(tiny_store, capsys):
    folder = str(tiny_store.path.path)
    for option, expected in ((NONE_GIVEN, "c"), (ANY_GIVEN, "01234abdefg")):
        printed = command_output(
            capsys, "list", "--store", folder, "--language", option, "--format", "json"
        )
        assert "".join(sorted(r["conversation_id"][0] for r in json.loads(printed))) == expected


def test_a_null_passes_no_clause(tiny_store):
    assert "c" not in letters(tiny_store, language=("English", "Hebrew", "Portuguese"))


@given(slices)
@settings(max_examples=60, deadline=None)
def test_any_and_none_partition_every_slice(sample_store, filters):
    whole = _replaced(filters, flagged=None)
    flagged = ids_in_slice(sample_store, _replaced(filters, flagged="any"))
    clean = ids_in_slice(sample_store, _replaced(filters, flagged="none"))
    assert flagged | clean == ids_in_slice(sample_store, whole)
    assert not flagged & clean


@given(slices, st.sampled_from(FIELD_NAMES))
@settings(max_examples=80, deadline=None)
def test_removing_a_filter_never_loses_rows(sample_store, filters, name):
    wider = _replaced(filters, **{name: getattr(Filters(), name)})
    assert ids_in_slice(sample_store, filters) <= ids_in_slice(sample_store, wider)


@given(slices, st.integers(0, 3), st.sampled_from(["model", "language", "category"]))
@settings(max_examples=60, deadline=None)
def test_widening_a_filter_never_loses_rows(sample_store, filters, more, name):
    widened = {
        "max_turns": None if filters.max_turns is None else filters.max_turns + more,
        "min_turns": None if filters.min_turns is None else max(filters.min_turns - more, 0),
        "min_score": tuple(
            MinScore(m.category, m.score / (1 + more), m.role) for m in filters.min_score
        ),
    }
    if getattr(filters, name):
        widened[name] = (*getattr(filters, name), "English", "gpt-4")
    assert ids_in_slice(sample_store, filters) <= ids_in_slice(
        sample_store, _replaced(filters, **widened)
    )


@given(any_filters)
def test_filters_survive_a_url_unchanged(filters):
    assert filters_from_pairs(filters.pairs()) == filters


@given(any_filters)
def test_filters_survive_a_manifest_unchanged(filters):
    assert filters_from_dict(json.loads(json.dumps(filters.values()))) == filters


@given(any_filters)
@settings(deadline=None)
def test_filters_survive_a_command_line_unchanged(filters):
    from queries.cli.query import query

    # What follows an option is its value, even when it begins with a dash.
    context = query.make_context("query", ["slice_size", *filter_arguments(filters)])
    options = {name: context.params[name] for name in FIELD_NAMES}
    from queries.cli.options import _filters_from_options

    assert _filters_from_options(options) == filters


@given(any_filters)
def test_equivalent_filters_are_equal(filters):
    values = {name: getattr(filters, name) for name in FIELD_NAMES}
    lists = {name: value[::-1] * 2 for name, value in values.items() if isinstance(value, tuple)}
    again = Filters(**values | lists)
    assert again == filters
    assert hash(again) == hash(filters)


@given(st.text())
def test_quoted_text_reads_back_unchanged(text):
    assert duckdb.execute(f"select {quote(text)}").fetchone() == (text,)


@given(st.floats(0, 1))
def test_quoted_numbers_read_back_unchanged(number):
    assert duckdb.execute(f"select {quote(number)}::double").fetchone() == (number,)


def test_a_value_without_a_literal_is_refused():
    with pytest.raises(TypeError, match="cannot write bytes"):
        quote(b"x")  # type: ignore[arg-type]


@given(slices)
@settings(max_examples=60, deadline=None)
def test_literals_and_placeholders_keep_the_same(sample_store, filters):
    with sample_store.relations.cursor() as cursor:
        condition = literal_where(filters.clauses())
        rows = cursor.execute(f"select conversation_id from conversations where {condition}")
        assert {id_ for (id_,) in rows.fetchall()} == ids_in_slice(sample_store, filters)


def test_no_filter_compiles_to_true():
    assert duckdb_where(Filters().clauses()) == ("true", {})


def test_values_are_bound_and_never_interpolated():
    condition, bound = duckdb_where(Filters(model=("x'; drop table y",)).clauses())
    assert condition == "model in ($filter_0)"
    assert bound == {"filter_0": "x'; drop table y"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("modle", "gpt-4", "There is no filter 'modle'. The filters are model, language"),
        ("min_turns", "three", "The filter min_turns takes a whole number"),
        ("min_turns", "-1", "The filter min_turns takes a whole number"),
        ("min_turns", "9" * 30, "The filter min_turns takes a whole number"),
        ("min_turns", "٣", "The filter min_turns takes a whole number"),
        ("flagged", "yes", "The filter flagged takes one of any, none, unknown, user, assistant"),
        ("category", "hats", "The filter category takes one of harassment"),
        ("min_score", "violence", "Write CATEGORY=SCORE"),
        ("min_score", "violence=2", "a score from 0 to 1"),
        ("min_score", "violence=nan", "a score from 0 to 1"),
        ("min_score", "hats=0.5", "The filter min_score takes one of harassment"),
        ("min_score", "system:hate=0.5", "The filter min_score takes one of any, user, assistant"),
        ("redacted", "maybe", "The filter redacted takes one of true, false"),
    ],
)
def test_an_invalid_filter_is_refused_with_the_valid_values(name, text, message):
    with pytest.raises(FilterError, match=message):
        parse_value(name, text)


def test_a_single_value_given_twice_is_refused():
    with pytest.raises(FilterError, match="min_turns is given twice"):
        filters_from_pairs([("min_turns", "1"), ("min_turns", "2")])


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(), "all conversations"),
        (
            Filters(model=("gpt-4", "claude-1"), min_turns=3, flagged="any"),
            "claude-1 or gpt-4; at least 3 turns; flagged",
        ),
        (Filters(model=(ANY_GIVEN,)), "model given"),
        (Filters(language=("English", NONE_GIVEN)), "no language given or English"),
        (Filters(max_turns=1, flagged="none"), "at most 1 turn; no message flagged"),
        (
            Filters(min_score=(MinScore("hate", 0.5), MinScore("violence", 0.25, "user"))),
            "hate score of at least 0.5 and user violence score of at least 0.25",
        ),
        (
            Filters(redacted=False, has_code=True, unique_prompts=True, category=("hate",)),
            "flagged as hate; not redacted; with code; one for each first prompt",
        ),
    ],
)
def test_a_slice_is_described_in_words(filters, words):
    assert describe(filters) == words


def _replaced(filters: Filters, **changes: object) -> Filters:
    values = {name: getattr(filters, name) for name in FIELD_NAMES}
    return Filters(**{**values, **changes})  # type: ignore[arg-type]
