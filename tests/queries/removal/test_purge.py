"""A purge leaves a store that is that of data which never had the removed conversations."""

import hashlib
import json
import shutil

import lancedb
import numpy as np
import pyarrow.parquet as pq
import pytest

from queries.breakdowns.registry import run_breakdown
from queries.filters import Filters
from queries.prepare.build import build_store
from queries.runtime.progress import Silent
from queries.search.index import SearchIndex
from queries.search.service import MODES, search, similar
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from tests.support.removals import (
    PLANTED,
    REASON,
    SECRETS,
    built,
    mixed_rows,
    opened,
    places_with,
    planted,
    purged,
    removed_from,
    table_of,
    without,
    written,
)
from tests.support.searchable_texts import searchable_texts
from tests.support.stores import conversation_count

CASES = [
    ("some", "meaning"),
    ("some", "words"),
    ("some", "none"),
    ("part", "none"),
    ("all", "meaning"),
]


def ids_of(raw):
    return pq.read_table(raw)["conversation_id"].to_pylist()


def removed_ids_of(raw, kind):
    ids = sorted(ids_of(raw), key=str.encode)
    chosen = {"some": ids[::4], "part": ids[:70], "all": ids}[kind]
    return sorted({*chosen, *PLANTED})


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return written(tmp_path_factory.mktemp("raw") / "raw.parquet", mixed_rows())


@pytest.fixture(scope="module")
def templates(raw, tmp_path_factory):
    """By kind of index a store of the whole file, of which tests take copies."""
    stores = {}

    def template(index):
        if index not in stores:
            stores[index] = built(raw, tmp_path_factory.mktemp(index) / "store", index=index)
        return stores[index]

    return template


@pytest.fixture(scope="module", params=CASES, ids=str)
def sides(request, raw, templates, tmp_path_factory):
    """A purged store, its confirmation, one that never had these ids, and the ids."""
    kind, index = request.param
    ids = removed_ids_of(raw, kind)
    folder = tmp_path_factory.mktemp("purged")
    shutil.copytree(templates(index), folder / "store")
    removed_from(folder / "store", ids)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SearchIndex, "load_model", lambda _: pytest.fail("a model was called"))
        letter = purged(folder / "store")
    rest = without(raw, ids, folder / "rest.parquet")
    return folder / "store", letter, built(rest, folder / "never", index=index), ids


@pytest.mark.parametrize("name", ["conversations", "messages", "verbatim"])
def test_the_tables_are_those_of_a_fresh_prepare(sides, name):
    folder, _, never, _ = sides
    actual, wanted = table_of(folder, name), table_of(never, name)
    assert actual.num_rows == wanted.num_rows
    # NaN is itself in a representation.
    assert repr(actual.to_pylist()) == repr(wanted.to_pylist())


