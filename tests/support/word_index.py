"""An index of the words of a few texts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from queries.prepare.index.postings_writer import PostingsWriter
from queries.prepare.index.word_batches import word_batch
from queries.search.text_index import LENGTHS_FILE


def write_index(folder: Path, texts: Sequence[str]) -> None:
    """Index the words of texts, the messages of a store, in a folder."""
    batch = word_batch(texts, 0)
    for name, occurrences in (("plain", batch.plain), ("accented", batch.accented)):
        with PostingsWriter(folder / name) as writer:
            writer.append(occurrences)
    np.save(folder / LENGTHS_FILE, batch.lengths)
