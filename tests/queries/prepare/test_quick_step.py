"""Quick vectors are made where they save time, and say how near they are to the model's."""

import os
import shutil

import numpy as np
import pytest

from queries.errors import ModelError
from queries.prepare.index import quick_step, token_vectors
from queries.prepare.index.distinct_prompts import PromptTexts, write_bucket
from queries.prepare.index.quick_step import (
    compare_with_model,
    make_quick_model,
    plan_quick_step,
    reciprocal_rank_of_nearest,
)
from queries.runtime.progress import Silent
from tests.support.fake_embedder import DictionaryEmbedder, TokenDictionary

PROMPTS = ["a cat", "the kitten", "a dog", "write a poem"]


@pytest.fixture
def texts(tmp_path):
    for bucket in (0, 1):
        write_bucket(tmp_path / "prompts", bucket, PROMPTS[bucket * 3 :][:3])
    return PromptTexts(tmp_path / "prompts")


@pytest.fixture
def embedder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return TokenDictionary({f"word{n}": 0 for n in range(9)})


def vectors_of(embedder, folder):
    """The vectors of the tokens of a model, with the folder of a build for their parts."""
    return token_vectors.token_vectors(embedder, embedder.tokenizer_json(), folder, Silent())


def takes(monkeypatch, seconds):
    """Let the model take so many seconds for each prompt."""
    monkeypatch.setattr(quick_step, "_seconds_per_prompt", lambda *_: seconds)


def test_prompts_are_drawn_once_each_and_the_same_again(texts):
    assert texts.count() == 4
    assert sorted(texts.drawn(9, seed=1)) == sorted(PROMPTS)
    assert len({*texts.drawn(3, seed=1)}) == 3
    assert texts.drawn(3, seed=1) == texts.drawn(3, seed=1)
    assert texts.drawn(0, seed=1) == []


# Ten tokens take as long as one prompt, and there are four prompts.
@pytest.mark.parametrize(("seconds", "is_planned"), [(14.9, False), (15.1, True)])
def test_nobody_needs_quick_vectors_if_the_model_takes_less_than_a_minute(
    texts, embedder, monkeypatch, seconds, is_planned
):
    takes(monkeypatch, seconds)
    assert (plan_quick_step(embedder, texts, "auto") is not None) == is_planned
    step = plan_quick_step(embedder, texts, "only")
    assert step.full_seconds == pytest.approx(4 * seconds)


# With so many tokens, embedding these takes a good half of the time of four prompts, or less.
@pytest.mark.parametrize(("words", "is_planned"), [(20, False), (19, True)])
def test_quick_vectors_are_left_out_if_their_tokens_take_long(
    texts, monkeypatch, words, is_planned
):
    takes(monkeypatch, 100.0)
    # One token stands for all other words.
    embedder = TokenDictionary({f"word{n}": 0 for n in range(words)})
    assert (plan_quick_step(embedder, texts, "auto") is not None) == is_planned


def test_a_model_without_tokens_has_no_quick_vectors(texts, monkeypatch):
    takes(monkeypatch, 100.0)
    assert plan_quick_step(DictionaryEmbedder(), texts, "auto") is None
    with pytest.raises(ModelError, match=r"no tokens to make quick vectors.*--quick-only"):
        plan_quick_step(DictionaryEmbedder(), texts, "only")


def test_the_time_of_a_prompt_is_measured(texts, monkeypatch):
    clock = iter([10.0, 12.0])
    monkeypatch.setattr(quick_step.time, "monotonic", lambda: next(clock))
    assert plan_quick_step(TokenDictionary(), texts, "only").full_seconds == 2.0


def test_without_prompts_there_is_nothing_to_compare(tmp_path, embedder):
    none = PromptTexts(tmp_path / "none")
    step = plan_quick_step(embedder, none, "only")
    quick = make_quick_model(step, none, tmp_path / "tokens", Silent())
    facts = compare_with_model(step, quick, none, Silent())
    assert (step.full_seconds, facts["compared"], facts["mrr"]) == (0.0, 0, None)


def test_tokens_are_embedded_once_for_all_stores(tmp_path, texts, embedder):
    first = vectors_of(embedder, tmp_path / "one")
    assert (embedder.token_count, first.shape) == (10, (10, 2))
    again = vectors_of(embedder, tmp_path / "two")
    assert (embedder.token_count, again.tolist()) == (10, first.tolist())
    other = TokenDictionary(name="another")
    assert len(vectors_of(other, tmp_path / "three")) == other.token_count


class Dying(TokenDictionary):
    """A model that is cut off at the third part of its tokens."""

    def embed_tokens(self, ids):
        if ids[0] == 8:
            raise KeyboardInterrupt
        return super().embed_tokens(ids)


@pytest.mark.parametrize("part_tokens_later", [4, 3])
def test_tokens_that_are_embedded_stay_so(tmp_path, embedder, monkeypatch, part_tokens_later):
    monkeypatch.setattr(token_vectors, "PART_TOKENS", 4)
    with pytest.raises(KeyboardInterrupt):
        vectors_of(Dying({f"word{n}": 0 for n in range(9)}), tmp_path / "one")
    assert not [*tmp_path.glob("cache/**/*.npy")]
    monkeypatch.setattr(token_vectors, "PART_TOKENS", part_tokens_later)
    resumed = vectors_of(embedder, tmp_path / "one")
    assert embedder.token_count == 2
    shutil.rmtree(tmp_path / "cache")
    assert resumed.tolist() == vectors_of(embedder, tmp_path / "two").tolist()
    assert embedder.token_count == 12


@pytest.mark.parametrize("damage", ["cut", "unwritable"])
def test_a_cache_that_cannot_be_used_is_done_without(tmp_path, embedder, damage):
    first = vectors_of(embedder, tmp_path / "one")
    (kept,) = tmp_path.glob("cache/chatscape/token-vectors/*.npy")
    if damage == "cut":
        os.truncate(kept, 40)
    else:
        kept.unlink()
        kept.parent.rmdir()
        kept.parent.write_text("not a folder")
    again = vectors_of(embedder, tmp_path / "two")
    assert (embedder.token_count, again.tolist()) == (20, first.tolist())


def test_the_measure_is_the_place_of_what_is_nearest_by_the_model():
    exact = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    # Nearest by these: 1 to 0 (0.8 before 0), 0 to 1 (0.8 before 0.6), 1 to 2.
    assert reciprocal_rank_of_nearest(exact, exact) == 1
    quick = np.array([[1, 0], [0, 1], [0.8, 0.6]], np.float32)
    # To 0, 2 is nearer than 1: place 2. To 1, 2 is nearer than 0: place 2. To 2, 0 is nearer: 2.
    assert reciprocal_rank_of_nearest(exact, quick) == 0.5
    assert reciprocal_rank_of_nearest(exact[:1], quick[:1]) is None


def test_the_comparison_is_of_prompts_of_the_store(tmp_path, texts, embedder, monkeypatch):
    takes(monkeypatch, 100.0)
    full = TokenDictionary()
    step = plan_quick_step(full, texts, "only")
    quick = make_quick_model(step, texts, tmp_path / "tokens", Silent())
    facts = compare_with_model(step, quick, texts, Silent())
    assert facts == {
        "of": full.model.as_json(),
        "full_seconds": 400.0,
        "compared": 4,
        "mrr": 1.0,
    }