def test_the_manifest_counts_what_is_there(sides):
    folder, _, never, ids = sides
    actual, wanted = (StorePath(path).current().manifest() for path in (folder, never))
    for name in ("counts", "oddities", "format", "is_synthetic", "limit"):
        assert actual[name] == wanted[name], name
    assert actual["left_out_count"] == len(ids)
    for name in ("message_count", "prompt_count", "cut_prompt_count", "word_count", "model"):
        of_both = [manifest["steps"].get("index", {}).get(name) for manifest in (actual, wanted)]
        assert of_both[0] == of_both[1], name
    for file in actual["files"]:
        data = (StorePath(folder).current().path / file["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])


def test_no_removed_text_is_left_in_bytes_or_values(sides):
    folder, _, never, _ = sides
    planted_names = {row["model"] for row in planted()[:6]} | {
        row["language"] for row in planted()[:6]
    }
    assert places_with(folder, [*SECRETS, *planted_names]) == {}
    assert places_with(never, SECRETS) == {}
    names = {"CURRENT", "versions", "state", "removed.parquet"}
    names |= {"prompt-groups.key", ".lock", ".removing"}
    assert {path.name for path in folder.iterdir()} == names
    assert [version.name for version in StorePath(folder).versions()] == [
        StorePath(folder).current_name()
    ]


def test_searches_give_the_results_of_an_index_that_never_had_them(sides):
    folder, _, never, ids = sides
    with opened(folder) as purged_store, opened(never) as fresh_store:
        if purged_store.index_facts is None:
            assert fresh_store.index_facts is None
            return
        for mode in MODES if purged_store.has_vectors else ("words",):
            for text in ("egg", "story OR ok*", '"go on"'):
                pages = [
                    search(s, Filters(), text, mode=mode, row_limit=99)
                    for s in (purged_store, fresh_store)
                ]
                assert repr(pages[0].rows.to_dict()) == repr(pages[1].rows.to_dict())
                assert pages[0].total == pages[1].total
        for filters in (Filters(text="egg"), Filters(unique_prompts=True)):
            sizes = [
                run_breakdown(s, "slice_size", filters, {}).to_dict()
                for s in (purged_store, fresh_store)
            ]
            assert repr(sizes[0]) == repr(sizes[1])
        if purged_store.has_vectors and "f" * 32 not in ids:
            near = [
                similar(s, Filters(), "f" * 32, row_limit=50) for s in (purged_store, fresh_store)
            ]
            assert repr(near[0].rows.to_dict()) == repr(near[1].rows.to_dict())


def test_vectors_of_remaining_prompts_are_the_same_bits(sides, templates, raw):
    folder, _, never, _ = sides
    with opened(folder) as store:
        if not store.has_vectors:
            return
    before, after = vectors_in(templates("meaning")), vectors_in(folder)
    version = StorePath(never).current()
    texts = searchable_texts(version)
    roles = pq.read_table(version.table("messages"), columns=["role"])["role"].to_pylist()
    prompts = {
        " ".join(text.split())
        for text, role in zip(texts, roles, strict=True)
        if role == "user" and (text or "").split()
    }
    assert set(after) == prompts
    assert after == {text: before[text] for text in prompts}
    in_file = np.load(StorePath(folder).current().path / "index.lance" / "vectors.npy")
    assert sorted(row.tobytes() for row in in_file) == sorted(after.values())


def vectors_in(folder):
    """The bytes of the vector of each prompt, read from the tables of LanceDB alone."""
    database = lancedb.connect(StorePath(folder).current().path / "index.lance")
    rows = {name: database.open_table(name).to_arrow() for name in ("messages", "prompts", "turns")}
    vectors = rows["prompts"]["vector"].to_pylist()
    texts = rows["messages"]["text"].to_pylist()
    return {
        " ".join(texts[turn["message_number"]].split()): np.array(
            vectors[turn["prompt_number"]], np.float16
        ).tobytes()
        for turn in rows["turns"].to_pylist()
    }


def test_the_confirmation_says_the_hash_of_each_published_row(sides, templates):
    folder, letter, _, ids = sides
    rows = {row["conversation_id"]: row for row in mixed_rows()}
    hashes = {}
    for id_ in ids:
        text = json.dumps(rows[id_], sort_keys=True, ensure_ascii=False)
        # The stand-ins are bytes that are no UTF-8.
        text = text.replace("\\u0001\\u0002\\u0003", "\ufffd" * 3)
        hashes[id_] = hashlib.sha256(text.encode()).hexdigest()
    confirmation = json.loads(letter.with_suffix(".json").read_text())
    assert {
        row["conversation_id"]: row["sha256"] for row in confirmation["conversations"]
    } == hashes
    assert {row["reason"] for row in confirmation["conversations"]} == {REASON}
    assert confirmation["version"] == StorePath(folder).current_name()
    assert confirmation["version"] not in confirmation["versions_deleted"]
    # The tables, the words, the vectors: each step was a version.
    index = manifest_of(folder)["steps"].get("index")
    steps = 1 if index is None else 2 if index["model"] is None else 3
    assert len(confirmation["versions_deleted"]) == steps
    assert confirmation["searched"]["files"] >= 10
    assert confirmation["searched"]["pieces"] > 150
    text = letter.read_text()
    for id_ in ids[:5]:
        assert hashes[id_] in text
    register = pq.read_table(folder / "removed.parquet").to_pylist()
    assert [row["conversation_id"] for row in register] == sorted(ids)
    assert all(row["purged_at"] >= row["removed_at"][:19] for row in register)
    log = audit_events(StorePath(folder))
    assert log["what"].tolist() == ["purged", "removed"]
    assert log["count"].tolist() == [len(ids), len(ids)]


def manifest_of(folder):
    return StorePath(folder).current().manifest()


def test_preparing_the_same_file_again_does_nothing(sides, raw):
    folder, _, _, ids = sides
    name, count = StorePath(folder).current_name(), len(ids_of(raw)) - len(ids)
    assert not build_store(str(raw), StorePath(folder), Silent()).is_new
    assert (StorePath(folder).current_name(), conversation_count(folder)) == (name, count)
