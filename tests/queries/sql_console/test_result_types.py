"""Values of every type of DuckDB arrive as they are: in tables, JSON, CSV and parquet."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from queries.serialisation.duckdb_values import texts
from queries.sql_console.console import SqlRequest
from queries.sql_console.errors import SqlFailedError, SqlRefusedError
from queries.sql_console.result_types import distinct_names
from queries.sql_console.worker_client import Limits
from tests.support.command_line import command_output
from tests.support.duckdb_types import EVERY_VALUE, NUMBERS, VALUES, duckdb_texts, parquet_texts

NESTED = ", ".join(
    f"[{sql}, null] as \"l_{name}\", {{'k': {sql}, 'n': null}} as \"s_{name}\", "
    f'map([1], [{sql}]) as "m_{name}"'
    for name, sql in VALUES.items()
)


@pytest.fixture(scope="module")
def every_value(console, tiny_store):
    return console.run(tiny_store, SqlRequest(EVERY_VALUE)).rows


def command(capsys, folder, sql, format_):
    return command_output(capsys, "sql", sql, "--store", folder, "--format", format_)


def test_texts_are_those_of_duckdb(every_value):
    displayed = {name: texts(every_value[name])[0] for name in every_value.column_names}
    assert displayed == duckdb_texts()


def test_json_has_numbers_with_all_digits_and_texts(capsys, tiny_folder):
    printed = command(capsys, tiny_folder, EVERY_VALUE, "json")
    (row,) = json.loads(printed, parse_int=str, parse_float=str)
    expected = duckdb_texts() | {"boolean": True, "nan": "NaN", "infinity": "-Infinity"}
    assert row == expected
    (row,) = json.loads(printed)
    assert [name for name, value in row.items() if type(value) in (int, float)] == [*NUMBERS]


def test_csv_has_the_same_texts(capsys, tiny_folder):
    printed = command(capsys, tiny_folder, EVERY_VALUE, "csv")
    (row,) = csv.DictReader(io.StringIO(printed, newline=""))
    assert row == {name: text or "" for name, text in duckdb_texts().items()}
    assert ',"",' in printed  # An empty text; a missing value has no quotes.
    assert printed.splitlines()[-1].endswith(",")


def test_the_table_has_the_same_texts(capsys, tiny_folder):
    lines = command(capsys, tiny_folder, EVERY_VALUE, "table").splitlines()
    displayed = dict(line.split(maxsplit=1) for line in lines if len(line.split()) > 1)
    for name, text in duckdb_texts().items():
        if text and text.isprintable():
            assert displayed[name] == text


def test_parquet_keeps_types_and_values(capsys, own_folder, tmp_path):
    out = tmp_path / "rows.parquet"
    command_output(capsys, "sql", EVERY_VALUE, "--store", own_folder, "--out", out)
    assert parquet_texts(str(out)) == duckdb_texts()
    types = {field.name: str(field.type) for field in pq.read_schema(out)}
    assert types["sum"] == "decimal128(38, 0)"
    assert types["date"] == "date32[day]"
    assert types["blob"] == "binary"


def test_values_inside_of_others(capsys, own_folder, tmp_path):
    (row,) = json.loads(
        command(capsys, own_folder, f"select {NESTED}", "json"), parse_int=str, parse_float=str
    )
    expected = duckdb_texts() | {"boolean": True, "nan": "NaN", "infinity": "-Infinity"}
    for name, value in expected.items():
        assert row[f"l_{name}"] == [value, None]
        assert row[f"s_{name}"] == {"k": value, "n": None}
        assert row[f"m_{name}"] == {"1": value}
    out = tmp_path / "rows.parquet"
    command_output(capsys, "sql", f"select {NESTED}", "--store", own_folder, "--out", out)
    assert pq.read_table(out).num_rows == 1
    command_output(
        capsys, "sql", f"select {NESTED}", "--store", own_folder, "--out", tmp_path / "r.csv"
    )


def test_a_missing_or_empty_list_struct_or_map(capsys, own_folder, tmp_path):
    sql = (
        "select null::int[] as a, [] as b, [null::int[], [1]] as c, null::struct(k int) as d, "
        "null::map(int, int) as e, map() as f, struct_pack() as g, [1, 2]::int[2] as h, "
        "(1, 'x') as i, (1, interval 1 day) as j, [{'k': [interval 1 day]}] as l"
    )
    (row,) = json.loads(command(capsys, own_folder, sql, "json"))
    assert row["a"] is row["d"] is row["e"] is None
    assert (row["b"], row["c"], row["h"]) == ([], [None, [1]], [1, 2])
    assert row["i"] == {"element1": 1, "element2": "x"}
    assert row["l"] == [{"k": ["1 day"]}]
    out = tmp_path / "rows.parquet"
    command_output(capsys, "sql", sql, "--store", own_folder, "--out", out)
    assert pq.read_table(out).num_rows == 1


def test_a_number_is_no_formula_and_a_text_may_be(capsys, tiny_folder):
    sql = "select -1 as a, (-5)::bignum as b, -1.5 as c, '-1' as d, ['=1'] as e"
    printed = command(capsys, tiny_folder, sql.replace("", ""), "csv")
    assert printed.splitlines()[1] == """-1,-5,-1.5,'-1,"[""=1""]\""""


def test_columns_of_one_name_get_different_names(capsys, own_folder, tmp_path):
    sql = "select 1 as a, 2 as a, 3 as a_1, 4 as a"
    (row,) = json.loads(command(capsys, own_folder, sql, "json"))
    assert row == {"a": 1, "a_2": 2, "a_1": 3, "a_3": 4}
    assert command(capsys, own_folder, sql, "csv").splitlines()[0] == "a,a_2,a_1,a_3"
    out = tmp_path / "rows.parquet"
    command_output(capsys, "sql", sql, "--store", own_folder, "--out", out)
    assert pq.read_table(out).column_names == ["a", "a_2", "a_1", "a_3"]
    assert len(set(distinct_names(["1"] * 9_000))) == 9_000


@pytest.mark.parametrize(
    ("format_", "printed"), [("json", "[]\n"), ("csv", "a,b\n"), ("table", "No rows.\n")]
)
def test_no_rows(capsys, tiny_folder, format_, printed):
    sql = "select 1 as a, interval 1 day as b from slice where false"
    assert command(capsys, tiny_folder, sql, format_) == printed


def test_a_statement_that_fails_after_its_first_rows_says_why(console, tiny_store):
    sql = "select cast(if(i < 500000, '1', 'x') as integer) as n from range(500001) t(i)"
    with pytest.raises(SqlRefusedError, match="Could not convert string 'x'"):
        console.run(tiny_store, SqlRequest(sql), Limits(rows=10**9))
    endless = (
        "select a.range from range(1000000) a, range(1000000) b where hash(a.range, b.range) = 0"
    )
    with pytest.raises(SqlFailedError, match=r"stopped after 0\.5 s"):
        console.run(tiny_store, SqlRequest(endless), Limits(seconds=0.5))
    large = "select i, interval 1 day as d from range(100000000) t(i) order by hash(i)"
    with pytest.raises(SqlFailedError, match="Select fewer"):
        console.run(tiny_store, SqlRequest(large), Limits(memory_gb=0.2, seconds=0))
