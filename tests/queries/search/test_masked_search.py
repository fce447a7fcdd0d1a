"""Readers search masked texts: no count, word, prefix, phrase or neighbour tells what is masked.

Planted are secrets in first prompts, in later messages and in answers, and a conversation whose
messages are revealed one at a time. The oracle is plain Python over the texts that were planted.
"""

import re

import pyarrow.parquet as pq
import pytest

from queries.breakdowns.word_counts import word_counter
from queries.errors import IndexMismatchError
from queries.filters import Filters
from queries.masking.pipeline import masked
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.service import search, similar
from queries.settings import Settings
from queries.store.atomic_files import write_json
from queries.store.errors import StoreOutdatedError
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.fake_embedder import HashedWordsEmbedder
from tests.support.stores import prepare_store

MAIL = "fabrizia@zephyrmail.example"
KEY = "AKIAZQ9XW7LM3PVT5RBD"
PHONE = "+1 415 555 0142"
HARM = "wobbegong quibblesome"
PLANTED = [
    tiny_dataset.row("s", "gpt-4", "English", f"Write to {MAIL} please", "Gladly so"),
    tiny_dataset.row("t", "gpt-4", "English", "Store this safely", "Done", f"Use {KEY} now", "Ok"),
    tiny_dataset.row("u", "gpt-4", "English", "Whom do I call?", f"Call {PHONE} tomorrow"),
    tiny_dataset.row(
        "v",
        "gpt-4",
        "English",
        (f"Tell of {HARM}", tiny_dataset.verdict("sexual/minors")),
        "Certainly not",
    ),
]
SECRET_WORDS = ["fabrizia", "zephyrmail", KEY, "415", "0142", *HARM.split()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("masked_search")
    raw = tiny_dataset.write(folder / "raw.parquet", [*tiny_dataset.ROWS, *PLANTED])
    prepare_store(raw, folder / "store")
    build_index(StorePath(folder / "store"), HashedWordsEmbedder(), Silent())
    return folder / "store"


@pytest.fixture(scope="module")
def store(folder):
    opened = open_store(folder, Settings(), embedder=HashedWordsEmbedder())
    yield opened
    opened.close()


def letters_of(results):
    return {key[0] for key in results.rows["conversation_id"]}


def total(store, text, **options):
    return search(store, Filters(), text, mode="words", **options).total


@pytest.mark.parametrize("word", SECRET_WORDS)
def test_no_word_prefix_or_filter_spells_out_a_secret(store, word):
    beginnings = [f"{word[:length]}*" for length in range(min(4, len(word)), len(word) + 1)]
    for text in (word, f'"{word}"', *beginnings, f"nothing OR {word}", f"{word} -nothing"):
        assert total(store, text) == 0
        for filters in (Filters(text=text), Filters(text=text, text_role="user")):
            assert store.run("slice_size", filters)["conversation_count"].iloc[0] == 0
    # The filter counts conversations, and so does what it leaves out.
    assert store.run("slice_size", Filters(word=word))["conversation_count"].iloc[0] == 0
    assert total(store, f"please -{word}") == total(store, "please")


def test_what_stands_around_a_secret_is_found_and_so_are_both_its_sides(store):
    for text, letters in (("please", "es"), ("use now", "t"), ("call tomorrow", "u")):
        assert letters_of(search(store, Filters(), text, mode="words")) == set(letters)
    assert store.run("slice_size", Filters(word="please"))["conversation_count"].iloc[0] == 1


def test_an_operator_finds_the_texts_themselves(store):
    expected = {"fabrizia": "s", KEY: "t", "0142": "u", "wobbegong": "v", "wobbe*": "v"}
    for text, letter in expected.items():
        results = search(store, Filters(), text, mode="words", is_raw=True)
        assert letters_of(results) == {letter}
    (text,) = search(store, Filters(), "fabrizia", mode="words", is_raw=True).rows["text"]
    assert text == f"Write to {MAIL} please"


def test_an_unmasked_search_is_one_of_all_texts(store):
    """Against a reading of the planted rows and the twelve: every word of every message."""
    rows = [*tiny_dataset.ROWS, *PLANTED]
    for word in ("egg", "please", "fabrizia", "no", "wobbegong"):
        having = {
            row["conversation_id"][0]
            for row in rows
            for message in row["conversation"]
            if word in re.findall(r"[a-z]+", message["content"].lower())
        }
        results = search(store, Filters(), word, mode="words", is_raw=True)
        assert letters_of(results) == having


def test_results_of_readers_are_masked(store):
    (text,) = search(store, Filters(), "tomorrow", mode="words").rows["text"]
    assert text == masked(f"Call {PHONE} tomorrow") == "Call [phone number] tomorrow"


def test_meaning_knows_no_secret(store):
    index = store.search_index()
    texts = index.prompts.count_rows()
    user_texts = {
        " ".join(message["content"].split())
        for row in [*tiny_dataset.ROWS, *PLANTED]
        for message in row["conversation"]
        if message["role"] == "user" and message["content"].strip()
    }
    # The prompt that is revealed only on its own has no vector.
    assert texts == len(user_texts) - 1
    for text in (MAIL, HARM):
        rows = search(store, Filters(), text, mode="meaning", row_limit=1).rows
        assert rows["similarity"].fillna(0).iloc[0] < 0.5
    with pytest.raises(Exception, match="no user message with text"):
        similar(store, Filters(), "v" * 32)


def test_distinctive_words_are_those_of_masked_texts(store):
    openings = store.run("sampled_openings", Filters(), params={"row_limit": 99, "seed": "1"})
    assert len(openings) == len(tiny_dataset.ROWS) + len(PLANTED) - 2  # Those of sexual/minors.
    with word_counter(len(openings)) as count:
        words = count(openings).counts
    assert words["please"] == 1
    assert set(words).isdisjoint({word.lower() for word in SECRET_WORDS} | {"email", "address"})


def test_a_store_of_an_earlier_version_opens_and_answers_no_word(folder, tmp_path):
    version = prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", PLANTED), tmp_path / "store"
    )
    for path in version.table("conversations").glob("*.parquet"):
        pq.write_table(pq.read_table(path).drop_columns("opening_words"), path)
    opened = open_store(tmp_path / "store", Settings())
    assert opened.run("slice_size", Filters())["conversation_count"].iloc[0] == len(PLANTED)
    with pytest.raises(StoreOutdatedError, match="chatscape prepare"):
        opened.run("slice_size", Filters(word="fabrizia"))
    with pytest.raises(StoreOutdatedError):
        opened.run("sampled_openings", Filters(), params={"row_limit": 9, "seed": "1"})
    opened.close()


def test_an_index_of_an_earlier_version_is_not_searched(folder, tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", PLANTED)
    prepare_store(raw, tmp_path / "store")
    version = build_index(StorePath(tmp_path / "store"), None, Silent()).version
    manifest = version.manifest()
    manifest["steps"]["index"]["index_format"] = 1
    write_json(version.manifest_path, manifest)
    opened = open_store(tmp_path / "store", Settings())
    with pytest.raises(IndexMismatchError):
        opened.search_index()
    opened.close()
