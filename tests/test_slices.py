"""Slices of words, of one prompt, and of the rest: what they keep, the same in both engines."""

import re
import string

import duckdb
import lancedb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from queries.breakdowns import slice_size
from queries.clauses import duckdb_where, lance_where
from queries.comparison import other_slice
from queries.errors import FilterError
from queries.filter_values import MinScore
from queries.filters import Filters, Rest
from queries.words import words
from tests.oracle import RESTS, SLICES, kept_of, sample, told
from tests.strategies import slices
from tests.test_filters import ids

OPENINGS = [c.prompt[:300] for c in sample() if c.prompt]
WORDS = sorted({word for opening in OPENINGS for word in words(opening)})
LETTER = r"[^\W_]"

ENGINE_SLICES = [
    Filters(word="story"),
    Filters(word="Act as a"),
    Filters(word="it's"),
    Filters(word="'; drop"),
    Filters(word="#"),
    Filters(word="(1 / 1"),
    Filters(word="a\\b %_"),
    Filters(word="中文"),
    Filters(word="商业"),
    Filters(word="é"),
    Filters(word="plano", language=("Portuguese",)),
    Rest(Filters(word="story")),
    Rest(Filters(word="商业", min_turns=2)),
    Rest(Filters(model=("vicuna-13b", "gpt-4"), flagged="none")),
    Rest(Filters(category=("hate", "violence"))),
    Rest(Filters(min_score=(MinScore("violence", 0.25),), redacted=True)),
    Rest(Filters(min_turns=2, max_turns=5, has_code=True, unique_prompts=True)),
    Rest(Filters()),
]


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    with told(request.param, sample_store, tmp_path_factory.mktemp("slices")) as both:
        yield both


def indexed(store, folder):
    """The conversations of a store in LanceDB."""
    paths = sorted(store.version.table("conversations").glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(path) for path in paths])
    return lancedb.connect(folder).create_table("conversations", rows)


@pytest.fixture(scope="module")
def index(world, tmp_path_factory):
    return indexed(world[0], tmp_path_factory.mktemp("lance"))


@pytest.fixture(scope="module")
def sample_index(sample_store, tmp_path_factory):
    return indexed(sample_store, tmp_path_factory.mktemp("lance"))


def lance_ids(index, kept):
    found = index.search().where(lance_where(kept.clauses())).select(["conversation_id"])
    return set(found.limit(5_000).to_arrow()["conversation_id"].to_pylist())


@pytest.mark.parametrize("kept", ENGINE_SLICES + SLICES + RESTS, ids=str)
def test_both_engines_keep_the_same_words_and_rests(index, world, kept):
    assert lance_ids(index, kept) == ids(world[0], kept)


def test_both_engines_keep_the_same_prompt_and_its_rest(index, world):
    groups = index.search().select(["prompt_group"]).limit(5_000).to_arrow()["prompt_group"]
    for group in sorted(set(groups.to_pylist()) - {None})[:8]:
        one = Filters(prompt_group=group)
        assert lance_ids(index, one) == ids(world[0], one) != set()
        assert lance_ids(index, Rest(one)) == ids(world[0], Rest(one))


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_both_engines_look_for_any_word_alike(sample_index, sample_store, word):
    for kept in (Filters(word=word), Rest(Filters(word=word))):
        assert lance_ids(sample_index, kept) == ids(sample_store, kept)


@pytest.mark.parametrize("kept", SLICES + RESTS, ids=str)
def test_a_slice_keeps_the_conversations_of_which_it_is_true(world, kept):
    store, conversations = world
    assert ids(store, kept) == {one.id for one in kept_of(conversations, kept)}


def assert_divided(store, filters, every):
    kept, rest = ids(store, filters), ids(store, Rest(filters))
    assert not kept & rest
    assert kept | rest == every
    counts = [
        slice_size(store, slice_)[["conversation_count", "message_count"]].iloc[0]
        for slice_ in (filters, Rest(filters), Filters())
    ]
    assert (counts[0] + counts[1]).tolist() == counts[2].tolist()


@given(slices)
@settings(max_examples=40, deadline=None)
def test_filters_and_their_rest_share_the_store_between_them(world, filters):
    store, conversations = world
    assert_divided(store, filters, {one.id for one in conversations})


@pytest.mark.parametrize(
    "filters",
    [
        Filters(language=("English",)),
        Filters(model=("gpt-4",), min_turns=1),
        Filters(min_score=(MinScore("hate", 0.0),)),
        Filters(redacted=False, unique_prompts=True),
        Filters(word="go"),
        Filters(prompt_group=0),
    ],
    ids=str,
)
def test_a_row_with_a_null_is_in_the_rest_of_filters_on_its_column(world, filters):
    store, conversations = world
    assert_divided(store, filters, {one.id for one in conversations})


def test_the_other_slice_is_the_rest_or_what_an_address_says():
    filters = Filters(model=("gpt-4",))
    assert other_slice(filters, "rest") == Rest(filters)
    assert other_slice(filters, "") == Filters()
    assert other_slice(filters, "model=a+b&model=c%26d&flagged=any&word=it%27s") == Filters(
        model=("a b", "c&d"), flagged="any", word="it's"
    )
    with pytest.raises(FilterError):
        other_slice(filters, "rests=1")


def opening_of(store, kept):
    chosen = ids(store, kept)
    return [c.prompt[:300] for c in sample() if c.id in chosen]


@given(st.sampled_from(WORDS) | st.sampled_from(WORDS).map(str.upper))
@example("İ")
@settings(max_examples=50, deadline=None)
def test_every_opening_that_a_word_keeps_has_the_word(sample_store, word):
    for opening in opening_of(sample_store, Filters(word=word)):
        assert word.casefold() in opening.casefold()


@given(st.sampled_from([opening for opening in OPENINGS if opening.isascii()]), st.data())
@settings(max_examples=50, deadline=None)
def test_a_word_of_an_opening_keeps_its_conversation(sample_store, opening, data):
    found = sorted(words(opening))
    assume(found)
    word = data.draw(st.sampled_from(found))
    assert opening in opening_of(sample_store, Filters(word=word))


@pytest.fixture(scope="module")
def keeps_text():
    """Whether filters keep a conversation with an opening."""
    with duckdb.connect() as plain:

        def asked(text, filters):
            condition, bound = duckdb_where(filters.clauses())
            statement = f"select {condition} from (select $text as opening)"
            return plain.execute(statement, {**bound, "text": text}).fetchone()[0]

        yield asked


@given(st.text("abcXYZ019 '_-.\n", max_size=30))
@settings(max_examples=100, deadline=None)
def test_every_word_of_plain_text_is_found_in_it_and_no_part_of_one(keeps_text, text):
    found = words(text)
    for word in found:
        assert keeps_text(text, Filters(word=word))
    for run in re.findall(f"{LETTER}+", text):
        part = run[1:]
        stands = re.search(f"(?<!{LETTER}){re.escape(part)}(?!{LETTER})", text, re.IGNORECASE)
        if part:
            assert keeps_text(text, Filters(word=part)) == bool(stands)


@given(st.sampled_from(string.punctuation), st.text("ab ", max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_sign_in_a_word_stands_for_itself(keeps_text, sign, end):
    word = f"x{sign}{end}".strip()
    assert keeps_text(f"before {word} after", Filters(word=word))
    assert not keeps_text("before xyz after", Filters(word=word))
