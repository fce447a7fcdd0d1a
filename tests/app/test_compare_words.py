"""The words and phrases of the page that compares two slices."""

import pytest

from tests.app.support.components import (
    captions,
    components,
    data,
    names,
    notes,
    opened_details,
    send,
    table,
    texts,
    whole,
)

pytestmark = pytest.mark.usefixtures("served")


def test_words_are_worked_out_when_they_are_asked_for(opened, odd_store):
    app = opened(odd_store("words"), "compare", model="gpt-4", against="rest")
    assert not {"words_a", "words_b"} & components(app)
    app.toggle(key="words").set_value(True)
    app = whole(app.run())
    assert app.query_params["words"] == "true"
    assert captions(app)[-3].startswith("n = 60 openings of A and 110 of B, seed 1;")
    assert sorted(names(app, "words_a")) == ["apple", "pie"]
    assert table(app, "words_a")["apple"]["A"] == "100 %"
    assert table(app, "words_a")["apple"]["B"] == "0 %"
    assert notes(app, "words_b")["rocket"]["B"] == "60"


def test_words_of_flagged_prompts_are_covered_until_they_are_asked_for(opened, odd_store):
    query = {"model": "gpt-4", "against": "rest", "words": "true"}
    app = opened(odd_store("words"), "compare", **query)
    assert sorted(names(app, "words_b")) == ["Covered: flagged", "rocket", "ship"]
    details = opened_details(app, "distinctive_words")
    assert "poison" not in data(details, "figures_distinctive_words")["export"]["csv"]
    app.toggle(key="uncover_words").set_value(True)
    app = whole(app.run())
    assert sorted(names(app, "words_b")) == ["poison", "rocket", "ship"]


@pytest.mark.parametrize(
    ("against", "side", "href"),
    [
        ("rest", "a", "browse?model=gpt-4&word=apple"),
        ("rest", "b", "browse?word=rocket"),
        ("model=koala-13b", "b", "browse?model=koala-13b&word=rocket"),
    ],
)
def test_a_word_leads_to_its_conversations(opened, odd_store, against, side, href):
    query = {"model": "gpt-4", "against": against, "words": "true"}
    app = opened(odd_store("words"), "compare", **query)
    app = whole(send(app, f"words_{side}", "chosen", href.split("&")[-1].removeprefix("browse?")))
    assert data(app, "go")["href"] == href


def test_phrases_of_two_words_can_be_counted(opened, odd_store):
    query = {"model": "gpt-4", "against": "rest", "words": "true", "of_words": "phrases"}
    app = whole(opened(odd_store("words"), "compare", **query))
    assert names(app, "words_a") == ["apple pie"]
    assert table(app, "words_a")["apple pie"]["A"] == "100 %"
    app = whole(send(app, "words_a", "chosen", "word=apple+pie"))
    assert data(app, "go")["href"] == "browse?model=gpt-4&word=apple+pie"


def test_few_openings_have_no_distinctive_words(opened, accepted):
    query = {"model": "gpt-4", "against": "rest", "words": "true"}
    app = whole(opened(accepted, "compare", **query))
    assert "No word occurs in at least five of these openings." in texts(app)


def test_few_openings_are_counted_all_the_same(opened, accepted):
    query = {"model": "gpt-4", "against": "rest", "words": "true"}
    app = opened(accepted, "compare", **query)
    assert any("n = 2 openings of A and 10 of B" in caption for caption in captions(app))
