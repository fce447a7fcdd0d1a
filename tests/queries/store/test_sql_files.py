"""Every file of queries/sql runs, in the product and in plain DuckDB, and describes its columns."""

import re
import shutil
from itertools import takewhile

import duckdb
import pytest

from queries.errors import UsageError
from queries.filters import Filters
from queries.open_store import open_store
from queries.removal.remove import remove
from queries.schema import CATEGORIES, column_suffix, level_column
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.sql_files import (
    copyable_statement,
    is_grouped,
    parameter_names,
    query_names,
    query_text,
    reads_messages,
    slice_statement,
)
from tests.support.paths import ROOT

RELATIONS = ROOT / "queries" / "sql" / "relations.sql"
NOTHING = Filters(model=("no such model",))

THRESHOLDS = {"role": "any", **{level_column(c): 58 for c in CATEGORIES}}
PARAMS = {
    "conversation": {"conversation_id": "a" * 32},
    "messages": {"conversation_id": "no such conversation"},
    "random_conversation": {"seed": "1"},
    "slice_rows": {
        "sort": "model",
        "is_descending": True,
        "seed": "0",
        "row_limit": 5,
        "row_offset": 0,
    },
    "rank_in_slice": {
        "conversation_id": "a" * 32,
        "sort": "shuffled",
        "is_descending": False,
        "seed": "7",
    },
    "group_lengths": {"role": "user"},
    "turn_lengths": {"role": "assistant", "turn_limit": 5},
    "score_histogram": {"category": "hate"},
    "repeated_prompts": {"row_limit": 3},
    "search_hits": {"id_ranks": "0,2"},
    "sampled_openings": {"row_limit": 3, "seed": "1"},
    "map_values": {"colour_by": "score"},
    "threshold_confusion": THRESHOLDS,
    "threshold_totals": {"role": "any"},
}
TYPES = r"varchar|varchar\[\]|bigint|integer|double|boolean"
ONE_ROW_OF_NOTHING = (
    "slice_size",
    "filter_counts",
    "slice_measures",
    "threshold_totals",
    "map_size",
    "repeated_first_prompts",
)


def by(name: str) -> str | None:
    return "model" if is_grouped(name) else None


def described(store, name):
    """The columns that a query returns: name and DuckDB type, `varchar` for an enum."""
    messages = "from message_facts" if reads_messages(name) else None
    statement = slice_statement(name, "true", by=by(name), messages=messages)
    values = dict.fromkeys(parameter_names(name)) | PARAMS.get(name, {})
    with store.relations.cursor() as cursor:
        rows = cursor.execute(f"describe {statement}", values).fetchall()
    return [
        (column, "varchar" if type_.startswith("ENUM") else type_.lower())
        for column, type_, *_ in rows
    ]


def code(text: str) -> str:
    """The SQL without its comments."""
    return re.sub(r"--.*", "", text)


