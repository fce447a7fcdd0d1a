"""Queries by name: grain, parameters, and the SQL behind them."""

import re

import duckdb
import pytest

from queries.breakdowns.comparison import MIXES
from queries.breakdowns.registry import (
    breakdown_names,
    breakdowns,
    grain,
    parameters,
    run_breakdown,
    sql_files,
    statements,
)
from queries.errors import UsageError
from queries.filters import Filters
from queries.store.layout import StorePath
from queries.store.sql_files import is_grouped, parameter_names, query_names
from tests.support.query_arguments import ARGUMENTS

FILTERS = Filters(model=("vicuna-13b", "it's none"), min_turns=1)


def test_every_function_and_every_sql_file_is_a_query():
    assert breakdown_names() == sorted({*breakdowns(), *query_names()})
    assert {"models", "attempts", "shifts", "slice_size", "messages"} <= set(breakdown_names())


@pytest.mark.parametrize("name", breakdown_names())
def test_every_query_has_a_grain(name):
    assert re.fullmatch(r"[A-Z][^\n]+[^\s]", grain(name))
    if name not in breakdowns():
        assert grain(name).startswith("One row")


@pytest.mark.parametrize("name", breakdowns())
def test_a_breakdown_declares_the_sql_files_that_it_runs(tiny_store, monkeypatch, name):
    run, files = type(tiny_store).run, []

    def record(store, file, *args, **options):
        files.append(file)
        return run(store, file, *args, **options)

    monkeypatch.setattr(type(tiny_store), "run", record)
    of_mixes = [{**ARGUMENTS[name], "of": mix} for mix in MIXES] if name == "shifts" else []
    for arguments in of_mixes or [ARGUMENTS.get(name, {})]:
        run_breakdown(tiny_store, name, FILTERS, arguments)
    assert len(set(sql_files(name))) == len(sql_files(name))
    # The totals that a share is of are not what a query is about.
    assert set(files) - {"slice_size"} == set(sql_files(name)) - {"slice_size"}


def test_the_grain_is_declared_in_one_place():
    for name, registered in breakdowns().items():
        assert (registered.grain is None) == (name in query_names())


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("model_mix", ["model_mix"]),
        ("models", ["group_measures", "group_lengths", "group_prompts", "model_languages"]),
        ("role_categories", ["role_categories", "role_totals"]),
        ("attempts", ["group_measures"]),
        (
            "shifts",
            ["model_mix", "language_mix", "topic_mix", "category_counts", "turn_histogram"],
        ),
        ("threshold_verdicts", ["threshold_confusion", "threshold_totals"]),
        ("distinctive_words", ["sampled_openings"]),
        ("slice_size", ["slice_size"]),
    ],
)
def test_sql_files_are_in_the_declared_order(name, files):
    assert list(sql_files(name)) == files


def groups(name):
    return "model" if any(map(is_grouped, sql_files(name))) else None


@pytest.mark.parametrize("name", breakdown_names())
def test_copyable_statements_run_in_plain_duckdb(tiny_folder, tiny_store, name):
    version = StorePath(tiny_folder).current()
    with duckdb.connect() as plain:
        for table in ("conversations", "messages"):
            plain.execute(f"create view {table} as from '{version.table(table)}/*.parquet'")
        for file, text in zip(
            sql_files(name), statements(name, FILTERS, by=groups(name)), strict=True
        ):
            if parameter_names(file):
                continue
            by = {"languages": "language"}.get(name, "model") if is_grouped(file) else None
            wanted = tiny_store.run(file, FILTERS, by=by)
            assert plain.execute(text).df().astype(str).equals(wanted.astype(str))


@pytest.mark.parametrize("name", breakdown_names())
def test_every_query_runs_over_a_slice_and_over_an_empty_one(tiny_store, name):
    nothing = Filters(model=("none",))
    for filters in (FILTERS, nothing):
        rows = run_breakdown(tiny_store, name, filters, ARGUMENTS.get(name, {}))
        assert len(rows.columns)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("models", {"by": "model"}, "The query models takes no parameters; got by."),
        (
            "standard_rates",
            {"by": "model"},
            "The query standard_rates takes the parameters by, measure; got by.",
        ),
        ("comparison", {}, "The query comparison takes the parameters against; got none."),
        (
            "shifts",
            {"against": "rest", "off": "model"},
            "The query shifts takes the parameters against, of; got against, off.",
        ),
        (
            "slice_size",
            {"x": 1},
            "The query slice_size takes no parameters; got x.",
        ),
        ("group_measures", {}, "The query group_measures is by model or language: say which."),
        (
            "group_measures",
            {"by": "maker"},
            "The query group_measures is by model or language: say which.",
        ),
    ],
)
def test_wrong_parameters_give_an_error_with_the_right_ones(tiny_store, name, given, sentence):
    with pytest.raises(UsageError) as error:
        run_breakdown(tiny_store, name, Filters(), given)
    assert str(error.value) == sentence


def test_an_unknown_query_or_grouping_gives_an_error_with_the_known_ones(tiny_store):
    for ask in (
        lambda: run_breakdown(tiny_store, "nonsense", Filters(), {}),
        lambda: statements("nonsense", Filters()),
    ):
        with pytest.raises(
            UsageError, match=r"no query 'nonsense'\. The queries are all_differences, a"
        ):
            ask()
    with pytest.raises(UsageError, match="say which"):
        statements("group_measures", Filters())


def test_parameters_are_those_besides_store_and_filters():
    assert list(parameters("threshold_verdicts")) == ["unit", "role", "thresholds"]
    assert list(parameters("models")) == []
    assert parameters("repeated_prompts")["row_limit"].default == 25
