"""A reader: takes one step after the other, waits, thinks, and notes how long each one took."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.load.drawn import Drawn
from tests.load.known import Known
from tests.load.walk import Step, walk
from tests.load.wire import Lost, Session, connected

THINK_SECONDS = (3.0, 10.0)
"""A reader looks at a page for so long, at least and at most."""

ARRIVAL_SECONDS = 10.0
"""All readers have come after so long."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken.

    Attributes:
        kind: what it was.
        seconds: from the request to the end of the rerun.
        problem: what was wrong with it; empty where nothing was.
        bytes: that came.
    """

    kind: str
    seconds: float
    problem: str = ""
    bytes: int = 0


async def visit(
    port: int,
    known: Known,
    *,
    seed: int,
    until: float,
    note: Callable[[Taken], None],
    think_seconds: tuple[float, float] = THINK_SECONDS,
    last_step: str = "",
) -> None:
    """Walk through the dashboard until a time on the monotonic clock; a lost reader is noted.

    Args:
        port: of the server, on this machine.
        known: what there is to choose.
        seed: of every choice and pause.
        until: no step is begun after it, once the last step was taken.
        note: is told each step.
        think_seconds: the least and the most that lies between two steps.
        last_step: the kind of a step that is taken at least once, however long it takes.
    """
    draw = random.Random(seed)
    await asyncio.sleep(draw.uniform(0, min(ARRIVAL_SECONDS, think_seconds[1])))
    try:
        async with connected(port) as session:
            steps = walk(draw, known)
            step = next(steps)
            kinds = {""}
            while time.monotonic() < until or last_step not in kinds:
                drawn = await taken(session, step, note)
                kinds.add(step.kind)
                step = steps.send(drawn)
                await asyncio.sleep(draw.uniform(*think_seconds))
    except Lost as error:
        note(Taken("connection", 0.0, str(error)))


async def taken(session: Session, step: Step, note: Callable[[Taken], None]) -> Drawn:
    """Take a step, and say how long it took and what was wrong with it."""
    begun = time.perf_counter()
    drawn = await session.rerun(step.ask)
    seconds = time.perf_counter() - begun
    lack = step.lack(drawn)
    problems = [*drawn.problems, *([f"the page lacks {lack}"] if lack else [])]
    note(Taken(step.kind, seconds, "; ".join(problems), drawn.bytes))
    return drawn
