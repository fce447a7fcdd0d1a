"""Switches of a page of charts, kept in the address."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import formats, url
from dashboard.charts.frame import FEW, Scale
from dashboard.charts.mixes import drowning_rest


@dataclass(frozen=True, slots=True)
class ScaleSwitches:
    """How charts of counts are drawn."""

    scale: Scale
    without_largest: bool

    def note(self, rows: pd.DataFrame, total: int) -> str:
        """What a chart counts, and which bar was left out of it."""
        said = f"n = {formats.conversations(total)}"
        if total < FEW and "flagged_share" in rows.columns:
            said = f"{said}: too few for a rate to say much"
        if not self.leaves_out(rows):
            return said
        largest = int(rows["conversation_count"].argmax())
        largest_value = rows.iloc[largest, 0]
        is_turns = rows.columns[0] == "turn_count"
        # Quoted, because a model may be called "none".
        field = "turns" if is_turns else "name"
        words = formats.value(field, largest_value)
        name = words if is_turns else f"“{words}”"
        count = formats.conversations(rows["conversation_count"].iloc[largest])
        return f"{said} · left out: {name}, {count}{self._rest_note(rows)}"

    def leaves_out(self, rows: pd.DataFrame) -> bool:
        """Whether the largest bar is left out: not where it is the only one."""
        return self.without_largest and len(rows) > 1

    def _rest_note(self, rows: pd.DataFrame) -> str:
        rest = drowning_rest(rows) if rows.columns[0] in ("model", "language") else rows.head(0)
        if rest.empty:
            return ""
        return f"; {len(rest):,} others, {formats.conversations(rest['conversation_count'].sum())}"


def show_scale_switches() -> ScaleSwitches:
    """A log scale, and leaving out the largest bar, which may drown all others."""
    for key in ("log", "without_largest"):
        if url.rules(key):
            st.session_state[key] = url.parameter(key, "") == "true"
    with st.container(horizontal=True, key="switches"):
        is_log = st.toggle("Log scale", key="log")
        without_largest = st.toggle("Leave out the largest bar", key="without_largest")
    url.hold("log", "without_largest")
    url.write_parameters(
        {"log": "true" if is_log else None, "without_largest": "true" if without_largest else None}
    )
    return ScaleSwitches("log" if is_log else "linear", without_largest)
