"""Filters by word and by prompt group, and complements: the same in both engines."""

import re
import string

import duckdb
import lancedb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from queries.breakdowns.comparison import other_slice
from queries.breakdowns.overview import slice_size
from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.compile import duckdb_where, lance_where
from queries.filters.filters import Complement
from queries.filters.min_score import MinScore
from queries.masking.pipeline import masked
from queries.text.telling_words import telling_words
from queries.text.word_lines import word_line
from tests.support.oracle import RESTS, SLICES, in_slice, sample, store_with_rows
from tests.support.slices import ids_in_slice
from tests.support.strategies import slices
from tests.support.word_oracle import message_line, messages_with

OPENINGS = [c.prompt[:300] for c in sample() if c.prompt]
WHOLE_OPENINGS = [
    c.prompt
    for c in sample()
    if c.prompt and len(c.prompt) < 300 and masked(c.prompt) == c.prompt and not c.is_flagged()
]
WORDS = sorted({word for opening in OPENINGS for word in telling_words(opening)})
LETTER = r"[^\W_]"

ENGINE_SLICES = [
    Filters(word="story"),
    Filters(word="Act as a"),
    Filters(word="it's"),
    Filters(word="'; drop"),
    Filters(word="#"),
    Filters(word="C#"),
    Filters(word="l'eau"),
    Filters(word="(1 / 1"),
    Filters(word="a\\b %_"),
    Filters(word="中文"),
    Filters(word="商业"),
    Filters(word="é"),
    Filters(word="plano", language=("Portuguese",)),
    Complement(Filters(word="story")),
    Complement(Filters(word="商业", min_turns=2)),
    Complement(Filters(model=("vicuna-13b", "gpt-4"), flagged="none")),
    Complement(Filters(category=("hate", "violence"))),
    Complement(Filters(min_score=(MinScore("violence", 0.25),), redacted=True)),
    Complement(Filters(min_turns=2, max_turns=5, has_code=True, unique_prompts=True)),
    Complement(Filters()),
]


@pytest.fixture(scope="module", params=("sample", "ugly"))
def world(request, sample_store, tmp_path_factory):
    with store_with_rows(request.param, sample_store, tmp_path_factory.mktemp("slices")) as both:
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


def lance_ids(index, filters):
    query = index.search().where(lance_where(filters.clauses())).select(["conversation_id"])
    return set(query.limit(5_000).to_arrow()["conversation_id"].to_pylist())


@pytest.mark.parametrize("filters", ENGINE_SLICES + SLICES + RESTS, ids=str)
def test_engines_agree_on_words_and_complements(index, world, filters):
    assert lance_ids(index, filters) == ids_in_slice(world[0], filters)


def test_engines_agree_on_prompt_groups_and_their_complements(index, world):
    groups = index.search().select(["prompt_group"]).limit(5_000).to_arrow()["prompt_group"]
    for group in sorted(set(groups.to_pylist()) - {None})[:8]:
        filters = Filters(prompt_group=group)
        assert lance_ids(index, filters) == ids_in_slice(world[0], filters) != set()
        assert lance_ids(index, Complement(filters)) == ids_in_slice(world[0], Complement(filters))


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_engines_agree_on_any_word(sample_index, sample_store, word):
    for filters in (Filters(word=word), Complement(Filters(word=word))):
        assert lance_ids(sample_index, filters) == ids_in_slice(sample_store, filters)


@pytest.mark.parametrize("filters", SLICES + RESTS, ids=str)
def test_a_slice_equals_a_plain_python_filter(world, filters):
    store, conversations = world
    assert ids_in_slice(store, filters) == {c.id for c in in_slice(conversations, filters)}


def assert_divided(store, filters, every):
    chosen, rest = ids_in_slice(store, filters), ids_in_slice(store, Complement(filters))
    assert not chosen & rest
    assert chosen | rest == every
    counts = [
        slice_size(store, slice_)[["conversation_count", "message_count"]].iloc[0]
        for slice_ in (filters, Complement(filters), Filters())
    ]
    assert (counts[0] + counts[1]).tolist() == counts[2].tolist()


