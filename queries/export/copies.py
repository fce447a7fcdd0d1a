"""An export as a text to copy: a command line or Python that makes it; SQL is in `statement`."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from queries.cli.options import filter_arguments
from queries.console.asking import Question
from queries.errors import UsageError
from queries.export.plan import ExportPlan, Pick, Sample


def command_text(plan: ExportPlan, out: Path, store: Path | None = None) -> str:
    """The command that makes an export.

    Args:
        plan: which conversations, and how they are written.
        out: where to.
        store: the folder of the store, where it is to be said.

    Raises:
        UsageError: the picks of the plan are no ready-made slice, and more than one.
    """
    at = [] if store is None else ["--store", str(store)]
    return shlex.join(["chatscape", "export", str(out), *at, *_arguments(plan, out)])


def sql_command_text(question: Question, store: Path) -> str:
    """The command that asks a statement.

    Args:
        question: the statement, and over what.
        store: the folder of the store.
    """
    said = ["--uncover"] if question.is_uncovered else []
    said += ["--unmask"] if question.is_unmasked else []
    # A comment at its beginning would be read as an option.
    said += ["--"] if question.sql.startswith("-") else []
    over = ["--store", str(store), *filter_arguments(question.filters)]
    return shlex.join(["chatscape", "sql", *over, *said, question.sql])


def _arguments(plan: ExportPlan, out: Path) -> Iterator[str]:
    yield from filter_arguments(plan.filters)
    if plan.name is not None:
        yield from ("--slice", plan.name)
    elif len(plan.picks) > 1 or plan.picks[0].filters.values():
        raise UsageError("A command line says one pick of conversations; this has several.")
    else:
        yield from _pick_arguments(plan.picks[0])
    yield from ("--shape", plan.shape)
    if plan.columns:
        yield from ("--columns", ",".join(plan.columns))
    if not plan.is_masked:
        yield "--unmask"
    if out.suffix and plan.format == "hf":
        yield from ("--format", "hf")


def _pick_arguments(pick: Pick) -> Iterator[str]:
    for name in ("min_prompt_chars", "max_prompt_chars", "distinct"):
        if (value := getattr(pick, name)) is not None:
            yield from (f"--{name.replace('_', '-')}", str(value))
    if pick.sample is not None:
        yield from ("--sample", str(pick.sample.rows))
        for name in ("per", "groups", "order", "seed"):
            if (value := getattr(pick.sample, name)) != getattr(Sample(1), name):
                yield from (f"--{name}", str(value))


def python_text(plan: ExportPlan, out: Path, store: Path) -> str:
    """A script that makes an export."""
    values = json.dumps(plan.values(), indent=4, ensure_ascii=False)
    return f"""import json
from pathlib import Path

from queries.export.plan import plan_from
from queries.export.write import write_export
from queries.settings import Settings
from queries.store import open_store

PLAN = {_python_string(values)}

store = open_store(Path({str(store)!r}), Settings.from_env())
manifest = write_export(store, plan_from(json.loads(PLAN)), Path({str(out)!r}))
print(manifest["counts"])
"""


def _python_string(text: str) -> str:
    """JSON as a raw text of several lines, where it can be one."""
    return repr(text) if '"""' in text else f'r"""\n{text}\n"""'
