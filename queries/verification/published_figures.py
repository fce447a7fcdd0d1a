"""The figures that were published about a dataset: ``published_figures.csv`` in its folder."""

import csv
from dataclasses import dataclass

from queries.assets import asset
from queries.datasets.adapter import DatasetInfo
from queries.errors import DataError


class NotCheckedError(DataError):
    """A figure that cannot be measured here; the message is the reason."""


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A published figure, and how a store is compared with it.

    Attributes:
        number: the number of the check, ``T01`` to ``T26``; a check may have several figures.
        check: what is counted, as people read it.
        measure: what measures it in a store: a name of `FIGURE_MEASURES`, and after a colon the
            model, category or role.
        expected: the published value, as text: a number, a share with ``%``, or an order.
        tolerance: how far a store may be from it, as text.
        definition: how it was counted.
        source: where it was published.
        confidence: how sure it is that this is what was published.
    """

    number: str
    check: str
    measure: str
    expected: str
    tolerance: str
    definition: str
    source: str
    confidence: str

    @property
    def kind(self) -> str:
        """The name of its measure."""
        return self.measure.partition(":")[0]

    @property
    def subject(self) -> str:
        """The model, category or role that is measured, or why it is not; empty without one."""
        return self.measure.partition(":")[2]

    @property
    def expected_number(self) -> float:
        """The published value; a share is a fraction.

        Raises:
            ValueError: it is a text.
        """
        return _number(self.expected)

    def agrees(self, measured: float | str) -> bool:
        """Whether a measured value is within the tolerance.

        Args:
            measured: a number, a share as a fraction, or a text.
        """
        if isinstance(measured, str):
            return measured == self.expected
        text = self.tolerance
        if text == "exact":
            allowed = 0.0
        elif text.endswith("pp"):
            allowed = float(text.removesuffix("pp")) / 100
        elif text.endswith("%"):
            allowed = _number(text) * self.expected_number
        else:
            allowed = float(text)
        # 2.02 is 2.0 and 0.02 more: rounding in binary must not decide.
        return abs(measured - self.expected_number) <= allowed + 1e-9


def published_figures(info: DatasetInfo) -> list[PublishedFigure]:
    """The published figures of a dataset, in the order of their file; none without a file."""
    path = asset(f"datasets/{info.folder}/published_figures.csv")
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return [PublishedFigure(**row) for row in csv.DictReader(file)]


def _number(text: str) -> float:
    return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
