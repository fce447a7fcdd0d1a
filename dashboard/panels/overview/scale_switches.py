"""Two switches for charts of counts, kept in the address: log scale, and no largest bar."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.figure_parts import SMALL_N, Scale
from dashboard.charts.overview import dwarfing_others
from dashboard.state import query_params


@dataclass(frozen=True, slots=True)
class ScaleSwitches:
    """The state of the switches."""

    scale: Scale
    without_largest: bool

    def note(self, rows: pd.DataFrame, total: int, judged: int) -> str:
        """What a chart counts, and which bar it leaves out.

        Args:
            rows: the rows of the chart.
            total: conversations in the slice.
            judged: those with a known verdict, which shares of flagged ones are taken over.
        """
        note = f"n = {formats.conversations(total)}"
        if "flagged_share" in rows.columns:
            note = formats.verdicts_known(judged, total)
            note += ": rates are uncertain" if judged < SMALL_N else ""
        if not self.leaves_out(rows):
            return note
        largest = int(rows["conversation_count"].argmax())
        largest_value = rows.iloc[largest, 0]
        is_turns = rows.columns[0] == "turn_count"
        # Quoted, because a model may be named "none".
        field = "turns" if is_turns else "name"
        text = formats.value(field, largest_value)
        name = text if is_turns else f"“{text}”"
        count = formats.conversations(rows["conversation_count"].iloc[largest])
        return f"{note} · left out: {name}, {count}{self._others_note(rows)}"

    def leaves_out(self, rows: pd.DataFrame) -> bool:
        """Whether the largest bar is left out, which it never is if it is the only one."""
        return self.without_largest and len(rows) > 1

    def _others_note(self, rows: pd.DataFrame) -> str:
        others = dwarfing_others(rows) if rows.columns[0] in ("model", "language") else rows.head(0)
        if others.empty:
            return ""
        return (
            f"; {len(others):,} others, {formats.conversations(others['conversation_count'].sum())}"
        )


def show_scale_switches() -> ScaleSwitches:
    """Draw the switches; a largest bar can dwarf all others."""
    for key in ("log", "without_largest"):
        if query_params.address_wins(key):
            st.session_state[key] = query_params.get_param(key, "") == "true"
    with st.container(horizontal=True, key="switches"):
        is_log = st.toggle("Log scale", key="log")
        without_largest = st.toggle("Hide the largest bar", key="without_largest")
    query_params.track_widgets("log", "without_largest")
    query_params.set_params(
        {"log": "true" if is_log else None, "without_largest": "true" if without_largest else None}
    )
    return ScaleSwitches("log" if is_log else "linear", without_largest)