@given(slices)
@settings(max_examples=40, deadline=None)
def test_filters_and_their_complement_partition_the_store(world, filters):
    store, conversations = world
    assert_divided(store, filters, {c.id for c in conversations})


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
def test_a_row_with_a_null_is_in_the_complement(world, filters):
    store, conversations = world
    assert_divided(store, filters, {c.id for c in conversations})


def test_the_other_slice_is_the_complement_or_given_by_filters():
    filters = Filters(model=("gpt-4",))
    assert other_slice(filters, "rest") == Complement(filters)
    assert other_slice(filters, "") == Filters()
    assert other_slice(filters, "model=a+b&model=c%26d&flagged=any&word=it%27s") == Filters(
        model=("a b", "c&d"), flagged="any", word="it's"
    )
    with pytest.raises(FilterError):
        other_slice(filters, "rests=1")


def opening_of(store, filters):
    chosen = ids_in_slice(store, filters)
    return [c.prompt[:300] for c in sample() if c.id in chosen]


@given(st.sampled_from(WORDS) | st.sampled_from(WORDS).map(str.upper))
@settings(max_examples=50, deadline=None)
def test_the_word_keeps_the_openings_that_a_plain_reading_finds(sample_store, word):
    openings = [c.prompt[:300] for c in sample() if c.prompt and c.prompt in WHOLE_OPENINGS]
    expected = {openings[n] for n in messages_with(word, list(map(message_line, openings)))}
    matching = set(opening_of(sample_store, Filters(word=word)))
    assert matching & set(openings) == expected


@given(st.sampled_from([text for text in WHOLE_OPENINGS if text.isascii()]), st.data())
@settings(max_examples=50, deadline=None)
def test_a_word_of_an_opening_keeps_that_conversation(sample_store, opening, data):
    words = sorted(telling_words(opening))
    assume(words)
    word = data.draw(st.sampled_from(words))
    assert opening in opening_of(sample_store, Filters(word=word))


@pytest.fixture(scope="module")
def keeps_text():
    """Whether filters keep a conversation with an opening."""
    with duckdb.connect() as plain:

        def keeps(text, filters):
            condition, bound = duckdb_where(filters.clauses())
            statement = f"select {condition} from (select $line as opening_words)"
            line = f" {word_line(text)} "
            return plain.execute(statement, {**bound, "line": line}).fetchone()[0]

        yield keeps


# The parts of a decimal number are no words: digits and dots do not meet here.
@given(st.text("abcXYZ019 '_-\n", max_size=30) | st.text("abcXYZ '_-.\n", max_size=30))
@settings(max_examples=100, deadline=None)
def test_words_match_as_whole_words_only(keeps_text, text):
    words = telling_words(text)
    for word in words:
        assert keeps_text(text, Filters(word=word))
    for run in re.findall(f"{LETTER}+", text):
        part = run[1:]
        stands = re.search(f"(?<!{LETTER}){re.escape(part)}(?!{LETTER})", text, re.IGNORECASE)
        if part:
            assert keeps_text(text, Filters(word=part)) == bool(stands)


@given(st.sampled_from(string.punctuation), st.text("ab ", max_size=3))
@settings(max_examples=60, deadline=None)
def test_punctuation_in_a_word_is_no_wild_card(keeps_text, sign, end):
    word = f"x{sign}{end}".strip()
    assert keeps_text(f"before {word} after", Filters(word=word))
    assert not keeps_text("before xyz after", Filters(word=word))


def test_a_word_of_signs_keeps_nothing(keeps_text):
    assert not keeps_text("before # after", Filters(word="#"))
    assert keeps_text("C# after", Filters(word="C#"))
    assert not keeps_text("C# after", Filters(word="C++"))
