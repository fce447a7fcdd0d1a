"""Code that makes an export, to copy: a shell command or Python. SQL is in `selection_sql`."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from queries.errors import UsageError
from queries.export.plan import ExportPlan, Sample, Selection
from queries.filters.arguments import filter_arguments


def shell_command(plan: ExportPlan, out: Path, store: Path | None = None) -> str:
    """The shell command that makes an export.

    Args:
        plan: which conversations, and how to write them.
        out: the output path.
        store: the folder of the store; None to leave the option out.

    Raises:
        UsageError: the plan has several selections that are not a preset.
    """
    store_option = [] if store is None else ["--store", str(store)]
    return shlex.join(["chatscape", "export", str(out), *store_option, *_arguments(plan, out)])


def _arguments(plan: ExportPlan, out: Path) -> Iterator[str]:
    yield from filter_arguments(plan.filters)
    if plan.name is not None:
        yield from ("--slice", plan.name)
    elif len(plan.picks) > 1 or plan.picks[0].filters.values():
        raise UsageError(
            "A command can express one selection of conversations; this plan has several."
        )
    else:
        yield from _selection_arguments(plan.picks[0])
    yield from ("--shape", plan.shape)
    if plan.columns:
        yield from ("--columns", ",".join(plan.columns))
    if not plan.is_masked:
        yield "--unmask"
    if plan.includes_sexual_minors:
        yield "--include-sexual-minors"
    if plan.has_bom:
        yield "--bom"
    if out.suffix and plan.format == "hf":
        yield from ("--format", "hf")


def _selection_arguments(selection: Selection) -> Iterator[str]:
    for name in ("min_prompt_chars", "max_prompt_chars", "distinct"):
        if (value := getattr(selection, name)) is not None:
            yield from (f"--{name.replace('_', '-')}", str(value))
    if selection.sample is not None:
        yield from ("--sample", str(selection.sample.rows))
        for name in ("per", "groups", "order", "seed"):
            if (value := getattr(selection.sample, name)) != getattr(Sample(1), name):
                yield from (f"--{name}", str(value))


def python_text(plan: ExportPlan, out: Path, store: Path) -> str:
    """A Python script that makes an export."""
    values = json.dumps(plan.values(), indent=4, ensure_ascii=False)
    return f"""import json
from pathlib import Path

from queries.export.plan import plan_from
from queries.export.write import write_export
from queries.open_store import open_store
from queries.settings import Settings

PLAN = {_python_string(values)}

store = open_store(Path({str(store)!r}), Settings.from_env())
manifest = write_export(store, plan_from(json.loads(PLAN)), Path({str(out)!r}))
print(manifest["counts"])
"""


def _python_string(text: str) -> str:
    """A Python literal of some JSON, as a raw multi-line string where possible."""
    return repr(text) if '"""' in text else f'r"""\n{text}\n"""'
