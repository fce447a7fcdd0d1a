"""The functions that the SQL editor offers are functions of DuckDB."""

import duckdb

from queries.sql_console.function_names import FUNCTIONS_OFFERED


def test_every_function_is_known_to_duckdb():
    with duckdb.connect() as connection:
        rows = connection.execute("select distinct function_name from duckdb_functions()")
        known = {name for (name,) in rows.fetchall()}
    # coalesce is part of the grammar.
    assert set(FUNCTIONS_OFFERED) - known == {"coalesce"}
