"""Search by meaning: the nearest of a slice, each conversation once, as brute force has them."""

import shutil

import numpy as np
import pytest

from queries.errors import NotFoundError, UsageError
from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search import semantic
from queries.search.result_rows import result_rows
from queries.search.service import search, similar
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.fake_embedder import DictionaryEmbedder, HashedWordsEmbedder
from tests.support.pet_rows import PET_ROWS
from tests.support.slices import SLICES, ids_in_slice
from tests.support.stores import prepare_store

QUESTION = "cat dog weather"
EVERY = [Filters(), *SLICES]


def opened(folder, embedder):
    build_index(StorePath(folder), embedder, Silent())
    return open_store(folder, Settings(), embedder=embedder)


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """Conversations whose vectors are cat, dog, code and anything else, counted and scaled."""
    folder = tmp_path_factory.mktemp("pets")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", PET_ROWS), folder / "store")
    store = opened(folder / "store", DictionaryEmbedder())
    yield store
    store.close()


@pytest.fixture(scope="module")
def large(sample_folder, tmp_path_factory):
    """The sample, with so few prompts compared one by one that it has a vector index."""
    folder = tmp_path_factory.mktemp("large") / "store"
    shutil.copytree(sample_folder, folder)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("queries.search.semantic", "queries.prepare.index.vectors"):
            patch.setattr(f"{module}.EXACT_SEARCH_MAX", 600)
        patch.setattr("queries.prepare.index.vectors.PARTITION_ROWS", 200)
        patch.setattr("queries.prepare.index.recall.QUERY_COUNT", 50)
        store = opened(folder, HashedWordsEmbedder(64))
        yield store
        store.close()


def hits(result):
    """Of each result the letter of its id, its turn and its similarity."""
    columns = ("conversation_id", "turn_number", "similarity")
    rows = zip(*(result.rows[name].tolist() for name in columns), strict=True)
    return [(id_[0], turn, round(similarity, 2)) for id_, turn, similarity in rows]


def letters(result):
    return "".join(id_[0] for id_ in result.rows["conversation_id"])


def brute_force(store, vector, filters, without=()):
    """The similarity of every conversation of the slice that has a prompt, by rank of its id."""
    index, mask, best = store.search_index(), store.slice_mask(filters), {}
    vectors = np.concatenate(list(index.vector_batches()))
    for prompt, cosine in enumerate(np.clip(vectors @ vector, 0, 1).tolist()):
        for message in index.prompt_postings.messages_of(np.array([prompt]))[0]:
            rank = int(index.id_ranks[message])
            if (mask is None or mask[rank]) and prompt not in without:
                best[rank] = max(best.get(rank, 0.0), cosine)
    return best


def is_nearest(rows, best, count):
    """Whether rows are the nearest: as many, as near, each with its own similarity."""
    wanted = sorted(best.values(), reverse=True)[:count]
    similarities = rows["similarity"].tolist()
    own = [best.get(rank, -1) for rank in rows["id_rank"]]
    return len(similarities) == len(wanted) and np.allclose([similarities, own], wanted, atol=1e-4)


def test_a_conversation_is_as_near_as_its_nearest_turn(pets):
    result = search(pets, Filters(), "cat", mode="meaning")
    assert hits(result) == [
        ("a", 1, 1.0),
        ("d", 1, 1.0),
        ("g", 1, 1.0),
        ("0", 1, 0.89),  # 2 / sqrt(5)
        ("c", 2, 0.71),  # 1 / sqrt(2)
        ("b", 1, 0.58),  # 1 / sqrt(3)
        ("e", 1, 0.0),
        ("f", 1, 0.0),
    ]
    assert (result.total, result.is_nearest) == (8, True)
    assert set(result.rows["found_by"]) == {"meaning"}
    assert set(result.rows["role"]) == {"user"}
    assert result.rows["text"].tolist()[2:5] == ["  cat\n", "cat cat dog", "a cat"]


def test_a_slice_is_applied_before_the_nearest_are_counted(pets):
    nearest = search(pets, Filters(model=("n",)), "cat", mode="meaning", row_limit=2)
    assert (letters(nearest), nearest.total) == ("dc", 3)
    assert letters(search(pets, Filters(text="puppy"), "cat", mode="meaning")) == "cb"
    assert letters(search(pets, Filters(model=("o",)), "cat", mode="meaning")) == ""


