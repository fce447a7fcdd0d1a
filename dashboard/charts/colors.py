"""One colour a model, everywhere: given by its place among the models of the whole store."""

from collections.abc import Iterable, Mapping

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
"""Read on light and dark; names stand beside them, because ten do not tell 25 models apart."""

REST_COLOR = "#97a39f"
"""What is put together from several values, in both themes."""

Colors = Mapping[str, str]


def model_colors(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, in the order of the names; after the last one, from the first."""
    return {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(names)}
