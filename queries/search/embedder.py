"""Embedding models: loads one by name or from a folder, and turns texts into unit vectors."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from queries.errors import ModelError
from queries.search.endpoint_address import is_endpoint
from queries.search.model_files import (
    BUNDLED,
    MULTILINGUAL,
    MULTILINGUAL_FILE,
    model_folder,
    model_identity,
    published_sha256,
)
from queries.search.model_limits import OUT_OF_MEMORY, check_weights_fit, memory_errors, truncate
from queries.search.quantised_model import (
    BATCH_TEXTS,
    can_quantise,
    encode_by_length,
    quantised,
)
from queries.search.token_embedding import embed_tokens, tokenizer_json

Vector = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "int8", "float32"]
_GPU_BATCH = 256
_QUERY_PROMPTS = ("query", "document")


@dataclass(frozen=True, slots=True)
class Model:
    """The model as an index manifest records it. Equal records produce equal vectors.

    Attributes:
        name: name or folder, as requested.
        sha256: hash of the weights.
        configuration_sha256: hash of the configuration files.
        dimension: number of values in a vector.
        max_words: maximum input length, in tokens of the model.
        query_prompt: prefix for queries.
        document_prompt: prefix for indexed texts.
        is_normalised: whether vectors have length 1.
        truncated_from: number of values that the model gives, if only the first are kept.
        probe: signs of the vector of a sentence, in base64, if the weights are elsewhere.
    """

    name: str
    sha256: str
    configuration_sha256: str
    dimension: int
    max_words: int | None
    query_prompt: str
    document_prompt: str
    is_normalised: bool = True
    truncated_from: int | None = None
    probe: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The record as it is stored in a manifest; older ones lack what is absent here."""
        record = asdict(self)
        for name in ("truncated_from", "probe"):
            if record[name] is None:
                del record[name]
        return record