def test_both_is_reciprocal_rank_fusion(pets):
    by = {mode: letters(search(pets, Filters(), "cat", mode=mode)) for mode in ("words", "meaning")}
    assert sorted(by["words"]) == ["0", "a", "c", "f", "g", "h"]
    scores = dict.fromkeys("0abcdefgh", 0.0)
    # By words counts a little more, so that they tell apart what would be equal.
    for order, weight in ((by["words"], 1.0001), (by["meaning"], 1)):
        for place, letter in enumerate(order, start=1):
            scores[letter] += weight / (60 + place)
    both = search(pets, Filters(), "cat", mode="both")
    assert letters(both) == "".join(sorted(scores, key=lambda letter: (-scores[letter], letter)))
    assert np.allclose(both.rows["score"], sorted(scores.values(), reverse=True))
    ways = dict(zip(letters(both), both.rows["found_by"], strict=True))
    alone = {"b": "meaning", "d": "meaning", "e": "meaning", "h": "words"}
    assert ways == {letter: alone.get(letter, "both") for letter in scores}
    assert both.total == 9
    assert both.rows.set_index("found_by")["similarity"].isna()["words"]
    assert both.rows["text"].tolist()[letters(both).index("f")] == "cat"
    assert letters(search(pets, Filters(model=("n",)), "cat", mode="both")) == "cdb"


@pytest.mark.parametrize("mode", ["meaning", "both"])
def test_the_meaning_of_answers_is_refused(pets, mode):
    with pytest.raises(UsageError, match="covers user messages only"):
        search(pets, Filters(), "cat", mode=mode, role="assistant")
    with pytest.raises(UsageError, match="words, meaning, both"):
        search(pets, Filters(), "cat", mode="mood")
    with pytest.raises(UsageError, match="1,000 nearest conversations"):
        search(pets, Filters(), "cat", mode="meaning", row_limit=2, row_offset=999)


def test_an_empty_question_is_refused(pets):
    with pytest.raises(UsageError):
        search(pets, Filters(), "  ", mode="meaning")


def test_like_leaves_out_itself_and_what_repeats_it(pets):
    result = similar(pets, Filters(), "a" * 32)
    assert hits(result)[:3] == [("d", 1, 1.0), ("0", 1, 0.89), ("c", 2, 0.71)]
    assert (letters(result), result.total) == ("d0cbef", 6)
    assert letters(similar(pets, Filters(model=("n",)), "a" * 32, row_limit=2)) == "dc"
    assert letters(similar(pets, Filters(model=("m",)), "d" * 32, row_limit=2)) == "ag"


def test_like_asks_about_all_turns_or_one(pets):
    # The sum of dog and (cat + x) / sqrt(2) is (0.71, 1, 0.71), of length sqrt(2).
    assert hits(similar(pets, Filters(), "c" * 32))[:3] == [
        ("b", 1, 0.99),
        ("0", 1, 0.76),
        ("e", 1, 0.71),
    ]
    result = similar(pets, Filters(), "c" * 32, turn_number=2)
    # 2 / sqrt(6), three times 1 / sqrt(2), 2 / sqrt(10); dog and code are unlike a cat.
    assert [near for _, _, near in hits(result)] == [0.82, 0.71, 0.71, 0.71, 0.63, 0, 0]
    assert letters(result) == "badg0ef"


def test_like_says_what_it_cannot_be_asked(pets):
    with pytest.raises(NotFoundError, match="no conversation 'zz'"):
        similar(pets, Filters(), "zz")
    with pytest.raises(UsageError, match="no user message with text"):
        similar(pets, Filters(), "h" * 32)
    with pytest.raises(UsageError, match="no user message with text"):
        similar(pets, Filters(), "a" * 32, turn_number=2)


@pytest.mark.parametrize("filters", EVERY, ids=str)
def test_only_the_slice_is_found_and_all_of_it_can_be(indexed_store, filters):
    ids = ids_in_slice(indexed_store, filters)
    vector = DictionaryEmbedder().embed_query(QUESTION)
    best = brute_force(indexed_store, vector, filters)
    for count in (5, 150):
        result = search(indexed_store, filters, QUESTION, mode="meaning", row_limit=count)
        assert is_nearest(result.rows, best, count)
        assert result.total == min(len(best), 1_000)
    for mode in ("words", "both"):
        result = search(indexed_store, filters, "write", mode=mode, row_limit=200)
        assert set(result.rows["conversation_id"]) <= ids
        assert len(result.rows) == min(result.total, 200)
        assert result.rows["conversation_id"].is_unique
    assert result.total >= min(len(best), 200)


