"""Every file of queries/sql runs, says what it returns, and runs unchanged outside."""

import re
from itertools import takewhile

import duckdb
import pytest

from queries.filters import Filters
from queries.layout import StorePath
from queries.schema import CATEGORIES, level_column
from queries.statements import (
    is_grouped,
    parameter_names,
    query_names,
    query_text,
    readable_statement,
)

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
    "place_in_slice": {
        "conversation_id": "a" * 32,
        "sort": "shuffled",
        "is_descending": False,
        "seed": "7",
    },
    "group_lengths": {"role": "user"},
    "turn_lengths": {"role": "assistant", "turn_limit": 5},
    "score_levels": {"category": "hate"},
    "repeated_prompts": {"row_limit": 3},
    "found_conversations": {"id_ranks": "0,2"},
    "sampled_openings": {"row_limit": 3, "seed": "1"},
    "threshold_counts": THRESHOLDS,
}
TYPES = r"varchar|varchar\[\]|bigint|integer|double|boolean"
ONE_ROW_OF_NOTHING = ("slice_size", "filter_counts", "slice_measures")


def by(name: str) -> str | None:
    return "model" if is_grouped(name) else None


def header(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The first line of a file, and the columns that the lines after it name."""
    comments = takewhile(lambda line: line.startswith("--"), query_text(name).splitlines())
    first, *others = [line.removeprefix("-- ") for line in comments]
    columns = [re.fullmatch(rf"(\w+) +({TYPES}) +\S.*", line) for line in others]
    return first, [(m[1], m[2]) for m in columns if m]


@pytest.mark.parametrize("name", query_names())
def test_the_header_names_grain_and_columns(tiny_store, name):
    grain, columns = header(name)
    assert re.match(r"One row(:| per) ", grain), f"{name}.sql does not begin with its grain"
    assert columns == tiny_store.describe(name)


@pytest.mark.parametrize("name", query_names())
def test_an_empty_slice_gives_no_rows_and_no_error(tiny_store, name):
    rows = tiny_store.run(name, NOTHING, params=PARAMS.get(name, {}), by=by(name))
    assert len(rows) == (1 if name in ONE_ROW_OF_NOTHING else 0)


@pytest.mark.parametrize("name", query_names())
def test_a_file_runs_in_plain_duckdb_after_one_view(tiny_folder, tiny_store, name):
    version = StorePath(tiny_folder).current()
    with duckdb.connect() as plain:
        for table in ("conversations", "messages"):
            plain.execute(f"create view {table} as from '{version.table(table)}/*.parquet'")
        columns = "*, model as group_name" if is_grouped(name) else "*"
        plain.execute(f"create view slice as select {columns} from conversations")
        plain.execute(f"create view slice_messages as select {columns} from messages")
        params = PARAMS.get(name, {})
        rows = plain.execute(query_text(name), params).df()
    wanted = tiny_store.run(name, Filters(), params=params, by=by(name))
    assert rows.astype(str).equals(wanted.astype(str))


@pytest.mark.parametrize("name", query_names())
def test_a_file_keeps_to_the_house_style(name):
    text = query_text(name)
    code = re.sub(r"--.*|'[^']*'", "", text)
    assert ";" not in code
    assert code == code.lower()
    assert not re.search(r"select\s+\*", code)
    assert max(map(len, text.splitlines())) <= 100
    if len(re.findall(r"\bfrom\b", code)) and "slice" not in code:
        assert "Reads `messages`" in text


def test_parameters_are_found_in_code_and_not_in_comments():
    names = ("is_descending", "row_limit", "row_offset", "seed", "sort")
    assert parameter_names("slice_rows") == names
    assert parameter_names("slice_size") == ()


def test_the_sql_that_is_shown_gives_the_figures_that_are_shown(tiny_folder, tiny_store):
    filters = Filters(model=("vicuna-13b", "it's not a model"), flagged="none", min_turns=1)
    version = StorePath(tiny_folder).current()
    with duckdb.connect() as plain:
        plain.execute(
            f"create view conversations as from '{version.table('conversations')}/*.parquet'"
        )
        rows = plain.execute(readable_statement("model_mix", filters)).df()
    assert rows["conversation_count"].tolist() == [3]
    assert rows.equals(tiny_store.run("model_mix", filters))
