"""The queries of `queries/sql`: their text, their parameters, and the statement over a slice."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

from queries.clauses import literal_where
from queries.errors import UsageError
from queries.filters import Slice
from queries.schema import GroupColumn


def query_names() -> list[str]:
    """The queries there are, in alphabetical order."""
    folder = files("queries.sql")
    return sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".sql"))


@cache
def query_text(name: str) -> str:
    """The SQL of a query, as it stands in its file.

    Raises:
        UsageError: there is no such query; names those there are.
    """
    if name not in query_names():
        raise UsageError(f"There is no query {name!r}. The queries are {', '.join(query_names())}.")
    return files("queries.sql").joinpath(f"{name}.sql").read_text(encoding="utf-8").rstrip()


@cache
def parameter_names(name: str) -> tuple[str, ...]:
    """The parameters of a query besides the filters, in alphabetical order."""
    return tuple(sorted(set(re.findall(r"\$([a-z_]+)", _code(name)))))


def check_params(name: str, params: Mapping[str, object]) -> None:
    """Refuse parameters that a query does not have, and to leave one out.

    Raises:
        UsageError: says which it takes.
    """
    wanted = parameter_names(name)
    if tuple(sorted(params)) == wanted:
        return
    needed = f"the parameters {', '.join(wanted)}" if wanted else "no parameters"
    given = ", ".join(sorted(params)) or "none"
    raise UsageError(f"The query {name} takes {needed}; given were {given}.")


@cache
def reads_messages(name: str) -> bool:
    """Whether a query reads the messages of the slice."""
    return "slice_messages" in _code(name)


@cache
def is_grouped(name: str) -> bool:
    """Whether a query divides the slice by `group_name`: the model or the language."""
    return "group_name" in _code(name)


def statement_over_slice(
    name: str, condition: str, *, by: GroupColumn | None = None, messages: str | None = None
) -> str:
    """A query over the conversations that meet a condition.

    Args:
        name: the query.
        condition: column names of ours, and placeholders or literals.
        by: what `group_name` stands for in a query that divides the slice.
        messages: what `messages` stands for in a query of one conversation, when not for all; what
            `slice_messages` stands for in one that reads the messages of the slice.
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
    """Refuse a grouping that a query does not have, and none where it needs one.

    Raises:
        UsageError: says which.
    """
    if is_grouped(name) and by not in get_args(GroupColumn):
        raise UsageError(f"The query {name} is by {' or '.join(get_args(GroupColumn))}: say which.")
    if by is not None and not is_grouped(name):
        raise UsageError(f"The query {name} does not divide the slice by {by}.")


def readable_statement(name: str, filters: Slice, by: GroupColumn | None = None) -> str:
    """The SQL of a query over a slice, with literals in the place of bound values.

    It runs in the DuckDB command line once the relations that its first lines name are there, and
    parameters of its own, if it has any, are replaced by values.
    """
    messages = "from messages semi join slice using (id_rank)" if reads_messages(name) else None
    statement = statement_over_slice(
        name, literal_where(filters.clauses()), by=by, messages=messages
    )
    reads_text = "messages" in _code(name)
    names = ("conversations", "messages") if reads_text else ("conversations",)
    needed = [f"-- {table}: STORE/versions/VERSION/{table}/*.parquet" for table in names]
    return "\n".join([*needed, statement])


def _code(name: str) -> str:
    return re.sub(r"--.*", "", query_text(name))
