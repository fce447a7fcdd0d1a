"""A script that prints as JSON what the code makes of a filter: RAW STORE NAME VALUE."""

import contextlib
import json
import os
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

import dashboard
from queries.breakdowns.facets import facets
from queries.cli import cli, run
from queries.conversations.listing import slice_rows
from queries.filters import Filters
from queries.filters.arguments import filter_arguments
from queries.filters.compile import literal_where
from queries.filters.describe import describe
from queries.filters.parsing import filters_from_dict, filters_from_pairs
from queries.open_store import open_store
from queries.settings import Settings


def probe(store: str, name: str, value: str) -> dict[str, object]:
    filters = filters_from_pairs([(name, value)])
    opened = open_store(Path(store), Settings.from_env())
    app = sidebar(store, name, value)
    (widget,) = [w for w in [*app.pills, *app.multiselect] if w.key == name]
    return {
        "words": describe(filters),
        "is_same_from_manifest": filters_from_dict(filters.values()) == filters,
        "arguments": filter_arguments(filters),
        "condition": literal_where(filters.clauses()),
        "ids": "".join(slice_rows(opened, filters)["conversation_id"].str[0]),
        "facet": facets(lambda query, of: query(opened, of), Filters())[name],
        "help": help_text(name),
        "widget": [widget.type, widget.label, list(widget.options)],
        "chips": [b.label for b in app.button if (b.key or "").startswith("drop_")],
        "pairs": filters.pairs(),
    }


def help_text(name: str) -> str:
    context = cli.make_context("chatscape", ["list"])
    command = cli.get_command(context, "list")
    (option,) = [p for p in command.params if p.name == name]
    return option.help


def sidebar(store: str, name: str, value: str) -> AppTest:
    """The overview at an address with the filter, everything in the sidebar unfolded."""
    os.environ["CHATSCAPE_STORE"] = store
    app = AppTest.from_file(str(Path(dashboard.__file__).with_name("app.py")), default_timeout=60)
    app.query_params[name] = value
    app.session_state["more_filters"] = True
    app.run()
    assert not app.exception, app.exception
    return app


if __name__ == "__main__":
    raw, store, *filter_ = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        assert run(["prepare", raw, "--store", store]) == 0
        assert run(["accept-licence", "--yes", "--store", store]) == 0
    sys.stdout.write(json.dumps(probe(store, *filter_)))
