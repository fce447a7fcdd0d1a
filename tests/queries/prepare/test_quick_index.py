"""An index comes in steps, each whole: words, quick vectors, the vectors of the model."""

import time
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from queries.doctor.index_checks import check_index, check_model
from queries.prepare.index import background, quick_step
from queries.prepare.index.background import build_missing_index
from queries.prepare.index.build import build_index
from queries.prepare.index.existing_index import is_indexed
from queries.removal.rewrite import rewrite_without
from queries.runtime.progress import Silent
from queries.search.index import SearchIndex
from queries.search.model_choice import ModelChoice
from queries.store.index_progress import (
    EMBEDDING,
    QUICK_PREFIX,
    QUICK_STEPS,
    VECTOR_STEPS,
    WORD_STEPS,
    IndexProgress,
    read_index_progress,
    write_index_progress,
)
from queries.store.layout import StorePath
from tests.support.command_line import command_output
from tests.support.fake_embedder import DictionaryEmbedder, TokenDictionary
from tests.support.index_builds import step_of, tables, texts_found
from tests.support.progress import Display

EGGS = ["How do I boil an egg?", "how do i boil an egg", "HOW DO I BOIL AN EGG???"]


class Mortal(TokenDictionary):
    """A model that is cut off when it embeds texts for the second time: after the comparison."""

    def __init__(self, dies_at=1):
        super().__init__()
        self.dies_at = dies_at

    def embed_documents(self, texts):
        if len(self.calls) == self.dies_at:
            raise KeyboardInterrupt
        return super().embed_documents(texts)


