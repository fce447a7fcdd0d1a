"""What the manifest says of a map, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any


def map_sentences(facts: Mapping[str, Any]) -> Iterator[str]:
    """What a map is of, and its quality.

    Args:
        facts: the entry of the map in the manifest of a version.
    """
    yield (
        f"{facts['points']:,} different first prompts, by the vectors of {facts['model']}; "
        f"projection {facts['projection']}."
    )
    yield (
        f"Of the {facts['neighbours']} points that are nearest to one on the map, "
        f"{100 * facts['neighbour_overlap']:.0f} % are among the nearest by their vectors too; "
        f"trustworthiness {facts['trustworthiness']:.2f}, where 1 is best and 0.5 is chance."
    )
