"""The vectors of all tokens of a model, kept on this machine for later builds."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import orjson

from queries.runtime.progress import Progress
from queries.search.embedder import Embedder, Vector
from queries.search.quick_model import TokenVectors, load_tokenizer
from queries.store.atomic_files import atomic_write

PART_TOKENS = 512
"""Tokens embedded together. An interrupted build embeds those of one part again."""


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """A model of which a quick one can be made."""

    def tokenizer_json(self) -> str | None:
        """The tokenizer, in the format of the library ``tokenizers``; None if it has another."""
        ...

    def embed_tokens(self, ids: Sequence[int]) -> Vector:
        """Embed tokens by their numbers, each alone; returns shape (ids, dimension)."""
        ...


def vocabulary_size(tokenizer_json: str) -> int:
    """One more than the highest number of a token."""
    return 1 + max(load_tokenizer(tokenizer_json).get_vocab().values(), default=-1)


def token_vectors(
    embedder: TokenEmbedder, tokenizer: str, parts: Path, progress: Progress
) -> TokenVectors:
    """The vector of each token, embedded alone.

    They hold nothing of the data. A later build of any store with the same model finds them in the
    folder of caches of this user; where that cannot be written, they are made again.

    Args:
        embedder: the model.
        tokenizer: its tokenizer, in the format of the library ``tokenizers``.
        parts: folder for the parts that are done, of this model alone. An interrupted build goes on
            after them.
        progress: shows the tokens.

    Returns:
        Vectors of length 1 by token number, shape (tokens, dimension).
    """
    shape = (vocabulary_size(tokenizer), embedder.model.dimension)
    key = _key(embedder, tokenizer)
    vectors = _cached(key)
    if vectors is not None and vectors.shape == shape:
        return vectors
    vectors = np.empty(shape, np.float16)
    done = _read_parts(parts, vectors)
    with progress.step("Embedding tokens", shape[0], "tokens", done=done) as advance:
        for start in range(done, shape[0], PART_TOKENS):
            ids = range(start, min(start + PART_TOKENS, shape[0]))
            vectors[start : ids.stop] = embedder.embed_tokens(ids)
            with atomic_write(_part(parts, start)) as path, path.open("wb") as file:
                np.save(file, vectors[start : ids.stop])
            advance(len(ids))
    # Without a home folder there is a RuntimeError.
    with suppress(OSError, RuntimeError), atomic_write(_path(key)) as path, path.open("wb") as file:
        np.save(file, vectors)
    return vectors


def _part(parts: Path, start: int) -> Path:
    """The file of the vectors from this token on."""
    return parts / f"{start:07d}.npy"


def _read_parts(parts: Path, vectors: TokenVectors) -> int:
    """Fill in the vectors that an interrupted build has left; returns how many."""
    done = 0
    while done < len(vectors) and _part(parts, done).is_file():
        part = np.load(_part(parts, done))
        vectors[done : done + len(part)] = part
        done += len(part)
    return done


def _key(embedder: Embedder, tokenizer: str) -> str:
    """A hash of what the vectors depend on."""
    inputs = [embedder.model.as_json(), embedder.precision, tokenizer]
    return hashlib.sha256(orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _path(key: str) -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "chatscape" / "token-vectors" / f"{key}.npy"


def _cached(key: str) -> TokenVectors | None:
    with suppress(OSError, RuntimeError, ValueError, EOFError):
        vectors = np.load(_path(key))
        if vectors.dtype == np.float16:
            return vectors  # type: ignore[no-any-return]
    return None
