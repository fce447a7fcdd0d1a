"""The SQL files of `queries/sql`: their text, their parameters, and the statement over a slice."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

from queries.errors import UsageError
from queries.filters import Slice
from queries.filters.compile import literal_where
from queries.schema import GroupColumn

_RELATIONS = "relations"
"""The file that makes what the others read. It has no rows of its own, so it is no query."""

_NAME_OF_STATEMENT = re.compile(r"create or replace (?:view|table|macro) (\w+)")


def query_names() -> list[str]:
    """The names of the queries, in alphabetical order."""
    names = {Path(f.name).stem for f in files("queries.sql").iterdir() if f.name.endswith(".sql")}
    return sorted(names - {_RELATIONS})


@cache
def query_text(name: str) -> str:
    """The SQL of a query, as it stands in its file.

    Raises:
        UsageError: there is no such query; the message lists those that exist.
    """
    if name not in query_names():
        raise UsageError(f"There is no query {name!r}. The queries are {', '.join(query_names())}.")
    return _file_text(name)


@cache
def relation_statements() -> dict[str, str]:
    """The statements of `relations.sql`, by the view, table or macro that each makes."""
    statements = re.sub(r"--.*", "", _file_text(_RELATIONS)).split(";")
    named = [(_NAME_OF_STATEMENT.search(text), text.strip()) for text in statements]
    return {match[1]: text for match, text in named if match}


@cache
def macro_statements() -> tuple[str, ...]:
    """The statements of `relations.sql` that make macros, in order."""
    texts = relation_statements().values()
    return tuple(text for text in texts if text.startswith("create or replace macro"))


@cache
def parameter_names(name: str) -> tuple[str, ...]:
    """The parameters of a query besides the filters, in alphabetical order."""
    return tuple(sorted(set(re.findall(r"\$([a-z_]+)", _code(name)))))


def check_params(name: str, params: Mapping[str, object]) -> None:
    """Check that exactly the parameters of a query are given.

    Raises:
        UsageError: one is missing or unknown; the message lists those that the query takes.
    """
    expected = parameter_names(name)
    if tuple(sorted(params)) == expected:
        return
    needed = f"the parameters {', '.join(expected)}" if expected else "no parameters"
    raise UsageError(f"The query {name} takes {needed}; got {', '.join(sorted(params)) or 'none'}.")


@cache
def reads_messages(name: str) -> bool:
    """Whether a query reads the messages of the slice."""
    return "slice_messages" in _code(name)


@cache
def is_grouped(name: str) -> bool:
    """Whether a query groups the slice by `group_name`: the model or the language."""
    return "group_name" in _code(name)


def slice_statement(
    name: str, condition: str, *, by: GroupColumn | None = None, messages: str | None = None
) -> str:
    """A query over the conversations that meet a condition.

    Args:
        name: the query.
        condition: an expression over the columns of `conversations`, with placeholders or literals.
        by: the column that `group_name` stands for in a query that groups the slice.
        messages: the `from` clause behind `slice_messages` in a query of the slice's messages, or
            behind `messages` in a query of one conversation; by default all messages.
    """
    check_group(name, by)
    columns = "*" if by is None else f"*, {by} as group_name"
    relations = [
        f"slice as not materialized (select {columns} from conversations where {condition})"  # noqa: S608
    ]
    if messages is not None and reads_messages(name):
        relations.append(f"slice_messages as (select {columns} {messages})")
    elif messages is not None:
        relations.insert(0, f"messages as ({messages})")
    # `with slice as (...) (with ...)` does not see the relation in DuckDB 2.0; this form does.
    return f"with {', '.join(relations)}\nfrom (\n{query_text(name)}\n)"


def check_group(name: str, by: str | None) -> None:
    """Check that a grouping is given where a query needs one, and only there.

    Raises:
        UsageError: it is missing, unknown, or the query takes none.
    """
    if is_grouped(name) and by not in get_args(GroupColumn):
        raise UsageError(f"The query {name} is by {' or '.join(get_args(GroupColumn))}: say which.")
    if by is not None and not is_grouped(name):
        raise UsageError(f"The query {name} does not divide the slice by {by}.")


def copyable_statement(name: str, filters: Slice, by: GroupColumn | None = None) -> str:
    """The SQL of a query over a slice, with literals in place of bound values.

    It runs in the DuckDB command line once the relations that its first lines name exist and its
    own parameters, if any, are replaced by values. The macros that it uses come with it.
    """
    messages = "from messages semi join slice using (id_rank)" if reads_messages(name) else None
    statement = slice_statement(name, literal_where(filters.clauses()), by=by, messages=messages)
    reads_text = "messages" in _code(name)
    tables = ("conversations", "messages") if reads_text else ("conversations",)
    comments = [f"-- {table}: STORE/versions/VERSION/{table}/*.parquet" for table in tables]
    macros = [f"{text};" for text in macro_statements()] if _uses_macros(name) else []
    return "\n".join([*comments, *macros, statement])


def _uses_macros(name: str) -> bool:
    return bool(re.search(r"\b(?:(?:flagged_)?categories|is_always_covered)\(", _code(name)))


def _code(name: str) -> str:
    return re.sub(r"--.*", "", query_text(name))


def _file_text(name: str) -> str:
    return files("queries.sql").joinpath(f"{name}.sql").read_text(encoding="utf-8").rstrip()
