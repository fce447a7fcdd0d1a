"""From which similarity on two texts are near in meaning, as measured for each model.

The floor of a model is the similarity that 99.9 % of the pairs of different first prompts stay
below: 244,650 pairs of 700 prompts, drawn at random from 5,162 real conversations. It differs so
much between models that a similarity says little by itself.
"""

import math
from collections.abc import Mapping
from typing import Any

from queries.search.model_files import BUNDLED, MULTILINGUAL

_FLOORS = {BUNDLED: 0.57, MULTILINGUAL: 0.88, f"quick vectors of {BUNDLED}": 0.97}

_CLOSEST_SHOWN = 0.99


def nearness_floor(model: Mapping[str, Any] | None) -> float | None:
    """The similarity from which on texts are near; None if the model was not measured.

    Args:
        model: the model as the manifest of an index records it; None if the index has no vectors.
    """
    if model is None or "truncated_from" in model:
        return None
    return _FLOORS.get(model["name"])


def similarity_text(similarity: float) -> str:
    """A similarity of different texts with two digits, never 1.00.

    A model reads only the beginning of a long text, and rounding does the rest: texts of which the
    vectors are the same need not be.
    """
    return f"{min(math.floor(similarity * 100 + 1e-6) / 100, _CLOSEST_SHOWN):.2f}"


def nothing_near(nearest: float, model: Mapping[str, Any] | None) -> str | None:
    """A sentence that says that nothing is near; None if something is, or that is not known.

    Args:
        nearest: the highest similarity of another text.
        model: as in `nearness_floor`.
    """
    floor = nearness_floor(model)
    if floor is None or nearest >= floor:
        return None
    return (
        f"Nothing is near: the nearest has similarity {similarity_text(nearest)}. With this model, "
        f"99.9 % of the pairs of different prompts are below {floor:.2f}."
    )
