"""A short hash of the embedding model of a store, by which links tell models apart."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

HASH_DIGITS = 8


def model_hash(index_facts: Mapping[str, Any] | None) -> str | None:
    """Eight hexadecimal digits of the model of a search index; None if it has no vectors.

    Equal models give comparable similarities. Quick vectors are those of a model of its own, and so
    are vectors of other dimensions.

    Args:
        index_facts: the search index as the manifest of a version describes it.
    """
    model = (index_facts or {}).get("model")
    if model is None:
        return None
    # A model keeps its name where it is copied to; what it computes is in the hashes.
    parts = {name: value for name, value in model.items() if name != "name"}
    if not model.get("sha256"):
        parts["name"] = model["name"]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]