@pytest.mark.parametrize("filters", EVERY, ids=str)
def test_the_vector_index_finds_what_is_nearest_in_a_slice(large, filters, monkeypatch):
    calls = []

    def watched(*arguments, real=semantic.nearest_prompts):
        calls.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(semantic, "nearest_prompts", watched)
    best = brute_force(large, HashedWordsEmbedder(64).embed_query(QUESTION), filters)
    exact = search(large, filters, QUESTION, mode="meaning", is_exact=True)
    assert is_nearest(exact.rows, best, 20)
    assert not calls
    near = search(large, filters, QUESTION, mode="meaning")
    assert len(near.rows) == len(exact.rows)
    assert set(near.rows["conversation_id"]) <= ids_in_slice(large, filters)
    least = exact.rows["similarity"].min() - 1e-4
    assert (near.rows["similarity"] >= least).sum() >= 0.95 * len(exact.rows)
    # These alone keep conversations with more than 600 of the 1,730 prompts.
    assert bool(calls) == (filters in (Filters(), *SLICES[1:4], SLICES[-1]))


def test_the_vector_index_is_asked_for_more_until_a_page_is_full(large, monkeypatch):
    calls = []

    def few_at_first(*arguments, real=semantic.nearest_prompts):
        calls.append(arguments[2])
        return tuple(part[: 5 if len(calls) == 1 else None] for part in real(*arguments))

    monkeypatch.setattr(semantic, "nearest_prompts", few_at_first)
    assert len(search(large, Filters(), QUESTION, mode="meaning").rows) == 20
    assert calls == sorted(set(calls))


def test_recall_is_measured_with_filters(large):
    facts = large.search_index().manifest
    assert facts["vector_index"]["num_partitions"] == 8
    assert facts["recall"]["queries"] == 50
    measured = facts["recall"]["measured"]
    assert len(measured) == 4
    assert min(row["recall"] for row in measured) >= 0.95


@pytest.mark.parametrize("mode", ["words", "meaning", "both"])
def test_first_pages_of_any_size_agree_about_their_order(indexed_store, large, mode):
    def pages(store, size):
        offsets = range(0, 60, size)
        options = [{"row_limit": size, "row_offset": offset} for offset in offsets]
        results = [search(store, Filters(), "write", mode=mode, **how) for how in options]
        return [rank for page in results for rank in page.rows["id_rank"]]

    for store in (indexed_store, large):
        assert pages(store, 5) == pages(store, 30) == pages(store, 60)
        assert len(set(pages(store, 60))) == 60


def test_every_conversation_is_on_one_page(indexed_store):
    ranks = [
        rank
        for offset in range(0, 1_000, 100)
        for rank in search(
            indexed_store, Filters(), QUESTION, mode="meaning", row_limit=100, row_offset=offset
        ).rows["id_rank"]
    ]
    assert len(ranks) == len(set(ranks)) == 1_000


def test_a_snippet_is_covered_and_masked_unless_asked(tmp_path):
    rude, mail = (
        ("a rude cat", tiny_dataset.verdict("harassment")),
        "ask jo@example.com about a puppy",
    )
    rows = [
        tiny_dataset.row("a", "m", "English", rude, "x"),
        tiny_dataset.row("b", "m", "English", mail, "x"),
    ]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = opened(tmp_path / "store", DictionaryEmbedder())

    def snippets(*, is_uncovered, is_raw):
        results = [search(store, Filters(), word, is_raw=is_raw) for word in ("cat", "puppy")]
        return [result_rows(page, is_uncovered=is_uncovered)["snippet"].iloc[0] for page in results]

    assert snippets(is_uncovered=False, is_raw=False) == [
        *("Covered: flagged as harassment", "ask [email address] about a «puppy»")
    ]
    assert snippets(is_uncovered=True, is_raw=True) == [
        *("a rude «cat»", "ask jo@example.com about a «puppy»")
    ]
    store.close()
