"""The threshold workbench: a slider per category, and what their thresholds would flag."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.custom_component import custom_component
from queries.schema import CATEGORIES, SCORE_STEPS
from queries.serialisation.records import records

OFF = len(SCORE_STEPS)
"""The rightmost position of a slider, which no score reaches."""

THRESHOLD_PRESETS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.8, 0.9)
"""Thresholds to which all sliders can be set at once."""

_WORKBENCH = custom_component(__name__)
_COUNTS = (
    *("reached_count", "flagged_count", "both_count"),
    *("total_count", "neither_count", "slice_count"),
)
_Verdicts = Mapping[str | None, Mapping[str, int]]


def show_workbench(
    messages: pd.DataFrame,
    conversations: pd.DataFrame,
    *,
    thresholds: Mapping[str, float],
    on_change: Callable[[str], None],
    on_filter: Callable[[str], None],
    key: str = "workbench",
) -> None:
    """Draw the rows of ``moderation.threshold_verdicts``.

    Args:
        messages: the rows with the unit ``messages``.
        conversations: the rows with the unit ``conversations``.
        thresholds: one of `SCORE_STEPS` by category; a category without one is off.
        on_change: called with text like ``hate=0.5 violence=0.25`` when a slider is released.
        on_filter: called with the category to filter by.
        key: key of the workbench on its page.
    """
    serial_key = f"{key}_heard"

    def changed() -> None:
        sent = st.session_state[key].thresholds
        st.session_state[serial_key] = int(sent["serial"])
        on_change(str(sent["text"]))

    def filtered() -> None:
        on_filter(str(st.session_state[key].filtered))

    units = {"messages": _by_category(messages), "conversations": _by_category(conversations)}
    _WORKBENCH(
        key=key,
        data={
            # Tells the script which change the figures belong to; older figures move no slider.
            "heard": st.session_state.get(serial_key, 0),
            "steps": [f"{step:g}" for step in SCORE_STEPS],
            "presets": [OFF, *(SCORE_STEPS.index(score) for score in THRESHOLD_PRESETS)],
            "verdicts": [_verdict(unit, counts[None]) for unit, counts in units.items()],
            "rows": [
                {
                    "category": category,
                    "position": _position(thresholds.get(category)),
                    "figures": [_figures(counts[category]) for counts in units.values()],
                }
                for category in CATEGORIES
            ],
        },
        on_thresholds_change=changed,
        on_filtered_change=filtered,
    )


def _by_category(verdicts: pd.DataFrame) -> _Verdicts:
    """The counts of each category and, under None, of the verdict as a whole."""
    counts = {category: dict.fromkeys(_COUNTS, 0) for category in (None, *CATEGORIES)}
    for row in records(verdicts):
        category = None if pd.isna(row["category"]) else str(row["category"])
        counts[category] = {name: int(row[name]) for name in _COUNTS}
    return counts


def _position(threshold: float | None) -> int:
    return OFF if threshold is None else SCORE_STEPS.index(threshold)


def _figures(row: Mapping[str, int]) -> list[str]:
    """Counts: flagged as published, reached, newly flagged, no longer flagged."""
    flagged, reached, both = row["flagged_count"], row["reached_count"], row["both_count"]
    return [formats.count(n) for n in (flagged, reached, reached - both, flagged - both)]


def _verdict(unit: str, row: Mapping[str, int]) -> dict[str, Any]:
    """Counts of a unit: flagged by both, no longer flagged, newly flagged, flagged by neither."""
    both, neither, total = row["both_count"], row["neither_count"], row["total_count"]
    gone, new = row["flagged_count"] - both, row["reached_count"] - both
    verb = "changes" if gone + new == 1 else "change"
    unknown = row["slice_count"] - total
    without = f" Left out: {formats.count(unknown)} without a verdict and score" if unknown else ""
    where = " on every message." if unit == "conversations" else "."
    return {
        "unit": unit.capitalize(),
        "cells": [
            {"count": formats.count(n), "share": formats.share(n / total if total else None)}
            for n in (both, gone, new, neither)
        ],
        "sentence": f"{formats.count(gone + new)} of {formats.count(total)} {unit} {verb} verdict."
        f"{without + where if without else ''}",
    }
