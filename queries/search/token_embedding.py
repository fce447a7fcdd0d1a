"""The vectors that a sentence-transformers model gives single tokens of its vocabulary."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def tokenizer_json(model: Any) -> str | None:  # noqa: ANN401
    """The tokenizer of a model, in the format of the library ``tokenizers``; None without one."""
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    return None if backend is None else str(backend.to_str())


def embed_tokens(model: Any, ids: Sequence[int]) -> npt.NDArray[np.float32]:  # noqa: ANN401
    """Embed some tokens, each as a text of its own.

    Args:
        model: a sentence-transformers model with a tokenizer.
        ids: the numbers of the tokens.

    Returns:
        Vectors of length 1, shape (ids, dimension).
    """
    import torch

    around = list(model.tokenizer("")["input_ids"])
    middle = len(around) // 2
    rows = [[*around[:middle], token, *around[middle:]] for token in ids]
    inputs = torch.tensor(rows, device=model.device)
    features = {"input_ids": inputs, "attention_mask": torch.ones_like(inputs)}
    if "token_type_ids" in model.tokenizer.model_input_names:
        features["token_type_ids"] = torch.zeros_like(inputs)
    with torch.inference_mode():
        # Of some models only the first values are kept.
        dimension = model.get_embedding_dimension()
        vectors = model(features)["sentence_embedding"][:, :dimension].float()
        return np.asarray(torch.nn.functional.normalize(vectors, dim=1).cpu())
