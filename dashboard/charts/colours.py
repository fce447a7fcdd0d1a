"""The palette of all charts. The theme in ``.streamlit/config.toml`` repeats it, held by a test."""

from collections.abc import Iterable, Mapping

Colours = Mapping[str, str]
"""A colour for each name."""

PALETTE = (
    "#1f9184",
    "#c2703d",
    "#5b7fc4",
    "#a0529c",
    "#8a8d2c",
    "#c05668",
    "#3f97b5",
    "#9c7a4f",
    "#6f9a4e",
    "#7d6cc0",
)
"""Readable in both themes. Charts also write names, because ten colours repeat across 25 models."""

TEAL, ORANGE, BLUE = PALETTE[:3]

BAR_COLOUR = TEAL
"""Bars and dots that need no colour of their own, because their name stands beside them."""

OTHERS_COLOUR = "#97a39f"
"""Several values added up, such as "other models"; also reference lines."""

INTERVAL_COLOUR = "#7c8985"
"""Confidence intervals, and lines that join two dots."""

PART_TEXT_COLOUR = "#ffffff"
"""Text on a part of a stacked bar."""

ROLE_COLOURS = {"user": BLUE, "assistant": ORANGE}
"""The two roles. Their marks differ in shape or dash as well."""

SLICE_COLOURS = {"a": TEAL, "b": ORANGE}
"""The two slices of a comparison. Their marks differ in shape as well."""


def colours_by_name(names: Iterable[str]) -> dict[str, str]:
    """Assign the palette to the names in their order; after the last colour it starts again."""
    return {name: PALETTE[index % len(PALETTE)] for index, name in enumerate(names)}


def with_alpha(colour: str, alpha: float) -> str:
    """A translucent colour.

    Args:
        colour: six hexadecimal digits after a ``#``.
        alpha: opacity, 0 to 1.
    """
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


HEAT_SCALE = [[0, with_alpha(TEAL, 0.04)], [1, with_alpha(TEAL, 0.78)]]
"""The colour scale of heat maps, as Plotly takes it."""
