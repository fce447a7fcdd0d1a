"""The load test's own reckoning: what a reader does, what a page lacks, what a report says."""

import random

import pytest
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.load.drawn import Drawn
from tests.load.flood import slow_steps
from tests.load.known import FEW, Known, Wanted
from tests.load.report import Load, Phase, missed, p95, written
from tests.load.visitor import Taken
from tests.load.walk import walk

ID = "$$ID-0123456789abcdef-"


@pytest.fixture(scope="session")
def known(indexed_folder):
    known = Known(indexed_folder)
    known.read()
    return known


def element(kind, **values):
    message = ForwardMsg()
    drawn = getattr(message.delta.new_element, kind)
    drawn.SetInParent()
    for name, value in values.items():
        getattr(drawn, name).extend(value) if isinstance(value, list) else setattr(
            drawn, name, value
        )
    return message


def test_a_page_is_its_texts_its_widgets_and_what_its_components_were_given():
    drawn = Drawn()
    for message in (
        element("heading", body="Overview"),
        element("metric", label="Conversations", body="12"),
        element("multiselect", id=f"{ID}model", options=["gpt-4 · 1,200", "vicuna · 3"]),
        element("bidi_component", id=f"{ID}list_navigation", json='{"after": "conversation?x"}'),
    ):
        drawn.add(message)
    assert drawn.texts == ["Overview", "Conversations: 12"]
    assert drawn.widgets["model"].id == f"{ID}model"
    assert drawn.option("model", "vicuna") == "vicuna · 3"
    assert drawn.option("model", "vicun") is None
    assert drawn.component("list_navigation") == {"after": "conversation?x"}
    assert drawn.component("list") == {}
    assert drawn.problems == []


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (element("exception", type="KeyError", message="x"), "KeyError: x"),
        (element("alert", body="It failed.", format=Alert.ERROR), "It failed."),
        (ForwardMsg(page_not_found={"page_name": "x"}), "the page was not found"),
    ],
)
def test_an_error_on_a_page_is_a_problem(message, problem):
    drawn = Drawn()
    drawn.add(element("alert", body="Wait.", format=Alert.INFO))
    drawn.add(message)
    assert drawn.problems == [problem]


def test_what_is_known_is_what_the_store_answers(known, indexed_store):
    from queries.breakdowns.overview import slice_size
    from queries.filters.parsing import filters_from_pairs
    from queries.search.service import search

    draw = random.Random(5)
    assert known.count(Wanted()) == 2000
    for wanted in [known.wanted(draw) for _ in range(20)]:
        pairs = [pair.split("=") for pair in wanted.query.split("&")]
        size = slice_size(indexed_store, filters_from_pairs(pairs))
        assert known.count(wanted) == size["conversation_count"].iloc[0] >= FEW
    assert len(known.counted_words) == 3
    for word, count in known.counted_words.items():
        result = search(indexed_store, filters_from_pairs([]), word, mode="words")
        assert result.total == count > 0


def kinds(known, draw, count):
    """Of the first steps of a reader who is shown pages with nothing on them."""
    steps = walk(draw, known)
    step = next(steps)
    seen = [step.kind]
    for _ in range(count - 1):
        step = steps.send(Drawn(query=step.ask.query))
        seen.append(step.kind)
    return seen


def test_a_reader_filters_searches_and_reads_again_and_again(known):
    once = [
        *("filter by address", "filter by a widget", "page Models", "page Moderation"),
        *("search by words", "search by meaning", "page Browse"),
    ]
    seen = [kind for kind in kinds(known, random.Random(1), 40) if kind != "next page of the list"]
    assert seen[0] == "open the dashboard"
    assert seen[1:15] == [*once, *once]


def test_the_same_seed_takes_the_same_steps(known):
    walks = []
    for seed in (1, 1, 2):
        steps = walk(random.Random(seed), known)
        walks.append([next(steps).ask, steps.send(Drawn()).ask])
    assert walks[0] == walks[1] != walks[2]


def test_a_page_without_what_it_must_show_is_reported(known):
    steps = walk(random.Random(1), known)
    lack = next(steps).lack
    assert lack(Drawn()) == "the title Overview"
    texts = ["Overview", "Conversations: 1,999", "1,999 conversations: all conversations"]
    assert lack(Drawn(texts=texts)) == "the figure 2,000"
    texts = ["Overview", "Conversations: 2,000", "2,000 conversations: all conversations"]
    assert lack(Drawn(texts=texts)) == ""


def test_no_two_slow_questions_are_the_same(known):
    steps = slow_steps(known)
    asks = [next(steps).ask, *(steps.send(Drawn()).ask for _ in range(30))]
    assert asks[1].changed.trigger_value
    assert len({(ask.page, ask.query) for ask in asks[2:]}) == 29


def load(calm, beside=(), **figures):
    phases = [Phase("Readers", list(calm), 900, 1, 10)]
    phases += [Phase("Beside", list(beside), 950, 1, 10)] if beside else []
    return Load(2, phases, **{"idle_mb": 800, "after_mb": 810, **figures})


def steps(*seconds, problem=""):
    return [Taken("page Models", duration, problem) for duration in seconds]


def test_p95_is_the_value_that_95_of_100_stay_at_or_below():
    assert p95([n / 100 for n in range(100, 0, -1)]) == 0.95
    assert p95([3.0]) == 3.0
    assert p95([]) == 0


@pytest.mark.parametrize(
    ("measured", "message"),
    [
        (load(steps(0.1, 1.5)), ""),
        (load(steps(0.1, 1.51)), "p95 of a rerun is 1.51 s, more than 1.5 s"),
        (load(steps(0.1, problem="x")), "Readers: 1 of 1 steps had errors"),
        (load([]), "Readers: nothing was done"),
        (load(steps(0.5), steps(1.0)), ""),
        (load(steps(0.5), steps(1.01)), "Beside: p95 of the others is 1.01 s, not 0.50 s"),
        (load(steps(0.1), steps(0.35)), ""),
        (load(steps(0.1), after_mb=901), "memory stayed at 901 MB and was 800 MB before"),
        (load(steps(0.1), after_mb=900), ""),
    ],
)
def test_a_missed_target_is_reported(measured, message):
    assert missed(measured) == ([message] if message else [])
    assert ("Every target is met." in written(measured)) == (not message)


def test_the_report_counts_what_was_done():
    report = written(load([*steps(0.1, 0.2, 0.3), Taken("connection", 0.0, "it was lost")]))
    assert "Readers: 3 reruns in 10 s, 0.3 a second; 333 ms of a core each" in report
    assert "| page Models | 3 | 200 ms | 300 ms | 300 ms | 0 |" in report
    assert "| all | 3 | 200 ms | 300 ms | 300 ms | 0 |" in report
    assert "- connection: it was lost" in report
    assert "Missed: Readers: 1 of 4 steps had errors." in report
