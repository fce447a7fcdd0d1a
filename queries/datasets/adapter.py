"""The interface of a dataset adapter: how published rows become ours, and what pages say of them.

`queries.datasets.registry` lists the adapters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from queries.assets import asset


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What pages, exports and confirmations say about a dataset.

    Attributes:
        title: the name people know it by, e.g. ``LMSYS-Chat-1M``.
        folder: its folder in `assets/datasets`, with ``about.md``, ``licence.md``, ``notice.md``
            and, where the makers of its models are known, ``models.csv``.
        caveat: one sentence on why intervals are narrower than the true uncertainty.
        scores_caveat: what the scores and flags are worth, in one or two sentences.
        input_limits: the longest prompts in characters that the site accepted, one for each
            period; longer ones are cut. None where there was no limit, or it is not known.
        published_count: the conversations of the published dataset, by which it is recognised; None
            if files are never recognised as that.
    """

    title: str
    folder: str
    caveat: str
    scores_caveat: str = "Scores are as published, and not calibrated probabilities."
    input_limits: tuple[int, ...] = ()
    published_count: int | None = None

    @property
    def about(self) -> str:
        """The text of the page About the data, as Markdown."""
        return self._text("about")

    @property
    def licence(self) -> str:
        """The terms to accept before the data is shown, as Markdown."""
        return self._text("licence")

    @property
    def notice(self) -> str:
        """What the licence asks of everyone who holds a copy, on one line."""
        return " ".join(self._text("notice").split())

    def _text(self, name: str) -> str:
        return asset(f"datasets/{self.folder}/{name}.md").read_text(encoding="utf-8")


class DatasetAdapter(Protocol):
    """A published dataset.

    Attributes:
        name: identifies the dataset in manifests; must never change.
        info: what pages say about it.
        published_schema: every column of the newest release, in its order.
        id_column: the published column with the conversation ids. It becomes ``conversation_id``
            unchanged, because ids are checked before rows are read.
    """

    name: str
    info: DatasetInfo
    published_schema: pa.Schema
    id_column: str

    def problems(self, schema: pa.Schema) -> Iterator[str]:
        """Reasons why a file with this schema is not of this dataset; none if it is.

        Each reason is a clause about the file, e.g. ``it lacks the column 'model'.``
        """
        ...

    def to_conversations(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Published rows in `CANONICAL_SCHEMA`, in the same order.

        Args:
            batch: the columns of `published_schema` that the file has, in the file's encoding.

        Raises:
            pa.ArrowInvalid: a value does not fit the canonical type.
        """
        ...

    def to_published(self, rows: pa.Table) -> pa.Table:
        """Canonical rows in `published_schema`: the inverse of `to_conversations`.

        Texts may hold bytes that are not UTF-8, as published.
        """
        ...
