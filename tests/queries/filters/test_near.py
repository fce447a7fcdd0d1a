"""The filter `near` as it is written, read and described; what it keeps is tested with searches."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.cli.query import query
from queries.errors import FilterError
from queries.export.plan import ExportPlan, plan_from
from queries.export.selection_sql import selection_sql
from queries.filters import Filters
from queries.filters.arguments import filter_arguments
from queries.filters.compile import duckdb_where, literal_where
from queries.filters.describe import describe
from queries.filters.near import Near, parse_near
from queries.filters.parsing import filters_from_dict, filters_from_pairs
from queries.store.model_hash import model_hash

words = st.text(min_size=1, max_size=40).map(lambda text: " ".join(text.split())).filter(bool)
models = st.none() | st.text("0123456789abcdef", min_size=8, max_size=8)
turns = st.none() | st.integers(0, 999_999)
nears = st.builds(Near, words, least=st.floats(0, 1), model=models, turn=turns) | st.builds(
    Near, words, top=st.integers(1, 10**9), model=models, turn=turns
)
MODEL = {"name": "m", "sha256": "ab", "configuration_sha256": "cd", "dimension": 8}


@given(nears)
def test_a_filter_by_meaning_survives_texts_links_and_manifests(near):
    assert parse_near(str(near)) == near
    filters = Filters(near=str(near))
    assert filters_from_pairs(filters.pairs()) == filters
    assert filters_from_dict(json.loads(json.dumps(filters.values()))) == filters
    assert plan_from(json.loads(json.dumps(ExportPlan(filters).values()))).filters == filters
    context = query.make_context("query", ["slice_size", *filter_arguments(filters)])
    assert context.params["near"] == str(near)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0.5:how  to\ncook ", "0.5:how to cook"),
        ("0.50@00c0ffee:a: b@c", "0.5@00c0ffee:a: b@c"),
        ("1:x", "1.0:x"),
        ("top020:x", "top20:x"),
        ("top1@00c0ffee::", "top1@00c0ffee::"),
        ("0.5~:abc", "0.5~:abc"),
        ("0.5~0:abc", "0.5~:abc"),
        ("top3@00c0ffee~07:a:b", "top3@00c0ffee~7:a:b"),
    ],
)
def test_equal_filters_are_written_alike(text, canonical):
    assert filters_from_pairs([("near", text)]).pairs() == [("near", canonical)]


@pytest.mark.parametrize(
    "text",
    [
        *("cook", "0.5", "0.5:", "0.5: \n", "1.1:cook", "-0.1:cook", "nan:cook", "1e9:cook"),
        *("top0:cook", "top:cook", "topx:cook", "top99999999999:cook", "0.5@xyz:cook", "٠:cook"),
        *("0.5@00c0ffeee:cook", ".:cook", "1-1:cook"),
        *("0.5~x:abc", "0.5~3:", "0.5~1234567:abc", "0.5~3@00c0ffee:abc"),
    ],
)
def test_anything_else_is_refused_with_two_examples(text):
    with pytest.raises(FilterError, match=r"0\.5:how to cook rice, or top20:how to cook rice"):
        filters_from_pairs([("near", text)])


def test_a_text_has_at_most_a_thousand_characters():
    assert parse_near("0.5:" + "x" * 1_000).text == "x" * 1_000
    with pytest.raises(FilterError, match="at most 1,000 characters; this one has 1,001"):
        parse_near("0.5:" + "x" * 1_001)


def test_the_filter_is_described_in_words():
    assert describe(Filters(near="0.50:how to cook", min_turns=2)) == (
        "at least 2 turns; close in meaning to ‘how to cook’ (similarity at least 0.5)"
    )
    assert (
        describe(Filters(near="top1200@00c0ffee:cats")) == "the 1,200 closest in meaning to ‘cats’"
    )
    assert describe(Filters(near="top2~:abc")) == "the 2 closest in meaning to conversation abc"
    assert describe(Filters(near="1~3:abc")) == (
        "close in meaning to turn 3 of conversation abc (similarity at least 1)"
    )
    assert describe(Filters(near="top1:cats")) == "the conversation closest in meaning to ‘cats’"


def test_a_statement_refers_to_what_a_search_by_meaning_finds():
    filters = Filters(near="0.5@00c0ffee:a */ drop", text="cat", text_role="user")
    assert literal_where(filters.clauses()) == (
        "id_rank in (from found_by_text)  /* full-text search in user messages: cat */ and "
        "id_rank in (from found_by_meaning)  "
        "/* semantic search, similarity at least 0.5, model 00c0ffee: a * / drop */"
    )
    assert "/* the 3 conversations nearest in meaning: cat */" in literal_where(
        Filters(near="top3:cat").clauses()
    )
    assert "/* semantic search, similarity at least 0.5: turn 3 of conversation abc */" in (
        literal_where(Filters(near="0.5~3:abc").clauses())
    )
    header = selection_sql(ExportPlan(Filters(near="top3:cat"))).splitlines()[1]
    assert header == "-- found_by_meaning: the id_rank of each conversation that is near in meaning"
    with pytest.raises(TypeError, match="IsNear needs a search index"):
        duckdb_where(Filters(near="top3:cat").clauses())


def test_a_hash_tells_models_apart_and_not_where_they_lie():
    first = model_hash({"model": MODEL})
    assert first == model_hash({"model": MODEL | {"name": "/another/folder"}})
    assert len({first, *(model_hash({"model": MODEL | {n: 1}}) for n in list(MODEL)[1:])}) == 4
    endpoints = [
        MODEL | {"sha256": "", "name": name} for name in ("http://a/v1#m", "http://a/v1#n")
    ]
    assert len({model_hash({"model": model}) for model in endpoints}) == 2
    assert model_hash(None) is model_hash({}) is model_hash({"model": None}) is None


def test_a_model_is_written_out_where_there_is_none():
    assert Filters(near="0.5:x").with_model("00c0ffee").near == "0.5@00c0ffee:x"
    assert Filters(near="0.5@deadbeef:x").with_model("00c0ffee").near == "0.5@deadbeef:x"
    assert Filters(near="0.5:x").with_model(None) == Filters(near="0.5:x")
    assert Filters(min_turns=1).with_model("00c0ffee") == Filters(min_turns=1)
