"""The threshold workbench: a slider a category, and what would be flagged at their places."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.registration import registered
from queries.records import records
from queries.schema import CATEGORIES, SCORE_STEPS

OFF = len(SCORE_STEPS)
"""The rightmost position of a slider: no score reaches it."""

PRESETS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.8, 0.9)
"""Thresholds that all sliders can be set to at once."""

_WORKBENCH = registered("workbench")
_COUNTS = ("reached_count", "flagged_count", "both_count", "total_count", "neither_count")
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
        messages: those with the unit `messages`.
        conversations: those with the unit `conversations`.
        thresholds: one of `SCORE_STEPS` for each category that counts; one without is off.
        on_change: called with ``hate=0.5 violence=0.25`` when sliders were released.
        on_filter: called with the category whose conversations are to be kept.
        key: name of the workbench on its page.
    """
    heard_key = f"{key}_heard"

    def changed() -> None:
        sent = st.session_state[key].thresholds
        st.session_state[heard_key] = int(sent["serial"])
        on_change(str(sent["text"]))

    def filtered() -> None:
        on_filter(str(st.session_state[key].filtered))

    units = {"messages": _by_category(messages), "conversations": _by_category(conversations)}
    _WORKBENCH(
        key=key,
        data={
            # Says which of its changes the figures are for: an earlier answer moves no slider.
            "heard": st.session_state.get(heard_key, 0),
            "steps": [f"{step:g}" for step in SCORE_STEPS],
            "presets": [OFF, *(SCORE_STEPS.index(score) for score in PRESETS)],
            "verdicts": [_verdict(unit, found[None]) for unit, found in units.items()],
            "rows": [
                {
                    "category": category,
                    "position": _position(thresholds.get(category)),
                    "figures": [_figures(found[category]) for found in units.values()],
                }
                for category in CATEGORIES
            ],
        },
        on_thresholds_change=changed,
        on_filtered_change=filtered,
    )


def _by_category(verdicts: pd.DataFrame) -> _Verdicts:
    """The counts of each category, and of the verdict as a whole; an empty slice has no rows."""
    found = {category: dict.fromkeys(_COUNTS, 0) for category in (None, *CATEGORIES)}
    for row in records(verdicts):
        category = None if pd.isna(row["category"]) else str(row["category"])
        found[category] = {name: int(row[name]) for name in _COUNTS}
    return found


def _position(threshold: float | None) -> int:
    return OFF if threshold is None else SCORE_STEPS.index(threshold)


def _figures(row: Mapping[str, int]) -> list[str]:
    """Published, reached, newly flagged and no longer flagged."""
    flagged, reached, both = row["flagged_count"], row["reached_count"], row["both_count"]
    return [formats.count(n) for n in (flagged, reached, reached - both, flagged - both)]


def _verdict(unit: str, row: Mapping[str, int]) -> dict[str, Any]:
    """Both, no longer flagged, newly flagged and neither; and how many change side."""
    both, neither, total = row["both_count"], row["neither_count"], row["total_count"]
    gone, new = row["flagged_count"] - both, row["reached_count"] - both
    verb = "changes" if gone + new == 1 else "change"
    return {
        "unit": unit.capitalize(),
        "cells": [
            {"count": formats.count(n), "share": formats.share(n / total if total else None)}
            for n in (both, gone, new, neither)
        ],
        "sentence": f"{formats.count(gone + new)} of {formats.count(total)} {unit} {verb} side.",
    }
