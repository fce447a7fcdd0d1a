"""How many conversations each choice of each filter would leave, given all other filters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from queries.breakdowns import category_counts, filter_counts, language_mix, model_mix
from queries.filters import Filters
from queries.store import Store

Rows = Callable[[Callable[[Store, Filters], pd.DataFrame], Filters], pd.DataFrame]
"""Runs a breakdown over a slice; a caller may remember what came out."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts beside the options of the filters; an option without conversations is left out.

    A filter's own counts disregard what is chosen in it, so that another choice can be judged.
    """

    model: Mapping[str, int]
    language: Mapping[str, int]
    category: Mapping[str, int]
    flagged: Mapping[str, int]
    redacted: Mapping[bool, int]
    has_code: Mapping[bool, int]
    unique_prompts: int


def facets(rows: Rows, filters: Filters) -> Facets:
    """The counts beside the options, for the slice that the filters keep."""
    flagged = rows(filter_counts, replace(filters, flagged=None)).iloc[0]
    redacted = rows(filter_counts, replace(filters, redacted=None)).iloc[0]
    code = rows(filter_counts, replace(filters, has_code=None)).iloc[0]
    unique = rows(filter_counts, replace(filters, unique_prompts=False)).iloc[0]
    return Facets(
        model=_counts(rows(model_mix, replace(filters, model=())), "model"),
        language=_counts(rows(language_mix, replace(filters, language=())), "language"),
        category=_counts(rows(category_counts, replace(filters, category=())), "category"),
        flagged={
            name: int(flagged[f"{name}_flagged_count"])
            for name in ("any", "none", "user", "assistant")
        },
        redacted={
            True: int(redacted["redacted_count"]),
            False: int(redacted["not_redacted_count"]),
        },
        has_code={True: int(code["with_code_count"]), False: int(code["without_code_count"])},
        unique_prompts=int(unique["unique_prompt_count"]),
    )


def _counts(mix: pd.DataFrame, column: str) -> dict[str, int]:
    known = mix.dropna(subset=[column])
    return dict(zip(known[column], known["conversation_count"].astype(int), strict=True))
