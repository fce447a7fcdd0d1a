"""A search by meaning as a set, compared with numpy over the stored vectors."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from queries.breakdowns.facets import facets
from queries.breakdowns.overview import model_mix, slice_size
from queries.cli import run
from queries.errors import (
    FilterError,
    IndexMissingError,
    IndexWithoutModelError,
    NotFoundError,
    RemovedError,
    UsageError,
)
from queries.filters import Filters
from queries.filters.filters import Complement, Intersection
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.search import nearness
from queries.search.index import VECTOR_FILE
from queries.search.service import search, similar
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.model_hash import model_hash
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.fake_embedder import DictionaryEmbedder, HashedWordsEmbedder
from tests.support.pet_rows import PET_ROWS
from tests.support.slices import SLICES
from tests.support.stores import prepare_store


def letters(store, *slices):
    return "".join(
        "".join(sorted(id_[0] for id_ in ids(store, slice_))) + "|" for slice_ in slices
    ).removesuffix("|")


def ids(store, slice_):
    ranks = store.run("slice_members", slice_)["id_rank"].tolist()
    files = sorted(store.version.table("conversations").glob("*.parquet"))
    rows = pq.read_table(files, columns=["id_rank", "conversation_id"]).to_pylist()
    return {row["conversation_id"] for row in rows if row["id_rank"] in set(ranks)}


@pytest.fixture
def pets(tmp_path):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", PET_ROWS), tmp_path / "store")
    build_index(StorePath(tmp_path / "store"), DictionaryEmbedder(), Silent())
    store = open_store(tmp_path / "store", Settings(), embedder=DictionaryEmbedder())
    yield store
    store.close()


def near(value, **fields):
    return Filters(near=value, **fields)


def test_a_cut_keeps_what_is_near_enough(pets):
    assert letters(pets, near("0.9:cat"), near("0.7:cat"), near("0.5:cat")) == "adg|0acdg|0abcdg"
    assert letters(pets, near("0:cat"), near("1:cat"), near("0.71:cat")) == "0abcdefg|adg|0adg"
    assert letters(pets, near("0.7:cat", model=("n",)), near("0.9:gato")) == "cd|adg"


def test_the_top_are_counted_in_the_store_and_smaller_ids_come_first(pets):
    tops = [near(f"top{count}:cat") for count in (1, 2, 3, 4, 5, 7, 8, 9)]
    assert letters(pets, *tops) == "a|ad|adg|0adg|0acdg|0abcdeg|0abcdefg|0abcdefg"
    assert letters(pets, near("top4:cat", model=("n",))) == "d"


def test_it_is_a_filter_like_any_other(pets):
    filters = near("0.7:cat")
    assert letters(pets, Complement(filters)) == "befh"
    assert letters(pets, Intersection(filters, near("0.7:dog"))) == "c"
    assert letters(pets, Intersection(filters, Complement(near("top3:cat")))) == "0c"
    assert slice_size(pets, filters)["conversation_count"].tolist() == [5]
    assert dict(model_mix(pets, filters)[["model", "conversation_count"]].to_numpy()) == {
        "m": 3,
        "n": 2,
    }
    counts = facets(lambda query, of: query(pets, of), filters)
    assert dict(counts["language"]) == {"English": 4, "Spanish": 1}
    results = search(pets, filters, "dog", mode="meaning").rows["conversation_id"]
    assert "".join(results.str[0]) == "c0adg"


def test_what_is_near_to_a_conversation_leaves_it_and_its_repeats_out(pets):
    a, c = PET_ROWS[1]["conversation_id"], PET_ROWS[3]["conversation_id"]
    # g has the same message as a. To “a cat”, b has 2/√6, a, d and g 1/√2, and 0 √(2/5).
    assert letters(pets, near(f"0.7~:{a}"), near(f"top1~1:{a}"), near(f"0~:{a}")) == "0cd|d|0bcdef"
    assert letters(pets, near(f"0.7~2:{c}"), near(f"top1~2:{c}")) == "abdg|b"
    for key, turn in ((a, None), (c, 2), (c, None)):
        rows = similar(pets, Filters(), key, turn_number=turn).rows
        for cut in (0.2, 0.6, 0.75):
            expected = rows["conversation_id"][rows["similarity"] >= cut]
            assert ids(pets, near(f"{cut}~{turn or ''}:{key}")) == set(expected)


def test_nothing_is_near_to_what_is_not_there(pets):
    a = PET_ROWS[1]["conversation_id"]
    assert letters(pets, near(f"0.9~:{a}")) == "d"
    remove(pets.path, [a], "a wish", "somebody")
    with pytest.raises(RemovedError, match="permanently removed"):
        ids(pets, near(f"0.9~:{a}"))
    with pytest.raises(NotFoundError, match="no conversation 'nowhere'"):
        ids(pets, near("0.9~:nowhere"))
    with pytest.raises(UsageError, match="no user message with text"):
        ids(pets, near(f"0.9~:{PET_ROWS[8]['conversation_id']}"))


def test_a_removed_conversation_is_in_no_set_and_leaves_no_gap(pets):
    assert letters(pets, near("top3:cat"), near("0.8:cat")) == "adg|0adg"
    remove(pets.path, [PET_ROWS[1]["conversation_id"]], "a wish", "somebody")
    assert letters(pets, near("top3:cat"), near("0.8:cat")) == "0dg|0dg"
    assert letters(pets, Complement(near("0.8:cat"))) == "bcefh"


def test_another_model_is_refused_in_a_sentence(pets):
    model = model_hash(pets.index_facts)
    assert letters(pets, near(f"0.9@{model}:cat")) == "adg"
    with pytest.raises(FilterError, match=rf"model \(00c0ffee\) than .* index \({model}\), so it"):
        ids(pets, near("0.9@00c0ffee:cat"))


def test_a_store_without_vectors_or_index_says_so(tmp_path):
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", PET_ROWS), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    with pytest.raises(IndexMissingError, match="no search index"):
        ids(store, near("0.5:cat"))
    build_index(StorePath(tmp_path / "store"), None, Silent())
    store = open_store(tmp_path / "store", Settings())
    with pytest.raises(IndexWithoutModelError, match="without vectors"):
        ids(store, near("0.5:cat"))
    assert letters(store, Filters(text="puppy")) == "bc"


@pytest.fixture(scope="module")
def large(sample_folder, tmp_path_factory):
    """The sample with a vector index, which this filter does not use."""
    folder = tmp_path_factory.mktemp("large") / "store"
    shutil.copytree(sample_folder, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("queries.prepare.index.vectors.EXACT_SEARCH_MAX", 600)
        patch.setattr("queries.prepare.index.vectors.PARTITION_ROWS", 200)
        patch.setattr("queries.prepare.index.recall.QUERY_COUNT", 50)
        patch.setattr("queries.search.index._BATCH_ROWS", 100)
        build_index(StorePath(folder), HashedWordsEmbedder(64), Silent())
        store = open_store(folder, Settings(), embedder=HashedWordsEmbedder(64))
        yield store
        store.close()


def oracle(store, text):
    """The similarity of each conversation with a user message, by the files of the store alone."""
    vectors = np.load(store.version.path / "index.lance" / VECTOR_FILE).astype(np.float64)
    of_prompts = vectors @ HashedWordsEmbedder(64).embed_query(text).astype(np.float64)
    files = sorted(store.version.table("messages").glob("*.parquet"))
    rows = pq.read_table(files, columns=["id_rank", "role", "text"]).to_pylist()
    numbers: dict[str, int] = {}
    best: dict[int, float] = {}
    index = store.search_index()
    texts = index.message_rows(range(len(rows)), ["text"])
    for row, shown in zip(rows, texts, strict=True):
        text_ = " ".join((shown["text"] or "").split())
        if row["role"] == "user" and text_:
            number = numbers.setdefault(text_, len(numbers))
            rank = row["id_rank"]
            best[rank] = max(best.get(rank, 0.0), float(of_prompts[number]))
    assert len(numbers) == len(vectors)
    return best


@pytest.mark.parametrize("text", ["how do I boil an egg", "python code", "a"])
def test_sets_are_those_of_numpy_over_the_stored_vectors(large, text):
    assert large.search_index().manifest["vector_index"]
    best = oracle(large, text)
    nearest = sorted(best.values(), reverse=True)
    for count in (1, 7, 100, 10**6):
        ranks = large.run("slice_members", near(f"top{count}:{text}"))["id_rank"].tolist()
        assert len(ranks) == min(count, len(best))
        kept = sorted((best[rank] for rank in ranks), reverse=True)
        assert np.allclose(kept, nearest[:count], atol=1e-5)
    for cut in (0.0123, 0.2345, 0.4567, 0.6789):
        expected = {rank for rank, similarity in best.items() if similarity >= cut}
        for filters in SLICES[:4]:
            mask = large.slice_mask(filters)
            both = Intersection(filters, near(f"{cut}:{text}"))
            ranks = set(large.run("slice_members", both)["id_rank"].tolist())
            assert ranks == {rank for rank in expected if mask is None or mask[rank]}


def test_a_text_is_compared_once_for_all_its_cuts(large, monkeypatch):
    calls = []
    monkeypatch.setattr(
        nearness, "_of_conversations", lambda *args: calls.append(1) or np.zeros(9_999, np.float32)
    )
    for cut in ("0.5", "0.6", "top3", "top4@" + str(model_hash(large.index_facts))):
        large.run("slice_members", near(f"{cut}:never asked before"))
    assert calls == [1]


def test_commands_take_the_filter_and_write_the_model(pets, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("queries.search.index.load_embedder", lambda _: DictionaryEmbedder())
    model, folder = model_hash(pets.index_facts), str(pets.path.path)
    printed = command_output(
        capsys, "query", "slice_size", "--near", "0.7:cat", "--store", folder, "--format", "json"
    )
    assert json.loads(printed)[0]["conversation_count"] == 5
    out = tmp_path / "cats.jsonl"
    command_output(
        capsys, "export", str(out), "--near", "top3:cat", "--shape", "ids", "--store", folder
    )
    rows = [json.loads(line)["conversation_id"][0] for line in out.read_text().splitlines()]
    assert rows == ["a", "d", "g"]
    manifest = json.loads(out.with_name("cats.jsonl.manifest.json").read_text())
    assert manifest["plan"]["filters"] == {"near": f"top3@{model}:cat"}
    assert manifest["words"] == "the 3 closest in meaning to ‘cat’"
    assert manifest["index"]["model"] == pets.index_facts["model"]
    again = command_output(
        capsys,
        *("export", str(tmp_path / "again.jsonl"), "--store", folder),
        *("--from", str(out.with_name("cats.jsonl.manifest.json"))),
    )
    assert "the same as the export of the manifest, byte by byte" in again
    arguments = ["list", "--near", "0.5@00c0ffee:cat", "--store", folder]
    assert run(arguments) == 2
    assert "made with another embedding model (00c0ffee)" in capsys.readouterr().err
