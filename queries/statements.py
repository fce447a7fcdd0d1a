"""The queries of `queries/sql`: their text, their parameters, and the statement over a slice."""

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from queries.clauses import literal_where
from queries.errors import UsageError
from queries.filters import Filters


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
    without_comments = re.sub(r"--.*", "", query_text(name))
    return tuple(sorted(set(re.findall(r"\$([a-z_]+)", without_comments))))


def statement_over_slice(name: str, condition: str, messages: str | None = None) -> str:
    """A query over the conversations that meet a condition.

    Args:
        name: the query.
        condition: column names of ours, and placeholders or literals.
        messages: what `messages` stands for, when not for all of them.
    """
    relations = [f"slice as (select * from conversations where {condition})"]  # noqa: S608
    if messages is not None:
        relations.insert(0, f"messages as ({messages})")
    # `with slice as (...) (with ...)` does not see the relation in DuckDB 2.0; this form does.
    return f"with {', '.join(relations)}\nfrom (\n{query_text(name)}\n)"


def readable_statement(name: str, filters: Filters) -> str:
    """The SQL of a query over a slice, with literals in the place of bound values.

    It runs in the DuckDB command line once the relations that its first lines name are there, and
    parameters of its own, if it has any, are replaced by values.
    """
    statement = statement_over_slice(name, literal_where(filters.clauses()))
    names = ("conversations", "messages") if name == "messages" else ("conversations",)
    needed = [f"-- {table}: STORE/versions/VERSION/{table}/*.parquet" for table in names]
    return "\n".join([*needed, statement])