class Embedder(Protocol):
    """A loaded embedding model. Its vectors have length 1."""

    @property
    def model(self) -> Model:
        """The record of the model."""
        ...

    @property
    def precision(self) -> str:
        """The numbers that documents are embedded with: ``int8``, ``float16`` or ``float32``."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        """Embed texts to be indexed; returns shape (texts, dimension)."""
        ...

    def embed_query(self, text: str) -> Vector:
        """Embed a query; returns shape (dimension,)."""
        ...

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        """Whether each text exceeds the maximum input length; returns shape (texts,)."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model."""

    def __init__(
        self,
        name: str,
        device: Device = "auto",
        *,
        batch_size: int | None = None,
        precision: Precision = "auto",
        dimensions: int | None = None,
        may_fetch: bool = False,
    ) -> None:
        """Load the model.

        Args:
            name: name of a model, or path of its folder.
            device: where to compute.
            batch_size: texts per batch.
            precision: the numbers that documents are embedded with on a processor. ``auto``: 8 bits
                for the default model where the processor can, because its quality was measured.
            dimensions: the number of values to keep of a vector; None for all.
            may_fetch: download the model if it is not on this machine.

        Raises:
            ModelError: the model is missing, its weights are not the published ones, it does not
                fit in memory, it has fewer dimensions, or it cannot be computed with 8 bits here.
        """
        identity = model_identity(name, may_fetch=may_fetch)
        if published_sha256(name) not in (None, identity["sha256"]):
            raise ModelError(name, "its weights are not the published ones; install it again")
        check_weights_fit(name, model_folder(name))
        self._model: Any = _load_model(name, model_folder(name), device)
        truncated_from = truncate(self._model, name, dimensions)
        self._thread_count = _default_thread_count()
        is_gpu = self.device == "cuda"
        if is_gpu:
            self._model.half()
        self.precision = "float16" if is_gpu else _cpu_precision(name, precision)
        self._document_model = self._model
        if self.precision == "int8":
            self._document_model = quantised(self._model)
        # A model of the user's may prepare its texts in other ways.
        self._is_by_length = not is_gpu and published_sha256(name) is not None
        self._batch_size = batch_size or (_GPU_BATCH if is_gpu else BATCH_TEXTS)
        prompts = self._model.prompts
        query, document = (str(prompts.get(kind) or "") for kind in _QUERY_PROMPTS)
        self.model = Model(
            name=identity["name"],
            sha256=identity["sha256"],
            configuration_sha256=identity["configuration_sha256"],
            dimension=int(self._model.get_embedding_dimension()),
            max_words=self._model.max_seq_length,
            query_prompt=query,
            document_prompt=document,
            truncated_from=truncated_from,
        )

    @property
    def device(self) -> str:
        """Where the model runs: ``cpu`` or ``cuda``."""
        return str(self._model.device.type)

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        """Embed texts to be indexed; returns shape (texts, dimension)."""
        with _torch_threads(self._thread_count), memory_errors(self.model.name):
            prompt = self.model.document_prompt
            if self._is_by_length:
                prompted = [prompt + text for text in texts]
                return encode_by_length(self._document_model, prompted, self._batch_size)
            return self._encode(list(texts), prompt, self._document_model)

    def embed_query(self, text: str) -> Vector:
        """Embed a query; returns shape (dimension,)."""
        # PyTorch's threads wait for each other in a busy loop. On two shared cores a query takes
        # 200 ms with two threads, and 12 ms with one.
        with _torch_threads(1):
            vector: Vector = self._encode([text], self.model.query_prompt, self._model)[0]
        return vector

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        """Whether each text exceeds the maximum input length; returns shape (texts,)."""
        truncated: Flags = np.zeros(len(texts), bool)
        limit = self.model.max_words
        if limit is None:
            return truncated
        # A token has at least one byte, so short texts need not be tokenised.
        bytes_max = limit - len(self.model.document_prompt.encode()) - 2
        long = [n for n, text in enumerate(texts) if len(text.encode()) > bytes_max]
        if long:
            tokens = self._model.tokenizer(
                [self.model.document_prompt + texts[n] for n in long], verbose=False
            )
            truncated[long] = [len(ids) > limit for ids in tokens["input_ids"]]
        return truncated

    def tokenizer_json(self) -> str | None:
        """The tokenizer, in the format of the library ``tokenizers``; None if it has another."""
        return tokenizer_json(self._model)

    def embed_tokens(self, ids: Sequence[int]) -> Vector:
        """Embed tokens by their numbers, each alone; returns shape (ids, dimension)."""
        # Texts of three tokens are too little work to share: threads would wait for each other.
        with _torch_threads(1):
            return embed_tokens(self._document_model, ids)

    def _encode(self, texts: list[str], prompt: str, model: Any) -> Vector:  # noqa: ANN401
        vectors = model.encode(
            texts,
            prompt=prompt or None,
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        rows: Vector = np.asarray(vectors, dtype=np.float32)
        return rows


def _cpu_precision(name: str, precision: Precision) -> str:
    """The precision of documents on a processor."""
    if precision == "auto":
        return "int8" if name == BUNDLED and can_quantise() else "float32"
    if precision == "int8" and (name == MULTILINGUAL or not can_quantise()):
        raise ModelError(name, "it cannot be computed with 8 bits here: use --precision float32")
    return precision


def load_embedder(model: dict[str, Any]) -> Embedder:
    """Load the model that an index was built with.

    Args:
        model: its record in the index manifest.

    Raises:
        ModelError: the model is missing, or differs from the record, so that its vectors would
            not be comparable. An endpoint says so when it is asked for the vector of a query.
    """
    name = str(model["name"])
    if is_endpoint(name):
        from queries.search.endpoint_model import recorded_endpoint

        return recorded_endpoint(Model(**model))
    dimensions = model["dimension"] if "truncated_from" in model else None
    if name == BUNDLED and dimensions is None:
        from queries.search.bundled_model import BundledEmbedder

        embedder: Embedder = BundledEmbedder()
    else:
        embedder = SentenceEmbedder(name, "cpu", precision="float32", dimensions=dimensions)
    if embedder.model.as_json() != model:
        reason = "it is not the one that this index was built with: build the index again"
        raise ModelError(name, reason)
    return embedder


def _load_model(name: str, folder: Path, device: Device) -> Any:  # noqa: ANN401
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    quiet: Any = transformers_logging
    quiet.disable_progress_bar()
    where = None if device == "auto" else device
    try:
        if name == MULTILINGUAL:
            from queries.search.multilingual_model import load_multilingual_model

            return load_multilingual_model(folder / MULTILINGUAL_FILE, where)
        return SentenceTransformer(str(folder), device=where, local_files_only=True)
    except MemoryError:
        raise ModelError(name, OUT_OF_MEMORY) from None
    except Exception as error:
        raise ModelError(name, f"it cannot be loaded ({type(error).__name__})") from error


def _default_thread_count() -> int:
    """The number of threads that PyTorch uses by default."""
    import torch

    return int(torch.get_num_threads())


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """Set the number of PyTorch threads for the duration of the block."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
