"""What a model must fit in: the memory of the machine, and the dimensions of the index."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queries.errors import ModelError
from queries.runtime.memory_limits import machine_bytes
from queries.search.model_files import BUNDLED, MULTILINGUAL

DIMENSION_STEP = 8
"""The vector index packs the signs of so many values into a byte."""

OUT_OF_MEMORY = "it does not fit in memory: take a smaller model, or a smaller --batch-size"


def check_weights_fit(name: str, folder: Path) -> None:
    """Refuse a model whose weights alone are larger than the memory of the machine or container.

    Raises:
        ModelError: it does not fit; otherwise the operating system would end the process.
    """
    kinds = (".safetensors", ".bin")
    # A folder can hold the same weights in two formats.
    needed = max(
        sum(path.stat().st_size for path in folder.rglob(f"*{kind}") if path.is_file())
        for kind in kinds
    )
    available = machine_bytes()
    if needed > available:
        raise ModelError(
            name,
            f"its weights have {needed / 1e9:,.1f} GB, more than the {available / 1e9:,.1f} GB of "
            "memory here: take a smaller model",
        )


@contextmanager
def memory_errors(name: str) -> Iterator[None]:
    """Raise `ModelError` where a model runs out of memory, on a processor or on a GPU."""
    import torch

    try:
        yield
    except (MemoryError, torch.OutOfMemoryError):
        raise ModelError(name, OUT_OF_MEMORY) from None


def truncate(model: Any, name: str, dimensions: int | None) -> int | None:  # noqa: ANN401
    """Let a model keep only the first values of its vectors, scaled to length 1.

    Args:
        model: a sentence-transformers model.
        name: its name.
        dimensions: the number of values to keep; None for all.

    Returns:
        The number of values before; None if all are kept.

    Raises:
        ModelError: the model has fewer values, or was not trained to be used so.
    """
    whole = int(model.get_embedding_dimension())
    if dimensions is None or dimensions == whole:
        return None
    if dimensions > whole:
        raise ModelError(name, f"its vectors have {whole:,} values, not {dimensions:,}")
    if name in (BUNDLED, MULTILINGUAL):
        raise ModelError(
            name,
            f"it was not trained to work with fewer than its {whole:,} values: leave out "
            "--dimensions",
        )
    model.truncate_dim = dimensions
    return whole


def check_dimension(name: str, dimension: int) -> None:
    """Refuse vectors that the vector index cannot hold.

    Raises:
        ModelError: the number of values is no multiple of `DIMENSION_STEP`.
    """
    if dimension % DIMENSION_STEP:
        kept = dimension - dimension % DIMENSION_STEP
        advice = f": use --dimensions {kept}" if kept else ""
        raise ModelError(
            name,
            f"its vectors have {dimension:,} values, and an index needs a multiple of "
            f"{DIMENSION_STEP}{advice}",
        )
