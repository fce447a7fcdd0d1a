"""The table of a load test, and which of its targets are met."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.load.visitor import Taken

P95_SECONDS = 1.5
FAIR_RATIO = 2.0
FAIR_SECONDS = 0.25
"""With somebody's slow questions beside them, the others may wait so many times as long as without,
or for so short a time more."""

BACK_RATIO = 1.1
BACK_MB = 100.0
PEAK_MB = 4_000.0
PROBLEMS_SHOWN = 10
_NOT_STEPS = ("connection",)


@dataclass
class Phase:
    """Some minutes with all readers there.

    Attributes:
        name: what is different in it.
        steps: that were taken.
        peak_mb: the most memory that the server and its children took.
        processor_seconds: that the server took.
        seconds: that it lasted.
        heavy: what the one with the slow questions did meanwhile.
    """

    name: str
    steps: list[Taken] = field(default_factory=list)
    peak_mb: float = 0.0
    processor_seconds: float = 0.0
    seconds: float = 0.0
    heavy: list[Taken] = field(default_factory=list)


@dataclass
class Load:
    """A whole run.

    Attributes:
        sessions: readers at the same time.
        phases: the first one without slow questions, another one perhaps with them.
        idle_mb: memory once everything was warm and nobody there.
        after_mb: memory a while after everybody had left.
    """

    sessions: int
    phases: list[Phase]
    idle_mb: float = 0.0
    after_mb: float = 0.0


def p95(values: Sequence[float]) -> float:
    """The value that 95 % of all stay at or below; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] if ordered else 0.0


def missed(load: Load) -> list[str]:
    """What is not as it should be, a sentence each."""
    problems = []
    calm = load.phases[0]
    for phase in load.phases:
        every = [*phase.steps, *phase.heavy]
        wrong = [step for step in every if step.problem]
        if wrong:
            problems.append(f"{phase.name}: {len(wrong)} of {len(every)} steps had errors")
        if not phase.steps:
            problems.append(f"{phase.name}: nothing was done")
    slow = p95(_seconds(calm.steps))
    if slow > P95_SECONDS:
        problems.append(f"p95 of a rerun is {slow:.2f} s, more than {P95_SECONDS} s")
    for phase in load.phases[1:]:
        beside, most = p95(_seconds(phase.steps)), max(slow * FAIR_RATIO, slow + FAIR_SECONDS)
        if beside > most:
            problems.append(f"{phase.name}: p95 of the others is {beside:.2f} s, not {slow:.2f} s")
    peak = max(phase.peak_mb for phase in load.phases)
    if peak > PEAK_MB:
        problems.append(f"memory came to {peak:,.0f} MB, more than {PEAK_MB:,.0f} MB")
    if load.after_mb > max(load.idle_mb * BACK_RATIO, load.idle_mb + BACK_MB):
        problems.append(
            f"memory stayed at {load.after_mb:,.0f} MB and was {load.idle_mb:,.0f} MB before"
        )
    return problems


def written(load: Load) -> str:
    """The report, as Markdown."""
    lines = [f"{load.sessions} sessions on {os.cpu_count()} cores."]
    for phase in load.phases:
        lines += ["", f"{phase.name}: {_summary(phase)}", "", *_table(phase)]
    peak = max(phase.peak_mb for phase in load.phases)
    lines += [
        "",
        f"Memory: {load.idle_mb:,.0f} MB before, {peak:,.0f} MB at most, {load.after_mb:,.0f} MB "
        "afterwards.",
        *_problems(load),
        "",
        *([f"Missed: {problem}." for problem in missed(load)] or ["Every target is met."]),
    ]
    return "\n".join(lines) + "\n"


def _summary(phase: Phase) -> str:
    steps = _timed(phase.steps)
    if not steps:
        return "no steps"
    per_step = phase.processor_seconds / (len(steps) + len(phase.heavy)) * 1e3
    return (
        f"{len(steps):,} reruns in {phase.seconds:,.0f} s, {len(steps) / phase.seconds:.1f} a "
        f"second; {per_step:,.0f} ms of a core each; at most {phase.peak_mb:,.0f} MB"
    )


def _table(phase: Phase) -> list[str]:
    kinds = dict.fromkeys(step.kind for step in _timed(phase.steps))
    rows = [(kind, [step for step in phase.steps if step.kind == kind]) for kind in kinds]
    heavy = dict.fromkeys(step.kind for step in phase.heavy)
    slow = [(f"({kind})", [step for step in phase.heavy if step.kind == kind]) for kind in heavy]
    return [
        "| step | reruns | median | p95 | most | errors |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(kind, steps) for kind, steps in [*rows, ("all", _timed(phase.steps)), *slow]),
    ]


def _row(kind: str, steps: Sequence[Taken]) -> str:
    times = [step.seconds * 1e3 for step in steps] or [0.0]
    errors = sum(bool(step.problem) for step in steps)
    figures = f"{statistics.median(times):,.0f} ms | {p95(times):,.0f} ms | {max(times):,.0f} ms"
    return f"| {kind} | {len(steps):,} | {figures} | {errors} |"


def _problems(load: Load) -> list[str]:
    every = [step for phase in load.phases for step in (*phase.steps, *phase.heavy)]
    lines = [f"- {step.kind}: {step.problem}" for step in every if step.problem]
    more = [f"- and {len(lines) - PROBLEMS_SHOWN} more"] if len(lines) > PROBLEMS_SHOWN else []
    return ["", "Errors:", *lines[:PROBLEMS_SHOWN], *more] if lines else []


def _timed(steps: Sequence[Taken]) -> list[Taken]:
    return [step for step in steps if step.kind not in _NOT_STEPS]


def _seconds(steps: Sequence[Taken]) -> list[float]:
    return [step.seconds for step in _timed(steps)]
