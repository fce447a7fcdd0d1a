"""The statement policy: one SELECT over the views, made only of syntax that is on a list.

DuckDB's own parser makes a tree of the statement, and every node that is not on a list here is
refused. The locked settings of the worker are a second line of defence, not a replacement.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from queries.sql_console.errors import SqlRefusedError
from queries.sql_console.views import VIEWS

STATEMENT_CHARS_MAX = 20_000

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})
"""Table functions that are allowed: they read nothing but their arguments."""

_EXPRESSIONS = frozenset(
    {
        *("BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION"),
        *("CONSTANT", "FUNCTION", "LAMBDA", "LAMBDA_REF", "OPERATOR", "POSITIONAL_REFERENCE"),
        *("STAR", "SUBQUERY", "TYPE", "WINDOW"),
    }
)
_PARTS = frozenset(
    {
        *("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"),
        *("BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"),
        *("ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"),
        *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
    }
)

_REFUSED_FUNCTIONS = frozenset(
    {
        *("current_setting", "getvariable", "getenv", "query", "query_table", "stats"),
        *("write_log", "vector_type", "currval", "nextval", "setval", "sleep_ms"),
        *("current_query", "current_query_id", "current_connection_id", "current_transaction_id"),
        *("current_user", "session_user", "user", "current_role", "current_catalog"),
        *("current_database", "current_schema", "current_schemas", "version", "txid_current"),
        *("json_serialize_sql", "json_deserialize_sql", "json_serialize_plan"),
        *("json_execute_serialized_sql", "in_search_path", "which_secret", "get_block_size"),
    }
)
"""Functions that reveal the process, the server or other statements, or that wait."""

_REFUSED_PREFIXES = ("pg_", "has_", "inet_", "__", "duckdb_", "pragma_", "read_", "parquet_")

_CTE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def check_statement(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Check that a text is one allowed SELECT over the views.

    Args:
        connection: a connection to parse with; the statement is not run.
        text: the statement.

    Raises:
        SqlRefusedError: it cannot be parsed, or a part of it is not allowed.
    """
    tree = _parsed(connection, text)
    if len(tree) != 1:
        raise SqlRefusedError("One statement at a time: there are several, or none.")
    known = _known_tables(connection)
    names = set(_cte_names(tree))
    for name in names:
        # A CTE is visible in a part of the statement only. Elsewhere, its name would be a table's.
        if not _CTE_NAME.fullmatch(name) or name.lower() in known:
            raise SqlRefusedError(
                f"{name!r} cannot be the name of a WITH: use letters, digits and _, and not "
                "the name of a table."
            )
    for node in _nodes(tree):
        _check_node(node, {name.lower() for name in names})


def _parsed(connection: duckdb.DuckDBPyConnection, text: str) -> list[Any]:
    if not text.strip():
        raise SqlRefusedError("Write a SELECT first.")
    if len(text) > STATEMENT_CHARS_MAX:
        raise SqlRefusedError(f"A statement has at most {STATEMENT_CHARS_MAX:,} characters.")
    if "\0" in text:
        raise SqlRefusedError("The statement contains a null character.")
    row = connection.execute("select json_serialize_sql($text)", {"text": text}).fetchone()
    try:
        parsed: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    except RecursionError:
        raise SqlRefusedError("The statement is nested too deeply.") from None
    if parsed.get("error"):
        reason = str(parsed.get("error_message", "unknown error"))
        if reason.startswith("Only SELECT"):
            raise SqlRefusedError("Only a SELECT can be run here.")
        raise SqlRefusedError(f"The statement cannot be parsed: {reason}")
    return list(parsed["statements"])


def _known_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select view_name from duckdb_views() union all select table_name from duckdb_tables() "
        "union all select table_name from information_schema.tables"
    ).fetchall()
    return {name.lower() for (name,) in rows} | set(VIEWS)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Every object in a tree."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _cte_names(tree: Any) -> Iterator[str]:  # noqa: ANN401
    for node in _nodes(tree):
        for entry in (node.get("cte_map") or {}).get("map", ()):
            yield str(entry["key"])
        if node.get("type") in ("RECURSIVE_CTE_NODE", "CTE_NODE"):
            yield str(node.get("cte_name") or node.get("ctename"))


def _check_node(node: dict[str, Any], names: set[str]) -> None:
    kind, class_ = node.get("type"), node.get("class")
    if not isinstance(kind, str):
        return
    if (class_ not in _EXPRESSIONS) if class_ is not None else (kind not in _PARTS):
        raise SqlRefusedError(f"{_words(class_ or kind)} is not allowed here.")
    if class_ in ("FUNCTION", "WINDOW"):
        _check_function(node)
    elif class_ is None and kind == "BASE_TABLE":
        _check_table(node, names)
    elif class_ is None and kind == "TABLE_FUNCTION":
        name = str((node.get("function") or {}).get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS:
            raise SqlRefusedError(f"The table function {name!r} is not allowed here.")


def _check_function(node: dict[str, Any]) -> None:
    name = str(node.get("function_name", "")).lower()
    is_qualified = node.get("schema") or node.get("catalog") or _is_path(node)
    is_refused = name in _REFUSED_FUNCTIONS or name.startswith(_REFUSED_PREFIXES)
    if is_qualified or is_refused:
        raise SqlRefusedError(f"The function {name!r} is not allowed here.")


def _check_table(node: dict[str, Any], names: set[str]) -> None:
    name = str(node.get("table_name", ""))
    is_qualified = node.get("schema_name") or node.get("catalog_name") or _is_path(node)
    if is_qualified or node.get("at_clause") or name.lower() not in {*VIEWS, *names}:
        raise SqlRefusedError(f"There is no table {name!r}: there are {', '.join(VIEWS)}.")


def _is_path(node: dict[str, Any]) -> bool:
    return len((node.get("qualified_name") or {}).get("path", [""])) != 1


def _words(kind: str) -> str:
    return kind.removesuffix("_NODE").replace("_", " ").lower().capitalize()
