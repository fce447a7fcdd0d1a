"""The rows of the bundled sample, and what a search of them has to find."""

import re
from functools import cache
from typing import Any

import pyarrow.parquet as pq

from tests.support.fake_embedder import DictionaryEmbedder
from tests.support.paths import SAMPLE


@cache
def sample_rows() -> dict[str, dict[str, Any]]:
    """The rows of the sample as they are in its file, by id."""
    return {row["conversation_id"]: row for row in pq.read_table(SAMPLE).to_pylist()}


def messages_of(key: str) -> list[tuple[str, str, bool]]:
    """Role, text and verdict of each message of a conversation."""
    row = sample_rows()[key]
    pairs = zip(row["conversation"], row["openai_moderation"], strict=True)
    return [(message["role"], message["content"], verdict["flagged"]) for message, verdict in pairs]


def ids_with(pattern: str, role: str = "any", **values: str) -> set[str]:
    """Ids of the conversations with a message of a role in which a pattern is found."""
    return {
        key
        for key, row in sample_rows().items()
        if values.items() <= row.items()
        and any(
            role in ("any", of) and re.search(pattern, text.lower())
            for of, text, _ in messages_of(key)
        )
    }


def similarities(question: str, without: str = "") -> dict[str, float]:
    """How near each conversation is by its nearest user message but one, nearest first."""
    model = DictionaryEmbedder()
    vector = model.embed_query(question)
    near = cache(lambda text: float(model.embed_query(text) @ vector))
    prompts = {
        key: {text for _, text, _ in messages_of(key)[::2]} - {without} for key in sample_rows()
    }
    nearest = {key: max(map(near, texts)) for key, texts in prompts.items() if texts}
    return dict(sorted(nearest.items(), key=lambda pair: -pair[1]))
