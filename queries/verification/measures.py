"""What a store has in place of each published figure."""

from collections.abc import Callable, Mapping
from functools import cached_property

import pandas as pd

from queries.breakdowns.moderation import attempts, role_categories
from queries.breakdowns.overview import category_counts, language_mix, model_mix, slice_size
from queries.filters import Filters
from queries.store.store import Store
from queries.verification.published_figures import NotCheckedError
from queries.verification.source_rows import SourceRows
from queries.verification.token_counts import TokenCounts

FigureValue = float | str
"""A count, a mean, a share as a fraction, or a text."""

LARGEST_COUNT = 5
"""How many models and languages the published orders name."""


class Measures:
    """Measures a store, each table of it once.

    Attributes:
        store: the store.
    """

    def __init__(self, store: Store, tokens: TokenCounts | None = None) -> None:
        """Measure nothing yet.

        Args:
            store: the store.
            tokens: counts tokens; without it, figures in tokens are not checked.
        """
        self.store = store
        self._tokens = tokens

    def measure(self, kind: str, subject: str) -> FigureValue:
        """The value of a figure.

        Args:
            kind: a key of `FIGURE_MEASURES`.
            subject: the model, category or role; empty without one.

        Raises:
            NotCheckedError: it cannot be measured here.
        """
        return FIGURE_MEASURES[kind](self, subject)

    @cached_property
    def size(self) -> pd.Series:
        """The row of the breakdown `slice_size`."""
        return slice_size(self.store, Filters()).iloc[0]

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """The breakdown `attempts`, by model."""
        return attempts(self.store, Filters()).set_index("model")

    @cached_property
    def categories(self) -> pd.DataFrame:
        """The breakdown `category_counts`, by category."""
        return category_counts(self.store, Filters()).set_index("category")

    @cached_property
    def roles(self) -> pd.DataFrame:
        """All messages of each role in the breakdown `role_categories`, by role."""
        rows = role_categories(self.store, Filters())
        return rows[rows["category"].isna()].set_index("role")

    @cached_property
    def source(self) -> SourceRows:
        """The first rows of the first source file."""
        return SourceRows(self.store)

    @cached_property
    def token_means(self) -> Mapping[str, float]:
        """Mean tokens of a message, by role."""
        if self._tokens is None:
            raise NotCheckedError("This needs a tokenizer: chatscape verify --tokenizer FILE.")
        return self._tokens.means(self.store)

    def count(self, frame: pd.DataFrame, row: str, column: str) -> float:
        """A count in a table; 0 for a row that it does not have."""
        return float(frame[column].get(row, 0.0))

    def judged(self, share: float, total: int) -> float:
        """A share, if anything was judged."""
        if not total:
            raise NotCheckedError("No verdict is known in this store.")
        return share


def _flagged_share(measures: Measures, role: str) -> float:
    judged = measures.count(measures.roles, role, "role_judged_message_count")
    return measures.judged(measures.count(measures.roles, role, "message_share"), int(judged))


def _flagged_conversations(measures: Measures, _: str) -> float:
    size = measures.size
    return measures.judged(float(size["flagged_count"]), int(size["judged_count"]))


def _flagged_in(measures: Measures, category: str) -> float:
    count = measures.count(measures.categories, category, "conversation_count")
    return measures.judged(count, int(measures.size["category_judged_count"]))


def _of_model(column: str) -> Callable[[Measures, str], float]:
    def measure(measures: Measures, model: str) -> float:
        return measures.count(measures.attempts, model, column)

    return measure


def _largest(measures: Measures, group: str) -> str:
    mix = (model_mix if group == "model" else language_mix)(measures.store, Filters())
    names = mix[group].dropna()
    return " > ".join(names[names != "unknown"].head(LARGEST_COUNT))


def _mean_turns(measures: Measures, _: str) -> float:
    if pd.isna(measures.size["mean_turn_count"]):
        raise NotCheckedError("The number of turns is not known in this store.")
    return float(measures.size["mean_turn_count"])


def _single_turn_share(measures: Measures, _: str) -> float:
    row = measures.store.run("slice_measures", Filters()).iloc[0]
    if not row["turn_known_count"]:
        raise NotCheckedError("The number of turns is not known in this store.")
    return float(row["single_turn_count"] / row["turn_known_count"])


def _repeated_prompt_share(measures: Measures, _: str) -> float:
    row = measures.store.run("repeated_first_prompts", Filters()).iloc[0]
    if not row["prompt_count"]:
        raise NotCheckedError("This store has no first prompt.")
    return float(1 - row["distinct_count"] / row["prompt_count"])


_REASONS = {
    "no_turn_languages": "A store has the language of a conversation, not of each turn.",
    "unpublished_rules": "The rules behind the figure were not published in full.",
    "judged_by_hand": "People judged the responses; no rule was published.",
}


def _not_checked(_: Measures, reason: str) -> FigureValue:
    raise NotCheckedError(_REASONS[reason])


def _first_row(measures: Measures, _: str) -> str:
    return measures.source.first_row()


FIGURE_MEASURES: Mapping[str, Callable[[Measures, str], FigureValue]] = {
    "row_count": lambda measures, _: float(measures.size["conversation_count"]),
    "model_count": lambda measures, _: float(measures.size["model_count"]),
    "language_count": lambda measures, _: float(measures.size["language_count"]),
    "mean_turns": _mean_turns,
    "prompt_tokens": lambda measures, _: measures.token_means["user"],
    "response_tokens": lambda measures, _: measures.token_means["assistant"],
    "flagged_conversations": _flagged_conversations,
    "flagged": _flagged_in,
    "flagged_messages": _flagged_share,
    "conversations": _of_model("conversation_count"),
    "attempts": _of_model("attempt_count"),
    "successes": _of_model("success_count"),
    "largest": _largest,
    "single_turn_share": _single_turn_share,
    "repeated_prompt_share": _repeated_prompt_share,
    "first_rows_redacted": lambda measures, _: float(measures.source.redacted_count()),
    "first_rows_flagged": lambda measures, _: float(measures.source.flagged_count()),
    "first_row": _first_row,
    "not_checked": _not_checked,
}
"""How each kind of figure is measured."""
