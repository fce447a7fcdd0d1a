"""Mean tokens of the messages of a store, with a tokenizer that the user names."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.errors import UsageError
from queries.runtime.progress import Progress
from queries.schema import ROLES
from queries.store.store import Store

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH_ROWS = 4_096
_COLUMNS = ["id_rank", "role", "text"]


class TokenCounts:
    """Counts tokens with a file ``tokenizer.json`` of Hugging Face's tokenizers."""

    def __init__(self, path: Path, progress: Progress) -> None:
        """Load the tokenizer.

        Args:
            path: the file.
            progress: shows how many messages are counted.

        Raises:
            UsageError: the file cannot be read, or the package is not installed.
        """
        self._tokenizer = _load(path)
        self._progress = progress

    def means(self, store: Store) -> Mapping[str, float]:
        """Mean tokens of a message of each role, with the tokens that the tokenizer adds.

        An empty message has none. Messages that are null, and removed conversations, are left out.
        """
        totals = dict.fromkeys(ROLES, 0)
        counts = dict.fromkeys(ROLES, 0)
        removed = pa.array(store.removed_ranks, pa.int32())
        files = sorted(store.version.table("messages").glob("*.parquet"))
        rows = sum(pq.read_metadata(path).num_rows for path in files)
        with self._progress.step("Counting tokens", rows, "messages") as advance:
            for path in files:
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(_BATCH_ROWS, columns=_COLUMNS):
                        kept = batch.filter(pc.invert(pc.is_in(batch["id_rank"], removed)))
                        for role in ROLES:
                            texts = _texts(kept, role)
                            totals[role] += self._count(texts)
                            counts[role] += len(texts)
                        advance(len(batch))
        return {role: totals[role] / max(counts[role], 1) for role in ROLES}

    def _count(self, texts: list[str]) -> int:
        encoded = self._tokenizer.encode_batch_fast([text for text in texts if text])
        return sum(len(encoding) for encoding in encoded)


def _texts(batch: pa.RecordBatch, role: str) -> list[str]:
    texts = batch["text"].filter(pc.equal(batch["role"], role).fill_null(False)).drop_null()
    values: list[str] = texts.to_pylist()
    return values


def _load(path: Path) -> "Tokenizer":
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise UsageError(
            "Counting tokens needs the package tokenizers: pip install tokenizers."
        ) from error
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # The package raises Exception itself.
        reason = " ".join(str(error).split())
        raise UsageError(
            f"{path} is not a tokenizer.json of Hugging Face's tokenizers: {reason}."
        ) from error