@pytest.fixture(autouse=True)
def _slow_model(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(quick_step, "_seconds_per_prompt", lambda *_: 100.0)


def build(store, embedder=None, **options):
    return build_index(store, embedder or TokenDictionary(), Silent(), **options)


def test_words_come_first_then_quick_vectors_then_those_of_the_model(store):
    before = store.current()
    built = build(store)
    versions = store.versions()
    assert [step_of(version) for version in versions] == ["none", "words", "quick", "full"]
    assert store.current() == built.version == versions[-1]
    assert all(tables(version) == tables(before) for version in versions)
    assert not (store.path / "indexing").exists()
    assert not build(store).is_new


def test_while_the_model_is_at_work_search_by_meaning_needs_no_model(store):
    with pytest.raises(KeyboardInterrupt):
        build(store, Mortal())
    assert step_of(store.current()) == "quick"
    index = SearchIndex(store.current())
    assert index.has_vectors
    assert index.is_quick
    # The quick vectors of a dictionary are about those of the dictionary.
    similarities = index.vectors(range(15)) @ index.query_vector("eggs")
    assert sum(similarities > 0.3) == 3
    built = build(store)
    assert step_of(built.version) == "full"
    assert "quick" not in built.facts
    assert texts_found(store, "eggs", "meaning")[:3] == EGGS
    assert not (store.path / "indexing").exists()


def test_quick_vectors_that_are_there_are_not_made_again(store):
    with pytest.raises(KeyboardInterrupt):
        build(store, Mortal())
    live, embedder = store.current(), TokenDictionary()
    display = Display()
    build_index(store, embedder, display)
    assert embedder.token_count == 0
    assert not [title for title, _ in display.steps if title.startswith(QUICK_PREFIX)]
    assert store.versions()[-2] == live


def test_the_manifest_says_which_step_it_is_and_how_good(store):
    facts = build(store, quick="only").facts
    assert step_of(store.current()) == "quick"
    assert facts == store.current().manifest()["steps"]["index"]
    assert facts["model"]["name"] == "quick vectors of dictionary"
    assert facts["quick"]["of"] == TokenDictionary().model.as_json()
    assert (facts["quick"]["full_seconds"], facts["quick"]["compared"]) == (1500.0, 15)
    assert 0.5 < facts["quick"]["mrr"] <= 1
    assert facts["recall"]["queries"] == facts["prompt_count"] == 15


def test_a_build_may_end_with_quick_vectors_and_go_on_later(store):
    first = build(store, quick="only")
    assert not (store.path / "indexing").exists()
    assert build(store, quick="only").version == first.version
    assert build(store, quick="only", fresh=True).is_new
    assert step_of(build(store).version) == "full"
    assert not build(store, quick="only").is_new


def test_an_index_of_another_model_serves_until_the_new_one_is_whole(store):
    other = build(store, DictionaryEmbedder(name="another"))
    with pytest.raises(KeyboardInterrupt):
        build(store, Mortal(dies_at=0))
    assert store.current() == other.version
    assert step_of(build(store, quick="only").version) == "quick"


@pytest.mark.parametrize(
    ("kinds", "steps"),
    [
        (["quick", "quick"], ["quick", None]),
        (["quick", "words", "meaning"], ["quick", None, "full"]),
        (["meaning", "quick"], ["full", None]),
    ],
)
def test_a_build_beside_a_dashboard_makes_what_is_missing(store, monkeypatch, kinds, steps):
    monkeypatch.setattr(background, "_load", TokenDictionary)
    built = [build_missing_index(store, kind) for kind in kinds]
    assert [result and step_of(result.version) for result in built] == steps


def test_every_step_is_one_of_those_that_are_counted(store):
    display = Display()
    build_index(store, TokenDictionary, display)
    expected = [*WORD_STEPS, *VECTOR_STEPS[:2], *QUICK_STEPS, *VECTOR_STEPS[2:]]
    titles = [title for title, _ in display.steps]
    assert titles == [title for title in expected if "ndexing vectors" not in title]
    progress = read_index_progress(store)
    assert (progress.kind, progress.has_quick_step, progress.step_count) == ("meaning", True, 16)


@pytest.fixture
def choice(monkeypatch):
    """The dictionary as the model that is chosen by name."""
    record = TokenDictionary().model.as_json()
    identity = {name: record[name] for name in ("name", "sha256", "configuration_sha256")}
    monkeypatch.setattr("queries.search.model_choice.model_identity", lambda _: dict(identity))
    monkeypatch.setattr(ModelChoice, "check", lambda _: None)
    monkeypatch.setattr(ModelChoice, "load", lambda *_, **__: TokenDictionary())
    return ModelChoice("dictionary")


def test_the_index_of_a_store_is_quick_or_full_by_name(store, choice):
    assert not is_indexed(store, choice, is_quick_enough=True)
    build(store, quick="only")
    assert is_indexed(store, choice, is_quick_enough=True)
    assert not is_indexed(store, choice)
    build(store)
    assert is_indexed(store, choice)
    assert is_indexed(store, choice, is_quick_enough=True)


@pytest.mark.usefixtures("choice")
def test_the_command_stops_after_quick_vectors_if_told_so(capsys, store):
    quick = ("index", "--model", "dictionary", "--store", store.path, "--quick-only")
    out = command_output(capsys, *quick)
    assert "15 user messages with 15 distinct texts, with quick vectors (8 dimensions)." in out
    assert "Quick vectors, an approximation of dictionary." in out
    assert "already has this index" in command_output(capsys, *quick)
    assert "embedded by dictionary" in command_output(capsys, *quick[:-1])
    assert "not both" in command_output(capsys, *quick, "--words-only", code=2)


def test_the_command_info_says_which_step_it_is_and_when_the_next_is_expected(capsys, store):
    info = ("info", "--store", store.path)
    assert "no search index yet. Build one with: chatscape index" in command_output(capsys, *info)
    progress = IndexProgress("meaning", 7, time.time(), title="Indexing words", done=1, total=4)
    write_index_progress(store, progress)
    out = command_output(capsys, *info)
    assert "no search index yet.\nBuilding the search index. Step 3 of 10, indexing words" in out
    facts = build(store, quick="only").facts
    out = command_output(capsys, *info)
    assert "Index: Quick vectors, an approximation of dictionary. They rank the text" in out
    assert f"MRR@10 {facts['quick']['mrr']:.2f} (1: always first), measured with 15" in out
    assert "take about 25 min on this machine" in out
    assert "serves which languages was not measured" in out
    assert "Building" not in out
    progress = replace(progress, title=EMBEDDING, seconds_left=600.0, has_quick_step=True)
    write_index_progress(store, progress)
    out = command_output(capsys, *info)
    assert "are expected to replace these in about 10 min." in out
    assert "Step 13 of 16, embedding prompts: 25 %, about 10 min left." in out


def test_the_doctor_tries_the_quick_model(store):
    live = build(store, quick="only").version
    findings = [*check_index(live, is_quick=False), *check_model(live)]
    assert [finding.status for finding in findings] == ["ok", "ok"]
    (live.path / "index.lance" / "quick" / "tokens.npy").unlink()
    assert [finding.status for finding in check_model(live)] == ["fail"]


def test_a_purge_keeps_quick_vectors_and_their_model(store, tmp_path):
    live = build(store, quick="only").version
    ids = pq.read_table(live.table("conversations"), columns=["conversation_id"])
    left_out = ids["conversation_id"].combine_chunks().slice(0, 1)
    rest = rewrite_without(live, StorePath(tmp_path / "rest"), left_out, Silent())
    facts = rest.manifest()["steps"]["index"]
    assert step_of(rest) == "quick"
    assert facts["quick"] == live.manifest()["steps"]["index"]["quick"]
    old, new = SearchIndex(live), SearchIndex(rest)
    assert new.query_vector("a cat").tolist() == old.query_vector("a cat").tolist()
    assert [finding.status for finding in check_index(rest, is_quick=False)] == ["ok"]
