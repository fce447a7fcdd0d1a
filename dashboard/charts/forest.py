"""The forest plot: differences between two slices with their intervals, around a line at 0."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.colours import INTERVAL_COLOUR, SLICE_COLOURS
from dashboard.charts.figure_parts import (
    PALE_OPACITY,
    SMALL_N,
    PlotlyDict,
    error_bars,
    escape_html,
    figure,
    label_pixels,
    shortened,
)

CLEAR_P_MAX = 0.05
"""A mark is filled where the adjusted p value is below."""

_ROW_PIXELS = 23
_TICKS_PIXELS = 44
_BOTTOM_PIXELS = 26


@dataclass(frozen=True, slots=True)
class ForestSection:
    """Differences with one unit under one heading.

    Attributes:
        heading: what they are.
        is_relative: drawn in percent of B's value, which differences of several units have in
            common; otherwise in percentage points.
        rows: with ``label``, ``long_label``, ``token`` and the columns of a difference.
    """

    heading: str
    is_relative: bool
    rows: pd.DataFrame


def forest_chart(sections: Sequence[ForestSection]) -> go.Figure:
    """Differences A minus B with 95 % intervals, one panel for shares and one for means.

    A mark is filled where the adjusted p value is below `CLEAR_P_MAX`, else hollow; pale where a
    slice has fewer than `SMALL_N` conversations. It is a circle where A has more, else a diamond.

    Args:
        sections: the parts of the plot, from top to bottom; those without rows are left out.
    """
    panels = [
        [s for s in sections if s.is_relative == is_relative and len(s.rows)]
        for is_relative in (False, True)
    ]
    panels = [panel for panel in panels if panel] or [[]]
    lines = [sum(len(s.rows) + 1 for s in panel) for panel in panels]
    height = _ROW_PIXELS * max(sum(lines), 2) + _TICKS_PIXELS * (len(panels) - 1)
    names = [str(label) for panel in panels for s in panel for label in s.rows["label"]]
    left = label_pixels(names)
    traces: list[PlotlyDict] = []
    axes: dict[str, PlotlyDict] = {}
    annotations: list[PlotlyDict] = []
    top = 1.0
    for number, (panel, count) in enumerate(zip(panels, lines, strict=True), start=1):
        end = top - _ROW_PIXELS * count / height
        suffix = "" if number == 1 else str(number)
        if not panel:
            break
        traces.append(_marks(panel, suffix))
        annotations += _headings(panel, suffix, left)
        axes[f"xaxis{suffix}"] = _difference_axis(panel, suffix)
        axes[f"yaxis{suffix}"] = _name_axis(panel, suffix, count, (max(end, 0.0), top))
        top = end - _TICKS_PIXELS / height
    return figure(
        traces,
        height + _BOTTOM_PIXELS + 8,
        left,
        axes.pop("xaxis", {}),
        axes.pop("yaxis", {}),
        annotations=annotations,
        bottom=_BOTTOM_PIXELS,
    ).update_layout(axes)


def _places(panel: Sequence[ForestSection]) -> list[int]:
    """The line of each row; each heading has one of its own."""
    places: list[int] = []
    line = 0
    for section in panel:
        places += range(line + 1, line + 1 + len(section.rows))
        line += len(section.rows) + 1
    return places


def _marks(panel: Sequence[ForestSection], suffix: str) -> PlotlyDict:
    rows = pd.concat([section.rows for section in panel], ignore_index=True)
    factor = 100 / rows["value_b"] if panel[0].is_relative else pd.Series(100.0, rows.index)
    value, low, high = (rows[end] * factor for end in ("difference", "low", "high"))
    unit = "% of B" if panel[0].is_relative else "pp"
    is_clear = rows["corrected_p"] < CLEAR_P_MAX
    colours = [SLICE_COLOURS["a" if v > 0 else "b"] for v in value]
    smaller = rows[["total_a", "total_b"]].min(axis=1)
    return {
        "type": "scatter",
        "mode": "markers",
        "cliponaxis": False,
        "x": value.tolist(),
        "y": _places(panel),
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "error_x": error_bars(value, low, high, INTERVAL_COLOUR),
        "marker": {
            "size": 10,
            "color": colours,
            "symbol": [
                ("circle" if v > 0 else "diamond") + ("" if clear else "-open")
                for v, clear in zip(value, is_clear, strict=True)
            ],
            "line": {"width": 1.8, "color": colours},
            "opacity": [PALE_OPACITY if n < SMALL_N else 1 for n in smaller],
        },
        "meta": rows["token"].astype(object).where(rows["token"].notna(), None).tolist(),
        "customdata": list(
            zip(
                [escape_html(str(label)) for label in rows["long_label"]],
                low.tolist(),
                high.tolist(),
                rows["text_a"].tolist(),
                rows["text_b"].tolist(),
                rows["text_p"].tolist(),
                strict=True,
            )
        ),
        "hovertemplate": (
            f"%{{customdata[0]}}<br>A − B: %{{x:+,.3~g}} {unit} "
            "(95 % CI %{customdata[1]:+,.3~g} to %{customdata[2]:+,.3~g})<br>"
            "A: %{customdata[3]}<br>B: %{customdata[4]}<br>"
            "adjusted p %{customdata[5]}<extra></extra>"
        ),
    }


def _headings(panel: Sequence[ForestSection], suffix: str, left: int) -> list[PlotlyDict]:
    lines, line = [], 0
    for section in panel:
        lines.append((line, section.heading))
        line += len(section.rows) + 1
    return [
        {
            "text": f"<b>{escape_html(heading)}</b>",
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 6 - left,
            "y": line,
            "yref": f"y{suffix}",
            "yanchor": "middle",
            "showarrow": False,
        }
        for line, heading in lines
    ]


def _difference_axis(panel: Sequence[ForestSection], suffix: str) -> PlotlyDict:
    rows = pd.concat([section.rows for section in panel], ignore_index=True)
    factor = 100 / rows["value_b"] if panel[0].is_relative else 100.0
    ends = pd.concat([rows[end] * factor for end in ("difference", "low", "high")])
    low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
    padding = 0.06 * ((high - low) or 1.0)
    return {
        "anchor": f"y{suffix}",
        "range": [low - padding, high + padding],
        "ticksuffix": " %" if panel[0].is_relative else " pp",
        # So few that their labels fit level on a telephone.
        "nticks": 5,
        "tickangle": 0,
        "zeroline": True,
        "zerolinewidth": 1.6,
        "zerolinecolor": INTERVAL_COLOUR,
        "fixedrange": True,
        "automargin": False,
    }


def _name_axis(
    panel: Sequence[ForestSection], suffix: str, count: int, domain: tuple[float, float]
) -> PlotlyDict:
    labels = [str(label) for section in panel for label in section.rows["label"]]
    return {
        "anchor": f"x{suffix}",
        "domain": list(domain),
        "range": [count - 0.5, -0.5],
        "tickvals": _places(panel),
        "ticktext": [escape_html(shortened(label)) for label in labels],
        "ticklabelstandoff": 4,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": False,
    }
