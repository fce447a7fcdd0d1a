"""Write the generated tables of `docs/`: ``python -m tests.tools.generate_docs``.

A table stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``. A test compares the files
with what this module would write.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import click
from prometheus_client import Metric

from queries.breakdowns.registry import breakdown_names, breakdowns, grain, parameters
from queries.cli import COMMANDS, cli
from queries.export.presets import PRESETS
from queries.export.shapes import SHAPES
from queries.filters.filters import FILTER_SPECS
from queries.observability.metrics import REGISTRY
from queries.schema import CONVERSATIONS, MESSAGES, Column
from queries.settings import Settings, variable

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    *("docs/reference.md", "docs/command-line.md", "docs/exports.md"),
    *("docs/hosting.md", "docs/operations.md"),
)

_BLOCK = re.compile(r"(?s)(<!-- generated: ([a-z]+) -->\n).*?(<!-- end -->)")


def generated(text: str) -> str:
    """A document with its generated tables as the code has them now."""
    return _BLOCK.sub(lambda block: f"{block[1]}{TABLES[block[2]]()}{block[3]}", text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _filters() -> str:
    rows = ((f"`{name}`", spec.help) for name, spec in FILTER_SPECS.items())
    return _table(("filter", "meaning"), rows)


def _queries() -> str:
    def names(query: str) -> str:
        return ", ".join(f"`{name}`" for name in parameters(query)) if query in breakdowns() else ""

    rows = ((f"`{name}`", grain(name), names(name)) for name in breakdown_names())
    return _table(("query", "returns", "parameters"), rows)


def _columns(columns: Iterable[Column]) -> str:
    rows = ((f"`{column.name}`", str(column.type), column.meaning) for column in columns)
    return _table(("column", "type", "meaning"), rows)


def _commands() -> str:
    context = click.Context(cli)
    rows = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        rows.append((f"`chatscape {name}`", command.get_short_help_str(200).rstrip(".")))
    return _table(("command", "what it does"), rows)


def _settings() -> str:
    rows = []
    for setting in fields(Settings):
        default = setting.default
        text = str(default).lower() if isinstance(default, bool) else str(default)
        cell = f"`{text}`" if text else "empty"
        rows.append((f"`{variable(setting.name)}`", cell, setting.metadata["help"]))
    return _table(("variable", "default", "meaning"), rows)


def _metrics() -> str:
    metrics: list[Metric] = sorted(REGISTRY.collect(), key=lambda metric: metric.name)
    rows = []
    for metric in metrics:
        if metric.name.startswith("chatscape_"):
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            rows.append((f"`{name}`", metric.type, metric.documentation))
    return _table(("metric", "type", "meaning"), rows)


def _shapes() -> str:
    rows = ((f"`{name}`", shape.summary, shape.meaning) for name, shape in SHAPES.items())
    return _table(("shape", "a row", "use"), rows)


def _presets() -> str:
    rows = ((f"`{name}`", preset.meaning) for name, preset in PRESETS.items())
    return _table(("preset", "selection"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "filters": _filters,
    "queries": _queries,
    "conversations": lambda: _columns(CONVERSATIONS),
    "messages": lambda: _columns(MESSAGES),
    "commands": _commands,
    "settings": _settings,
    "metrics": _metrics,
    "shapes": _shapes,
    "presets": _presets,
}


def main() -> None:
    """Write every document whose tables have changed."""
    for name in DOCUMENTS:
        path = ROOT / name
        before = path.read_text()
        after = generated(before)
        if after != before:
            path.write_text(after)
            print(f"{name} written")  # noqa: T201


if __name__ == "__main__":
    main()