def header(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The first line of a file, and the columns that its next lines describe."""
    comments = takewhile(lambda line: line.startswith("--"), query_text(name).splitlines())
    first, *others = [line.removeprefix("-- ") for line in comments]
    columns = [re.fullmatch(rf"(\w+) +({TYPES}) +\S.*", line) for line in others]
    return first, [(m[1], m[2]) for m in columns if m]


@pytest.mark.parametrize("name", query_names())
def test_the_header_names_grain_and_columns(tiny_store, name):
    grain, columns = header(name)
    assert re.match(r"One row(:| per) ", grain), f"{name}.sql does not begin with its grain"
    assert columns == described(tiny_store, name)


@pytest.mark.parametrize("name", query_names())
def test_an_empty_slice_gives_no_rows_and_no_error(tiny_store, name):
    rows = tiny_store.run(name, NOTHING, params=PARAMS.get(name, {}), by=by(name))
    assert len(rows) == (1 if name in ONE_ROW_OF_NOTHING else 0)


def analyst(folder, monkeypatch):
    """A bare connection that has run relations.sql in the folder of the live version."""
    monkeypatch.chdir(StorePath(folder).current().path)
    plain = duckdb.connect()
    plain.execute(RELATIONS.read_text())
    return plain


@pytest.fixture(scope="module")
def thinned_folder(tmp_path_factory, tiny_folder):
    """The store of the twelve, with the first of a prompt group and another one removed."""
    folder = tmp_path_factory.mktemp("thinned") / "store"
    shutil.copytree(tiny_folder, folder, ignore=shutil.ignore_patterns("state"))
    remove(StorePath(folder), ["a" * 32, "e" * 32], "for a test", "tester")
    return folder


@pytest.mark.parametrize("name", query_names())
def test_a_file_runs_in_plain_duckdb_after_relations_sql(
    tiny_folder, thinned_folder, monkeypatch, name
):
    for folder in (tiny_folder, thinned_folder):
        store = open_store(folder, Settings())
        params = PARAMS.get(name, {})
        expected = store.run(name, Filters(), params=params, by=by(name))
        with analyst(folder, monkeypatch) as plain:
            rows = plain.execute(query_text(name), params).df()
        assert rows.astype(str).equals(expected.astype(str))
        store.close()


def test_relations_sql_names_the_categories_once_and_in_the_published_order(
    tiny_folder, monkeypatch
):
    with analyst(tiny_folder, monkeypatch) as plain:
        rows = plain.execute("from categories() order by bit").fetchall()
        assert rows == [(name, bit) for bit, name in enumerate(CATEGORIES)]
        flagged = "select flagged_categories(5::usmallint), flagged_categories(0::usmallint)"
        assert plain.execute(flagged).fetchone() == (["harassment", "hate"], [])
    for name in query_names():
        assert not re.search("'(hate|sexual|violence)", code(query_text(name)))


def test_the_categories_of_a_message_are_those_of_its_verdict(tiny_store):
    flags = ", ".join(f"is_flagged_{column_suffix(category)}" for category in CATEGORIES)
    with tiny_store.relations.cursor() as cursor:
        rows = cursor.execute(
            f"select flagged_categories(flag_bits), [{flags}] from messages"
        ).fetchall()
    assert any(names for names, _ in rows)
    for names, verdicts in rows:
        assert names == [c for c, verdict in zip(CATEGORIES, verdicts, strict=True) if verdict]


def test_only_queries_can_be_run(tiny_store):
    assert "relations" not in query_names()
    with pytest.raises(UsageError, match="There is no query 'relations'"):
        tiny_store.run("relations", Filters())


@pytest.mark.parametrize("name", query_names())
def test_a_file_keeps_to_the_house_style(name):
    text = query_text(name)
    unquoted = re.sub(r"'[^']*'", "", code(text))
    assert ";" not in unquoted
    assert unquoted == unquoted.lower()
    assert not re.search(r"select\s+\*", unquoted)
    assert max(map(len, text.splitlines())) <= 100
    if len(re.findall(r"\bfrom\b", unquoted)) and "slice" not in unquoted:
        assert "Reads `messages`" in text


def test_parameters_are_found_in_code_and_not_in_comments():
    names = ("is_descending", "row_limit", "row_offset", "seed", "sort")
    assert parameter_names("slice_rows") == names
    assert parameter_names("slice_size") == ()


def test_a_copyable_statement_gives_the_figures_of_the_dashboard(tiny_folder, tiny_store):
    filters = Filters(model=("vicuna-13b", "it's not a model"), flagged="none", min_turns=1)
    version = StorePath(tiny_folder).current()
    with duckdb.connect() as plain:
        plain.execute(
            f"create view conversations as from '{version.table('conversations')}/*.parquet'"
        )
        rows = plain.execute(copyable_statement("model_mix", filters)).df()
    assert rows["conversation_count"].tolist() == [3]
    assert rows.equals(tiny_store.run("model_mix", filters))
