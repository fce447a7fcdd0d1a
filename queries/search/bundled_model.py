"""The bundled model for queries, computed by NumPy.

A process that searches needs one vector a query. PyTorch and the libraries around it would take
400 MB of its memory and some seconds of its first search for that; an index is built with them all
the same. The model is a BERT (Devlin et al. 2019, NAACL) whose mean of token vectors is scaled to
length 1. Its weights stay in the file, which is mapped into memory.
"""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.errors import ModelError
from queries.search.embedder import Flags, Model, Vector
from queries.search.model_files import (
    BUNDLED,
    model_folder,
    model_identity,
    published_sha256,
)
from queries.search.quick_model import load_tokenizer

_HEADS = 12
_EPSILON = 1e-12
_WEIGHTS_FILE = "model.safetensors"


class BundledEmbedder:
    """The bundled model: an `Embedder` of texts one by one, without PyTorch."""

    precision = "float32"

    def __init__(self) -> None:
        """Map the weights into memory.

        Raises:
            ModelError: the model is missing, or its weights are not the published ones.
        """
        folder = model_folder(BUNDLED)
        identity = model_identity(BUNDLED)
        if identity["sha256"] != published_sha256(BUNDLED):
            raise ModelError(BUNDLED, "its weights are not the published ones; install it again")
        limit = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
        self._weights = _mapped(folder / _WEIGHTS_FILE)
        self._tokenizer = _tokenizer(folder / "tokenizer.json")
        self._lock = Lock()
        self._layer_count = 1 + max(
            int(name.split(".")[2]) for name in self._weights if name.startswith("encoder.layer.")
        )
        self.model = Model(
            name=identity["name"],
            sha256=identity["sha256"],
            configuration_sha256=identity["configuration_sha256"],
            dimension=self._weights["embeddings.word_embeddings.weight"].shape[1],
            max_words=limit,
            query_prompt="",
            document_prompt="",
        )

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        """Embed texts; returns shape (texts, dimension)."""
        rows = [self.embed_query(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self.model.dimension)

    def embed_query(self, text: str) -> Vector:
        """Embed a query; returns shape (dimension,)."""
        ids = self._tokenizer.encode(text).ids
        limit = self.model.max_words or len(ids)
        if len(ids) > limit:
            # The last token stands behind every text.
            ids = [*ids[: limit - 1], ids[-1]]
        with self._lock, _one_thread():
            mean = self._token_vectors(ids).mean(axis=0)
        vector: Vector = mean / np.linalg.norm(mean)
        return vector

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        """Whether each text exceeds the maximum input length; returns shape (texts,)."""
        lengths = [len(self._tokenizer.encode(text).ids) for text in texts]
        return np.array(lengths, np.int64) > (self.model.max_words or np.inf)

    def _token_vectors(self, ids: list[int]) -> Vector:
        """What the last layer gives for each token, shape (tokens, dimension)."""
        of = self._weights
        rows = (
            of["embeddings.word_embeddings.weight"][ids]
            + of["embeddings.position_embeddings.weight"][: len(ids)]
            + of["embeddings.token_type_embeddings.weight"][0]
        )
        rows = self._normalised("embeddings.LayerNorm", rows)
        for number in range(self._layer_count):
            layer = f"encoder.layer.{number}"
            mixed = self._linear(f"{layer}.attention.output.dense", self._attention(layer, rows))
            rows = self._normalised(f"{layer}.attention.output.LayerNorm", rows + mixed)
            inner = _gelu(self._linear(f"{layer}.intermediate.dense", rows))
            mixed = self._linear(f"{layer}.output.dense", inner)
            rows = self._normalised(f"{layer}.output.LayerNorm", rows + mixed)
        return rows

    def _attention(self, layer: str, rows: Vector) -> Vector:
        """What each token takes from the others, shape (tokens, dimension)."""
        query, key, value = (
            self._linear(f"{layer}.attention.self.{part}", rows)
            .reshape(len(rows), _HEADS, -1)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[2]))
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        taken: Vector = (weights @ value).transpose(1, 0, 2).reshape(rows.shape)
        return taken

    def _linear(self, name: str, rows: Vector) -> Vector:
        result: Vector = rows @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _normalised(self, name: str, rows: Vector) -> Vector:
        """Each row with mean 0 and variance 1, then scaled and moved."""
        rows = rows - rows.mean(axis=1, keepdims=True)
        rows = rows / np.sqrt(rows.var(axis=1, keepdims=True) + np.float32(_EPSILON))
        moved: Vector = rows * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return moved


@cache
def _thread_pools() -> Any:  # noqa: ANN401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _one_thread() -> AbstractContextManager[Any]:
    """Multiply matrices in one thread.

    The threads of OpenBLAS wait for each other in a busy loop. On two cores a query takes 112 ms of
    processor time with two threads, and 16 ms with one.
    """
    limit: AbstractContextManager[Any] = _thread_pools().limit(limits=1, user_api="blas")
    return limit


def _gelu(values: Vector) -> Vector:
    from scipy.special import erf

    result: Vector = values * np.float32(0.5) * (1 + erf(values / np.sqrt(np.float32(2))))
    return result


def _tokenizer(path: Path) -> Any:  # noqa: ANN401
    try:
        return load_tokenizer(path.read_text())
    except ImportError as error:
        raise ModelError(BUNDLED, "the package tokenizers is not installed", "search") from error


def _mapped(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The float32 tensors of a file in the format of safetensors: places as JSON, then values."""
    data = np.memmap(path, np.uint8, "r")
    start = 8 + int(data[:8].view("<u8")[0])
    header = json.loads(data[8:start].tobytes())
    header.pop("__metadata__", None)
    values = np.asarray(data)
    return {
        name: values[start + facts["data_offsets"][0] : start + facts["data_offsets"][1]]
        .view("<f4")
        .reshape(facts["shape"])
        for name, facts in header.items()
        if facts["dtype"] == "F32"
    }
