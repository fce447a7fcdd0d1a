"""A minimum moderation score: the value of the filter `min_score`."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from queries.errors import FilterError
from queries.filters.values import parse_option
from queries.schema import CATEGORIES, ROLES, score_column

ScoreRole = Literal["any", "user", "assistant"]


@dataclass(frozen=True, slots=True, order=True)
class MinScore:
    """A score that at least one message of the role must reach.

    Written ``violence=0.5`` or ``user:violence=0.5``.
    """

    category: str
    score: float
    role: ScoreRole = "any"

    def __str__(self) -> str:
        """The minimum score as it is written in a URL and on a command line."""
        role = "" if self.role == "any" else f"{self.role}:"
        return f"{role}{self.category}={self.score!r}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `conversations` with the highest scores of the category and role."""
        return tuple(score_column(r, self.category) for r in ROLES if self.role in ("any", r))

    @property
    def phrase(self) -> str:
        """The minimum score in words, e.g. "user violence score of at least 0.5"."""
        role = "" if self.role == "any" else f"{self.role} "
        return f"{role}{self.category} score of at least {self.score:g}"


def parse_min_score(text: str) -> MinScore:
    """A minimum score from ``[user:|assistant:]CATEGORY=SCORE``.

    Raises:
        FilterError: another form, an unknown category or role, or a score outside 0 to 1.
    """
    subject, equals, number = text.rpartition("=")
    role, colon, category = subject.rpartition(":")
    try:
        score = float(number)
    except ValueError:
        score = math.nan
    if not equals or not 0 <= score <= 1:
        raise FilterError(
            f"{text!r} is not a minimum score. Write CATEGORY=SCORE with a score from 0 to 1, "
            "e.g. violence=0.5 or user:violence=0.5."
        )
    parse_option("min_score", category, CATEGORIES)
    if colon:
        parse_option("min_score", role, get_args(ScoreRole))
    return MinScore(category, score, role or "any")  # type: ignore[arg-type]
