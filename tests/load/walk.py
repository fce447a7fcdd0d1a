"""What one reader does, step by step: each looks at what the last one drew."""

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from urllib.parse import urlencode

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.load.drawn import Drawn
from tests.load.known import Known, Wanted
from tests.load.wire import Ask

LIST_ROWS = 25
RESULT_ROWS = 20

Check = Callable[[Drawn], str]
"""What a page lacks, in words; empty where it has all that it must."""


@dataclass(frozen=True)
class Step:
    """One thing that a reader does and waits for.

    Attributes:
        kind: what it is called in the report.
        ask: what the browser sends.
        lack: says what the page lacks.
    """

    kind: str
    ask: Ask
    lack: Check


Walk = Generator[Step, Drawn, None]


def walk(draw: random.Random, known: Known) -> Walk:
    """The steps of a reader, without end; each is given what the last one drew.

    Args:
        draw: which slices, words and conversations.
        known: what there is, and what a page must say of it.
    """
    yield Step("open the dashboard", Ask(""), _slice_shown("Overview", known, Wanted()))
    while True:
        wanted = yield from _choose(draw, known)
        for page in ("Models", "Moderation"):
            ask = Ask(page.lower(), wanted.query)
            yield Step(f"page {page}", ask, _slice_shown(page, known, wanted))
        if known.has_index:
            yield from _search(draw, known)
        yield from _read(known, wanted)


def _choose(draw: random.Random, known: Known) -> Generator[Step, Drawn, Wanted]:
    """Overview of a slice by a link, then another slice by the widgets of the sidebar."""
    first = known.wanted(draw)
    drawn = yield Step(
        "filter by address", Ask("", first.query), _slice_shown("Overview", known, first)
    )
    wanted = draw.choice(_changes(first, known))
    changed = _change(drawn, first, wanted)
    yield Step(
        "filter by a widget",
        Ask("", drawn.query, changed),
        _slice_shown("Overview", known, wanted),
    )
    return wanted


def _changes(first: Wanted, known: Known) -> list[Wanted]:
    """Slices that are one choice away, the first one itself where there is no other."""
    models = [Wanted(model, first.flagged, first.min_turns) for model in known.models]
    flagged = [Wanted(first.model, is_flagged, first.min_turns) for is_flagged in (True, False)]
    turns = [Wanted(first.model, first.flagged, count) for count in (2, 3, 4, 5)]
    changes = (*models, *flagged, *turns)
    near = [wanted for wanted in changes if wanted != first and known.count(wanted)]
    return near or [first]


def _change(drawn: Drawn, first: Wanted, wanted: Wanted) -> WidgetState:
    """What a browser sends where a choice leads from one slice to the other."""
    if wanted.model != first.model:
        label = drawn.option("model", str(wanted.model))
        state = WidgetState(id=widget_id(drawn, "model"))
        state.string_array_value.data.append(label or str(wanted.model))
        return state
    if wanted.flagged != first.flagged:
        label = drawn.option("flagged", "any message" if wanted.flagged else "none")
        state = WidgetState(id=widget_id(drawn, "flagged"))
        state.string_array_value.data.append(str(label))
        return state
    return WidgetState(id=widget_id(drawn, "min_turns"), double_value=float(wanted.min_turns or 0))


def widget_id(drawn: Drawn, key: str) -> str:
    """The id of a widget; an empty one, which changes nothing, where it was not drawn."""
    return getattr(drawn.widgets.get(key), "id", "")


def _search(draw: random.Random, known: Known) -> Walk:
    """Search by words and open what was found; by meaning, where there are vectors."""
    word = draw.choice([*known.words, *known.counted_words])
    ask = Ask("search", urlencode({"q": word, "mode": "words"}))
    drawn = yield Step("search by words", ask, _search_results(known.counted_words.get(word)))
    yield from _open(drawn, "search_results", "results")
    if known.has_vectors:
        question = draw.choice(known.questions)
        ask = Ask("search", urlencode({"q": question, "mode": "meaning"}))
        yield Step("search by meaning", ask, _search_results(None))


def _read(known: Known, wanted: Wanted) -> Walk:
    """Go through the list to its second page, open a conversation, read on, and go back."""
    total = known.count(wanted)
    drawn = yield Step("page Browse", Ask("browse", wanted.query), _listed(0, total))
    if total > LIST_ROWS:
        changed = WidgetState(id=widget_id(drawn, "page"), int_value=2)
        ask = Ask("browse", drawn.query, changed)
        drawn = yield Step("next page of the list", ask, _listed(LIST_ROWS, total))
    drawn = yield from _open(drawn, "conversation_list", "rows")
    after = drawn.component("list_navigation").get("after")
    if after:
        drawn = yield Step("next conversation", _followed(after), _opened(after))
    back = drawn.component("list_navigation").get("back")
    if back:
        start = LIST_ROWS if "page=2" in back else 0
        yield Step("back to the list", _followed(back), _listed(start, total))


def _open(drawn: Drawn, component: str, rows: str) -> Generator[Step, Drawn, Drawn]:
    """Open the first conversation of a list; the list again, where it has none."""
    listed = drawn.component(component).get(rows) or []
    if not listed:
        return drawn
    href = str(listed[0]["href"])
    return (yield Step("open a conversation", _followed(href), _opened(href)))


def _followed(href: str) -> Ask:
    page, _, query = href.partition("?")
    return Ask(page, query)


def _slice_shown(title: str, known: Known, wanted: Wanted) -> Check:
    total = known.count(wanted)
    caption = f"{total:,} conversation{'' if total == 1 else 's'}: "

    def lack(drawn: Drawn) -> str:
        if title not in drawn.texts:
            return f"the title {title}"
        if total and title == "Overview" and f"Conversations: {total:,}" not in drawn.texts:
            return f"the figure {total:,}"
        return "" if drawn.has_text(caption) else f"the caption {caption!r} of {wanted}"

    return lack


def _search_results(total: int | None) -> Check:
    def lack(drawn: Drawn) -> str:
        if not drawn.component("search_results").get("results"):
            return "results of the search"
        exact = f"1–{min(total or 0, RESULT_ROWS):,} of {total:,} conversations" if total else ""
        return "" if drawn.has_text(exact) else f"the count {exact!r}"

    return lack


def _listed(first: int, total: int) -> Check:
    last = min(first + LIST_ROWS, total)

    def lack(drawn: Drawn) -> str:
        if len(drawn.component("conversation_list").get("rows", ())) != last - first:
            return f"{last - first} rows of the list"
        line = f"{first + 1:,}–{last:,} of {total:,}"
        return "" if line in drawn.texts else f"the line {line}"

    return lack


def _opened(href: str) -> Check:
    def lack(drawn: Drawn) -> str:
        columns = drawn.component("transcript").get("columns") or [{}]
        if f"conversation={columns[0].get('id')}" not in href:
            return f"the conversation of {href}"
        return "" if columns[0].get("messages") else "its messages"

    return lack
