"""The quick step of an index: vectors within minutes, before those of the model itself.

A quick model (`queries.search.quick_model`) is made from the tokens of the full one.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from queries.errors import ModelError
from queries.prepare.index.distinct_prompts import PromptTexts
from queries.prepare.index.token_vectors import TokenEmbedder, token_vectors, vocabulary_size
from queries.prepare.index.work_folder import IndexFacts, IndexWork
from queries.runtime.progress import Advance, Progress
from queries.search.embedder import Embedder, Vector
from queries.search.quick_model import (
    QUICK_FOLDER,
    TOKEN_FILE,
    TOKENIZER_FILE,
    QuickEmbedder,
    load_quick_embedder,
    quick_record,
    token_weights,
)
from queries.store.atomic_files import atomic_write, write_text
from queries.store.index_progress import QUICK_PREFIX

QuickChoice = Literal["auto", "only"]
"""Whether quick vectors come first where they save time, or are all that is built."""

QUICK_REVISION = 1
"""Increased when quick vectors are made in another way."""

WAIT_SECONDS = 60.0
"""If the model embeds all prompts in this time, nobody needs quick vectors before."""

_TOKENS_PER_PROMPT_TIME = 10
"""Tokens, each alone, that a model embeds while it embeds a prompt: 15 to 30 were measured."""

_PROBED_PROMPTS = 64
_COMPARED_PROMPTS = 512
_COMPARING_SECONDS = 30.0
_COUNTED_PROMPTS = 20_000
_NEAREST = 10
_SEED = 20_230_421


@dataclass(frozen=True, slots=True)
class QuickStep:
    """What the quick step is about to do.

    Attributes:
        embedder: the full model.
        tokenizer: its tokenizer, in the format of the library ``tokenizers``.
        full_seconds: an estimate of how long it takes to embed all prompts here.
    """

    embedder: TokenEmbedder
    tokenizer: str
    full_seconds: float


def plan_quick_step(
    embedder: Embedder, texts: PromptTexts, choice: QuickChoice
) -> QuickStep | None:
    """Decide whether quick vectors are made.

    They are left out if the model itself would take less than `WAIT_SECONDS`, or less than twice
    the time that its tokens take; then they would only delay it.

    Args:
        embedder: the full model.
        texts: the prompts.
        choice: ``only`` makes them however long the model would take.

    Raises:
        ModelError: there are to be quick vectors only, and the model has no tokens to embed.
    """
    tokenizer = embedder.tokenizer_json() if isinstance(embedder, TokenEmbedder) else None
    if not isinstance(embedder, TokenEmbedder) or tokenizer is None:
        if choice == "only":
            reason = "it has no tokens to make quick vectors of; leave --quick-only out"
            raise ModelError(embedder.model.name, reason)
        return None
    seconds_per_prompt = _seconds_per_prompt(embedder, texts)
    full_seconds = texts.count() * seconds_per_prompt
    token_seconds = vocabulary_size(tokenizer) * seconds_per_prompt / _TOKENS_PER_PROMPT_TIME
    if choice == "auto" and full_seconds < max(WAIT_SECONDS, 2 * token_seconds):
        return None
    return QuickStep(embedder, tokenizer, full_seconds)


def measured_quick_model(
    step: QuickStep, work: IndexWork, texts: PromptTexts, progress: Progress
) -> tuple[QuickEmbedder, IndexFacts]:
    """The quick model of a store, and how good it is: what an interrupted build did stands.

    Args:
        step: the full model.
        work: the folder of the quick index.
        texts: the prompts.
        progress: shows the steps.

    Returns:
        The model, and what `compare_with_model` returns.
    """
    folder = work.path / QUICK_FOLDER

    def make() -> IndexFacts:
        made = make_quick_model(step, texts, work.path / "tokens", progress)
        save_quick_model(folder, made)
        return made.model.as_json()

    model = load_quick_embedder(folder, work.step("quick_model", make))

    def compare() -> IndexFacts:
        return compare_with_model(step, model, texts, progress)

    return model, work.step("comparison", compare)


def make_quick_model(
    step: QuickStep, texts: PromptTexts, parts: Path, progress: Progress
) -> QuickEmbedder:
    """The quick model of a store: the vectors of tokens, weighted by how often they occur in it.

    Args:
        step: the full model.
        texts: the prompts.
        parts: folder for the vectors of tokens, from which an interrupted build goes on.
        progress: shows the tokens.
    """
    vectors = token_vectors(step.embedder, step.tokenizer, parts, progress)
    counted = texts.drawn(_COUNTED_PROMPTS, _SEED)
    weights = token_weights(step.tokenizer, counted, len(vectors))
    tokens = (vectors * weights[:, np.newaxis]).astype(np.float16)
    record = quick_record(step.embedder.model, step.tokenizer, tokens)
    return QuickEmbedder(step.tokenizer, tokens, record)


def save_quick_model(folder: Path, model: QuickEmbedder) -> None:
    """Write the files of a quick model into a folder."""
    write_text(folder / TOKENIZER_FILE, model.tokenizer_json)
    with atomic_write(folder / TOKEN_FILE) as path, path.open("wb") as file:
        np.save(file, model.tokens)


def compare_with_model(
    step: QuickStep, quick: Embedder, texts: PromptTexts, progress: Progress
) -> IndexFacts:
    """Measure quick vectors against those of the model, for prompts drawn at random.

    Returns:
        For the manifest: ``of``, the record of the full model; ``full_seconds``; ``compared``, the
        number of prompts; ``mrr``, the mean of 1 / place at which the quick vectors of these
        prompts put the one that is nearest by the model, 0 beyond 10; None of fewer than two.
    """
    seconds_per_prompt = step.full_seconds / max(1, texts.count())
    affordable = int(_COMPARING_SECONDS / max(seconds_per_prompt, 1e-6))
    drawn = texts.drawn(max(_PROBED_PROMPTS, min(affordable, _COMPARED_PROMPTS)), _SEED)
    with progress.step("Comparing with the model", len(drawn), "prompts") as advance:
        vectors = step.embedder.embed_documents(drawn)
        advance(len(drawn))
    return {
        "of": step.embedder.model.as_json(),
        "full_seconds": round(step.full_seconds, 1),
        "compared": len(drawn),
        "mrr": reciprocal_rank_of_nearest(vectors, quick.embed_documents(drawn)),
    }


def reciprocal_rank_of_nearest(exact: Vector, quick: Vector) -> float | None:
    """MRR@10 of the nearest other row by some vectors in the ranking by others.

    Args:
        exact: unit vectors that say which row is nearest, shape (rows, dimension).
        quick: unit vectors of the same rows, of any dimension.

    Returns:
        0 to 1; None if there are fewer than two rows.
    """
    if len(exact) < 2:
        return None
    similarities, quick_similarities = exact @ exact.T, quick @ quick.T
    for matrix in (similarities, quick_similarities):
        np.fill_diagonal(matrix, -np.inf)
    nearest = similarities.argmax(axis=1)
    rows = np.arange(len(exact))
    places = 1 + (quick_similarities > quick_similarities[rows, nearest][:, np.newaxis]).sum(axis=1)
    return round(float(np.where(places <= _NEAREST, 1 / places, 0).mean()), 3)


class QuickProgress:
    """Shows steps with titles that say that they belong to the quick step."""

    def __init__(self, shown: Progress) -> None:
        """Show them with another `Progress`."""
        self._shown = shown

    @contextmanager
    def step(self, title: str, total: int, unit: str, *, done: int = 0) -> Iterator[Advance]:
        """Show the progress of one step."""
        title = f"{QUICK_PREFIX}{title[:1].lower()}{title[1:]}"
        with self._shown.step(title, total, unit, done=done) as advance:
            yield advance


def _seconds_per_prompt(embedder: Embedder, texts: PromptTexts) -> float:
    """The time that the model takes for a prompt here, by a few drawn at random."""
    drawn = texts.drawn(_PROBED_PROMPTS, _SEED)
    if not drawn:
        return 0.0
    embedder.embed_documents(drawn[:1])  # The first call takes longer than others.
    started = time.monotonic()
    embedder.embed_documents(drawn)
    return (time.monotonic() - started) / len(drawn)
