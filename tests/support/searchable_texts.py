"""The texts in which readers may look words up, straight from the files of a version."""

from typing import Any

import pyarrow.parquet as pq

from queries.masking.pipeline import drop_partial_secret, with_placeholders
from queries.schema import OPENING_CHARS
from queries.store.layout import Version


def searchable_texts(version: Version) -> list[str | None]:
    """Each message's text, masked; empty where it is flagged as sexual/minors."""
    rows = pq.read_table(version.table("messages"), columns=["text", "is_flagged_sexual_minors"])
    return [
        "" if row["is_flagged_sexual_minors"] else row["text"] and with_placeholders(row["text"])
        for row in rows.to_pylist()
    ]


def searchable_prompts(rows: list[dict[str, Any]]) -> list[str]:
    """The user messages with text of published rows, but for those of sexual/minors; masked."""
    contents = [
        message["content"]
        for row in rows
        for message, entry in zip(row["conversation"], row["openai_moderation"], strict=True)
        if message["role"] == "user" and not entry["categories"]["sexual/minors"]
    ]
    return [" ".join(with_placeholders(text).split()) for text in contents if text.split()]


def searchable_opening(prompt: str) -> str:
    """The opening of a prompt that is not covered; without its last word where it was cut."""
    opening = prompt[:OPENING_CHARS]
    is_cut = len(opening) == OPENING_CHARS
    return with_placeholders(drop_partial_secret(opening) if is_cut else opening)
