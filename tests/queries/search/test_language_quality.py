"""Which languages an index serves well: the figures, and what is said of them."""

import tomllib
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from queries.search import language_quality
from queries.search.language_quality import (
    WELL,
    language_figures,
    language_note,
    proposal,
    quality_sentences,
)
from queries.search.model_choice import ModelChoice
from queries.search.model_files import BUNDLED, MULTILINGUAL
from queries.search.quick_model import quick_name
from tests.bench.known_items import known_items, real_known_items
from tests.bench.model_quality import FUSED, by_language, figures, markdown
from tests.support.command_line import command_output
from tests.support.fake_embedder import DictionaryEmbedder

STORE = Path("store")


def row(queries, first, mrr, both=None):
    counts = {"queries": queries, "first": first, "first_ten": queries}
    return {**counts, "mrr": mrr, "both": both or mrr}


MEASURED = {
    BUNDLED: {
        "all": row(40, 20, 0.6),
        "Russian": row(12, 3, 0.3),
        "English": row(10, 9, 0.9),
        "Finnish": row(10, 4, 0.5),
        "across languages": row(8, 2, 0.4),
    },
    MULTILINGUAL: {
        "all": row(40, 38, 0.95),
        "English": row(10, 10, 1.0),
        "Russian": row(12, 11, 0.9),
        "Finnish": row(10, 7, 0.7),
    },
    quick_name(BUNDLED): {
        "all": row(22, 10, 0.5),
        "English": row(10, 8, 0.8),
        "Russian": row(12, 2, 0.2),
    },
}


@pytest.fixture
def measured(monkeypatch):
    monkeypatch.setattr(language_quality, "_measured", lambda: MEASURED)


@pytest.mark.parametrize("model", [BUNDLED, MULTILINGUAL, quick_name(BUNDLED)])
def test_the_figures_are_of_the_known_items(model):
    items = [*known_items(), *real_known_items()]
    counts = Counter(item.language for item in items if not item.is_across)
    figures = language_figures(model)
    assert {name: figure.queries for name, figure in figures.items()} == counts
    assert len(figures) == 12
    assert all(0 <= figure.first <= figure.queries for figure in figures.values())
    assert all(0 <= figure.mrr <= 1 for figure in figures.values())


def test_there_are_240_items_in_12_languages_and_60_across_them():
    items = [*known_items(), *real_known_items()]
    assert len(items) >= 240
    assert len({item.language for item in items}) == 12
    assert sum(item.is_across for item in items) >= 60
    assert len({(item.query, item.language) for item in items}) == len(items)


def test_what_a_model_serves_is_said_with_the_figures(measured):
    assert quality_sentences(BUNDLED) == [
        "Of 32 queries whose answer is known, so many had the right text first: English 9 of 10. "
        "These languages are served well.",
        "Not served well: Finnish 4 of 10, Russian 3 of 12. There, search by words or build the "
        "index with: chatscape index --model multilingual.",
        "Queries in another language than that of the text: 2 of 8.",
    ]
    assert quality_sentences(MULTILINGUAL) == [
        "Of 32 queries whose answer is known, so many had the right text first: English 10 of 10, "
        "Russian 11 of 12, Finnish 7 of 10. These languages are served well."
    ]
    assert quality_sentences(quick_name(BUNDLED)) == [
        "Of 22 queries whose answer is known, so many had the right text first: English 8 of 10. "
        "These languages are served well.",
        "Not served well: Russian 2 of 12. There, search by words or build the index with: "
        "chatscape index --model multilingual.",
    ]
    assert quality_sentences("other") == [
        "How well this model serves which languages was not measured."
    ]


def test_a_language_that_is_not_served_well_is_named(measured):
    assert language_note(BUNDLED, ["Russian", "English", "Russian"]) == (
        "Search by meaning with this index does not serve Russian well: the right text came first "
        "for 3 of 12 known queries. Search by words works in every language."
    )
    assert language_note(BUNDLED, ["Russian", "Finnish", "Thai"]) == (
        "Search by meaning with this index does not serve Finnish and Russian well: the right text "
        "came first for 4 of 10, 3 of 12 known queries. How well search by meaning with this index "
        "serves Thai was not measured. Search by words works in every language."
    )
    assert language_note(BUNDLED, ["English"]) is None
    assert language_note(BUNDLED, []) is None
    assert language_note(MULTILINGUAL, ["Finnish"]) is None
    assert language_note("other", ["Russian"]) is None
    assert "first for 2 of 12 known" in language_note(quick_name(BUNDLED), ["Russian"])
    assert language_note(quick_name("other"), ["Russian"]) is None


def test_the_other_model_is_proposed_where_it_gains_enough(measured):
    sentence = proposal(BUNDLED, {"English": 700, "Russian": 200, "Thai": 100}, STORE)
    assert sentence is not None
    assert sentence.startswith(
        "30.0% of the first prompts are in languages that the default model does not serve well "
        "(Russian 20.0%, Thai 10.0%); over the languages of this store, queries whose answer is "
        "known reach a mean reciprocal rank of 0.77 with it and 0.98 with the multilingual model"
    )
    assert sentence.endswith("chatscape index --model multilingual --store store")


@pytest.mark.parametrize(
    ("model", "counts"),
    [(MULTILINGUAL, {"Russian": 9}), ("other", {"Russian": 9}), (BUNDLED, {}), (BUNDLED, {"x": 9})],
)
def test_nothing_is_proposed_without_a_reason(measured, model, counts):
    assert proposal(model, counts, STORE) is None


def test_a_small_gain_is_no_reason(monkeypatch):
    # Search by both, which is the default, counts.
    close = {**MEASURED, MULTILINGUAL: {"English": row(10, 9, 0.99, 0.92)}}
    monkeypatch.setattr(language_quality, "_measured", lambda: close)
    assert proposal(BUNDLED, {"English": 100}, STORE) is None


def test_the_command_proposes_and_keeps_the_default(measured, own_folder, capsys, monkeypatch):
    monkeypatch.delenv("CHATSCAPE_MODEL", raising=False)
    monkeypatch.setattr(
        ModelChoice, "load", lambda *_, **__: DictionaryEmbedder(name="default for a test")
    )
    build = ("index", "--store", own_folder)
    out = command_output(capsys, *build)
    assert "of the first prompts are in languages that the default model does not serve" in out
    assert "embedded by default for a test" in out
    assert "of the first prompts" not in command_output(capsys, *build, "--model", BUNDLED)


def test_the_bound_of_well_is_met_by_english():
    assert language_figures(BUNDLED)["English"].mrr >= WELL


def test_the_figures_are_printed_as_the_file_holds_them():
    names = ["language", "model", "meaning", "both"]
    rows = [
        ("Russian", BUNDLED, 2, 1),
        ("Russian", BUNDLED, None, 4),
        ("Russian", FUSED, 1, 1),
        ("Russian", FUSED, 1, 1),
    ]
    places = pd.DataFrame(rows, columns=names).astype({"meaning": "Int64", "both": "Int64"})
    table, both = (by_language(places, column) for column in ("meaning", "both"))
    row_printed = {"queries": 2, "first": 0, "first_ten": 1, "mrr": 0.25, "both": 0.62}
    printed = tomllib.loads(figures(table, both))
    assert printed == {BUNDLED: {"all": row_printed, "Russian": row_printed}}
    assert f"| {BUNDLED} | 0.25 | 0.25 |" in markdown(table)
    assert f"| {FUSED} | 1.00 | 1.00 |" in markdown(table)
