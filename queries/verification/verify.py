"""Compares a store with the published figures of its dataset, and with two tables in full."""

from collections.abc import Mapping

import pandas as pd

from queries.datasets.loaded import is_published
from queries.errors import DataError
from queries.store.store import Store
from queries.verification.measures import FigureValue, Measures
from queries.verification.published_figures import (
    NotCheckedError,
    PublishedFigure,
    published_figures,
)
from queries.verification.token_counts import TokenCounts

AGREES, DIFFERS, NOT_CHECKED = "agrees", "differs", "not checked"
"""The verdicts."""


class NoPublishedFiguresError(DataError):
    """The dataset of a store has no published figures."""


def verify(store: Store, tokens: TokenCounts | None = None) -> pd.DataFrame:
    """Compare a store with every published figure of its dataset.

    Args:
        store: the store. Removed conversations do not count.
        tokens: counts tokens; without it, figures in tokens are not checked.

    Returns:
        One row per figure: ``number``, ``check``, ``expected`` and ``measured`` (text; None where
        it was not measured), ``tolerance``, ``verdict``, ``reason`` (why it was not checked, or
        None), ``definition``, ``source``, ``confidence``.

    Raises:
        NoPublishedFiguresError: there are none of this dataset.
    """
    measures = Measures(store, tokens)
    rows = [_compare(figure, measures) for figure in _figures(store)]
    return pd.DataFrame(rows).astype(object).where(lambda rows: rows.notna(), None)


def summary(store: Store, rows: pd.DataFrame) -> str:
    """What a comparison says in a sentence or two.

    Args:
        store: the store.
        rows: what `verify` returned.
    """
    counts = rows["verdict"].value_counts()
    text = (
        f"{counts.get(AGREES, 0)} figures agree, {counts.get(DIFFERS, 0)} differ, "
        f"{counts.get(NOT_CHECKED, 0)} were not checked."
    )
    reasons = []
    if store.manifest["is_synthetic"]:
        reasons.append("is a synthetic sample")
    elif not is_published(store.dataset.info, store.manifest["sources"]):
        reasons.append(f"was not made from the published files of {store.dataset.info.title}")
    if store.manifest["limit"] is not None:
        reasons.append(f"has the first {store.manifest['limit']:,} rows only")
    if removed := store.manifest.get("left_out_count", 0) + len(store.removed_ranks):
        reasons.append(f"lacks {removed:,} removed conversations")
    if reasons:
        text += f" This store {' and '.join(reasons)}: differences are to be expected."
    return text


def flagged_table(store: Store) -> pd.DataFrame:
    """Table 2 of the paper beside the store: flagged conversations, in all and by category.

    Returns:
        One row per category, ``any`` first: ``category``, ``published_count``,
        ``published_share``, ``store_count``, ``store_share``; shares are fractions of all
        conversations. Null where the store has no verdict.
    """
    figures = {figure.measure: figure for figure in _figures(store)}
    measures = Measures(store)
    names = ["flagged_conversations", *(name for name in figures if name.startswith("flagged:"))]
    total = figures["row_count"].expected_number
    rows = []
    for name in names:
        count = _measured(figures[name], measures)
        published = figures[name].expected_number
        rows.append(
            {
                "category": figures[name].subject or "any",
                "published_count": int(published),
                "published_share": published / total,
                "store_count": count,
                "store_share": _ratio(count, float(measures.size["conversation_count"])),
            }
        )
    return pd.DataFrame(rows).astype({"store_count": "Int64", "store_share": "Float64"})


def attempts_table(store: Store) -> pd.DataFrame:
    """Table 4 of the paper beside the store: attempts and successes of each model.

    Returns:
        One row per model of the store or the paper, most conversations in the store first:
        ``model``; ``published_conversations``, ``published_attempts``, ``published_successes``
        (null for models whose published counts are not known); ``conversations``, ``attempts``,
        ``successes`` of the store.
    """
    published = _published_attempts(_figures(store))
    columns = {
        "conversation_count": "conversations",
        "attempt_count": "attempts",
        "success_count": "successes",
    }
    measured = Measures(store).attempts[list(columns)].rename(columns=columns)
    models = [*measured.index, *(name for name in published.index if name not in measured.index)]
    table = published.reindex(models).join(measured.reindex(models).fillna(0)).astype("Int64")
    return table.rename_axis("model").reset_index()


def _published_attempts(figures: list[PublishedFigure]) -> pd.DataFrame:
    values: dict[str, dict[str, int]] = {
        f"published_{kind}": {
            figure.subject: int(figure.expected_number) for figure in figures if figure.kind == kind
        }
        for kind in ("conversations", "attempts", "successes")
    }
    return pd.DataFrame(values)


def _figures(store: Store) -> list[PublishedFigure]:
    info = store.dataset.info
    figures = published_figures(info)
    if not figures:
        raise NoPublishedFiguresError(f"No figures are known that were published of {info.title}.")
    return figures


def _compare(figure: PublishedFigure, measures: Measures) -> Mapping[str, str | None]:
    measured = reason = None
    try:
        value = measures.measure(figure.kind, figure.subject)
    except NotCheckedError as error:
        verdict, reason = NOT_CHECKED, str(error)
    else:
        measured = _as_text(value, figure)
        verdict = AGREES if figure.agrees(value) else DIFFERS
    return {
        "number": figure.number,
        "check": figure.check,
        "expected": figure.expected,
        "measured": measured,
        "tolerance": figure.tolerance,
        "verdict": verdict,
        "reason": reason,
        "definition": figure.definition,
        "source": figure.source,
        "confidence": figure.confidence,
    }


def _measured(figure: PublishedFigure, measures: Measures) -> int | None:
    try:
        return int(measures.measure(figure.kind, figure.subject))
    except NotCheckedError:
        return None


def _ratio(count: int | None, total: float) -> float | None:
    return count / total if count is not None and total else None


def _as_text(value: FigureValue, figure: PublishedFigure) -> str:
    """A measured value in the form of the published one."""
    if isinstance(value, str):
        return value
    if figure.expected.endswith("%"):
        return f"{100 * value:.2f} %"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"
