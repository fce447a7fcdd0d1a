"""Embed many texts on a processor: 8-bit weights, and batches of texts of one length."""

import copy
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_Vector = npt.NDArray[np.float32]

BATCH_TEXTS = 16

_ENGINE = "onednn"


def can_quantise() -> bool:
    """Whether this PyTorch and this processor multiply 8-bit integers without overflow.

    Processors without VNNI add pairs of products in 16 bits, which overflow.
    """
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from torch.ao import quantization  # noqa: F401
        except ImportError:
            return False
    has = torch.cpu.get_capabilities()
    has_vnni = bool(has.get("avx512_vnni") or has.get("avx_vnni"))
    return has_vnni and _ENGINE in torch.backends.quantized.supported_engines


def quantised(model: Any) -> Any:  # noqa: ANN401
    """A copy of a sentence-transformers model whose linear layers have 8-bit weights.

    Weights have one scale per channel; activations are quantised as they come. All other weights
    are shared with the model.
    """
    import torch
    from torch.ao import quantization

    quantize: Any = quantization.quantize_dynamic

    shared = {id(parameter): parameter for parameter in model.parameters()}
    copied = copy.deepcopy(model, shared)
    layers = {torch.nn.Linear: quantization.per_channel_dynamic_qconfig}
    engines: Any = torch.backends.quantized
    before = engines.engine
    engines.engine = _ENGINE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return quantize(copied, layers, dtype=torch.qint8, inplace=True)
    finally:
        engines.engine = before


def encode_by_length(model: Any, texts: Sequence[str], batch_texts: int) -> _Vector:  # noqa: ANN401
    """Embed texts in batches of about the same number of tokens, so that little is padded.

    Args:
        model: a sentence-transformers model.
        texts: the texts, with the prompt of the model.
        batch_texts: texts per batch.

    Returns:
        Vectors of length 1 in the order of the texts, shape (texts, dimension).
    """
    import torch

    vectors: _Vector = np.empty((len(texts), model.get_embedding_dimension()), np.float32)
    if not len(texts):
        return vectors
    tokens = model.tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)
    order = np.argsort([len(ids) for ids in tokens["input_ids"]], kind="stable")
    with torch.inference_mode():
        for start in range(0, len(order), batch_texts):
            batch = order[start : start + batch_texts]
            rows = {name: [values[n] for n in batch] for name, values in tokens.items()}
            features = dict(model.tokenizer.pad(rows, return_tensors="pt"))
            embedded = model({**features, "modality": "text"})["sentence_embedding"]
            vectors[batch] = torch.nn.functional.normalize(embedded, dim=1).numpy()
    return vectors
