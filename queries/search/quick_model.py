"""Quick vectors: the weighted mean of the vectors of a text's tokens, without running a model.

A model has embedded each token of its vocabulary alone, once. Frequent tokens weigh less, by smooth
inverse frequency (Arora, Liang and Ma 2017, ICLR). An index of quick vectors holds the weighted
tokens, so that a search in it needs no model.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from queries.errors import ModelError
from queries.search.embedder import Flags, Model, Vector
from queries.statistics.unit_rows import unit_rows

TokenVectors = npt.NDArray[np.float16]

QUICK_FOLDER = "quick"
"""Next to the tables: the files of a quick model."""

TOKEN_FILE, TOKENIZER_FILE = "tokens.npy", "tokenizer.json"

_HALF_WEIGHT_SHARE = 1e-3
"""A token with this share of all tokens weighs half as much as one that hardly occurs."""

_KNOWN_COUNT = 20
"""A token that occurs less often counts as absent: weights tell nothing of single texts."""

_TOKENS_MAX = 512
"""Tokens of a text that count if the model itself has no limit."""

_CHARS_PER_TOKEN = 10
"""Characters beyond this many per token are not looked at. Tokens have four, in English."""


@runtime_checkable
class QuickVectors(Protocol):
    """What embeds with a quick model, which becomes part of the index."""

    @property
    def quick_model(self) -> "QuickEmbedder":
        """The quick model."""
        ...


class QuickEmbedder:
    """A quick model: an `Embedder` that adds up the weighted vectors of tokens."""

    precision = "float16"

    def __init__(self, tokenizer_json: str, tokens: TokenVectors, model: Model) -> None:
        """Keep the parts.

        Args:
            tokenizer_json: the tokenizer, in the format of the library ``tokenizers``.
            tokens: weighted vectors by token id, shape (tokens, dimension).
            model: the record, see `quick_record`.
        """
        self.model = model
        self.tokenizer_json = tokenizer_json
        self.tokens = tokens
        self._tokenizer = load_tokenizer(tokenizer_json)
        self._token_limit = model.max_words or _TOKENS_MAX

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        """Embed texts to be indexed; returns shape (texts, dimension)."""
        from scipy.sparse import csr_matrix

        rows = self._token_ids(texts)
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
        ids = np.concatenate([np.empty(0, np.int32), *rows])
        shape = (len(rows), len(self.tokens))
        counts = csr_matrix((np.ones(len(ids), np.float32), ids, starts), shape=shape)
        return self._normalised(np.asarray(counts @ self._exact_tokens, np.float32))

    def embed_query(self, text: str) -> Vector:
        """Embed a query; returns shape (dimension,)."""
        # Without `_exact_tokens`, so that a process that only searches does not hold them.
        rows = self.tokens[self._token_ids([text])[0]].astype(np.float32)
        vector: Vector = self._normalised(rows.sum(axis=0, keepdims=True))[0]
        return vector

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        """Whether each text has tokens that do not count; returns shape (texts,)."""
        flags = np.array([len(text) > self._chars_max for text in texts], bool)
        # A token has at least one byte, so short texts need not be split.
        unclear = [
            n
            for n, text in enumerate(texts)
            if not flags[n] and len(text.encode()) > self._token_limit
        ]
        tokens = self._encoded([texts[n] for n in unclear])
        flags[unclear] = [len(ids) > self._token_limit for ids in tokens]
        return flags

    @property
    def quick_model(self) -> "QuickEmbedder":
        """The model itself."""
        return self

    @cached_property
    def _exact_tokens(self) -> Vector:
        return self.tokens.astype(np.float32)

    @cached_property
    def _direction_without_tokens(self) -> Vector:
        """The vector of a text without tokens: the mean of all."""
        mean: Vector = self.tokens.mean(axis=0, dtype=np.float32)
        mean /= np.linalg.norm(mean) or 1
        return mean

    @property
    def _chars_max(self) -> int:
        return self._token_limit * _CHARS_PER_TOKEN

    def _token_ids(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        limit = self._token_limit
        return [np.array(ids[:limit], np.int32) for ids in self._encoded(texts)]

    def _encoded(self, texts: Sequence[str]) -> list[list[int]]:
        return token_ids(self._tokenizer, [text[: self._chars_max] for text in texts])

    def _normalised(self, sums: Vector) -> Vector:
        sums[~sums.any(axis=1)] = self._direction_without_tokens
        return unit_rows(sums)


def load_quick_embedder(folder: Path, model: dict[str, Any]) -> QuickEmbedder:
    """Load the quick model of an index.

    Args:
        folder: the folder with its files.
        model: its record in the index manifest.

    Raises:
        ModelError: the files are missing, or differ from the record, or cannot be used here.
    """
    record = Model(**model)
    try:
        text = (folder / TOKENIZER_FILE).read_text()
        tokens: TokenVectors = np.load(folder / TOKEN_FILE)
        embedder = QuickEmbedder(text, tokens, record)
    except ImportError as error:
        raise ModelError(record.name, "the package tokenizers is not installed") from error
    except (OSError, ValueError) as error:
        raise ModelError(record.name, f"it cannot be loaded ({type(error).__name__})") from error
    if (record.sha256, record.configuration_sha256) != _hashes(text, tokens):
        reason = "it is not the one that this index was built with: build the index again"
        raise ModelError(record.name, reason)
    return embedder


def quick_name(full_name: str) -> str:
    """The name of the quick model that was made from another model."""
    return f"quick vectors of {full_name}"


def quick_record(full: Model, tokenizer_json: str, tokens: TokenVectors) -> Model:
    """The record of the quick model that was made from another model."""
    weights, configuration = _hashes(tokenizer_json, tokens)
    return Model(
        name=quick_name(full.name),
        sha256=weights,
        configuration_sha256=configuration,
        dimension=tokens.shape[1],
        max_words=full.max_words,
        query_prompt="",
        document_prompt="",
    )


def token_weights(tokenizer_json: str, texts: Sequence[str], token_count: int) -> Vector:
    """The weight of each token, by how often it occurs in some texts; shape (tokens,)."""
    tokenizer = load_tokenizer(tokenizer_json)
    counter: Counter[int] = Counter()
    for ids in token_ids(tokenizer, [text[: _TOKENS_MAX * _CHARS_PER_TOKEN] for text in texts]):
        counter.update(ids)
    counts = np.zeros(token_count, np.float32)
    counts[list(counter)] = list(counter.values())
    counts[counts < _KNOWN_COUNT] = 0
    shares = counts / max(1, counter.total())
    weights = _HALF_WEIGHT_SHARE / (_HALF_WEIGHT_SHARE + shares)
    return np.asarray(weights, np.float32)


def load_tokenizer(tokenizer_json: str) -> Any:  # noqa: ANN401
    """A tokenizer that neither cuts nor pads.

    Raises:
        ValueError: this is not a tokenizer.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(tokenizer_json)
    except Exception as error:  # The library raises nothing narrower.
        raise ValueError("not a tokenizer") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def token_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:  # noqa: ANN401
    """The ids of the tokens of each text, on all cores."""
    return [
        encoding.ids
        for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ]


def _hashes(tokenizer_json: str, tokens: TokenVectors) -> tuple[str, str]:
    """The hash of the vectors, and that of the tokenizer."""
    digests = (hashlib.sha256(part) for part in (tokens.tobytes(), tokenizer_json.encode()))
    first, second = (digest.hexdigest() for digest in digests)
    return first, second
