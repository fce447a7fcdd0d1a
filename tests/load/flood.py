"""One reader who asks the slowest questions there are, one after the other, without a pause."""

import itertools
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.load.drawn import Drawn
from tests.load.known import Known
from tests.load.visitor import Taken, taken
from tests.load.walk import Step, Walk, widget_id
from tests.load.wire import Ask, Lost, connected

ROUND = 5
"""Steps after which each kind of slow question was asked."""


async def flood(port: int, known: Known, *, until: float, note: Callable[[Taken], None]) -> None:
    """Export everything masked, and meanwhile ask what nobody remembers; each kind once or more."""
    try:
        async with connected(port) as session:
            steps = slow_steps(known)
            step = next(steps)
            done = 0
            while time.monotonic() < until or done < ROUND:
                step = steps.send(await taken(session, step, note))
                done += 1
            # Nobody is left who waits for it.
            drawn = await session.rerun(Ask("export"))
            for key in (key for key in drawn.widgets if key.startswith("forget_")):
                await session.rerun(Ask("export", changed=_pressed(drawn, key)))
    except Lost as error:
        note(Taken("connection", 0.0, str(error)))


def slow_steps(known: Known) -> Walk:
    """The questions, without end; no two of them are the same."""
    drawn = yield Step("slow: page Export", _export(), _nothing)
    changed = _pressed(drawn, "prepare")
    yield Step("slow: export everything, masked", _export(changed), _nothing)
    for number, words in enumerate(_common_words(), start=2):
        # All conversations but a few, others each time.
        compared = {"against": "rest", "words": "true", "max_turns": str(30 + number)}
        yield Step("slow: telling words", Ask("compare", urlencode(compared)), _nothing)
        if known.has_index:
            params = {"q": words, "mode": "words"}
            yield Step("slow: search for “the”", Ask("search", urlencode(params)), _nothing)
            filters = {"text": f"{words} OR and"}
            yield Step("slow: the slice of “the”", Ask("", urlencode(filters)), _nothing)


def _common_words() -> Iterator[str]:
    """Searches that find a great part of all messages."""
    return (f"the OR unheard{number}" for number in itertools.count())


def _export(changed: WidgetState | None = None) -> Ask:
    return Ask("export", urlencode({"shape": "published"}), changed)


def _pressed(drawn: Drawn, key: str) -> WidgetState:
    return WidgetState(id=widget_id(drawn, key), trigger_value=True)


def _nothing(_: Drawn) -> str:
    return ""
