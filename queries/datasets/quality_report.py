"""Sentences about rows that break the rules of the dataset's card."""

from collections.abc import Iterator
from typing import Any

ODDITIES = {
    "conversation_null": "the conversation is null",
    "conversation_empty": "the conversation has no message",
    "message_null": "a message, its role or its content is null",
    "role_unknown": "a message has a role other than user and assistant",
    "turn_disagrees": "the number of turns is not half the number of messages, rounded down",
    "moderation_null": "the moderation is null",
    "moderation_fewer": "there are fewer moderation entries than messages",
    "moderation_more": "there are more moderation entries than messages",
    "moderation_user_only": "there is a moderation entry for each user message alone",
    "moderation_undealt": (
        "the moderation entries cannot be dealt to messages with certainty, so no message has a "
        "verdict"
    ),
    "moderation_incomplete": "a moderation entry contains a null",
    "verdict_disagrees": "a message is flagged without a category, or the other way round",
    "text_not_utf8": "a text is not valid UTF-8, so replacement characters are shown",
    "model_null": "the model is null",
    "language_null": "the language is null",
    "redacted_null": "the dataset does not say whether names were redacted",
}
"""Each oddity, as a clause about a conversation."""


def redaction_sentence(manifest: dict[str, Any]) -> str | None:
    """Which source files lack the column `redacted`; None if all have it."""
    sources = manifest["sources"]
    lacking = [source for source in sources if not source["has_redacted"]]
    if not lacking:
        return None
    files = (
        "" if len(lacking) == len(sources) else f" in {len(lacking):,} of {len(sources):,} files"
    )
    return f"The column redacted is missing{files}; it was derived from NAME_n placeholders."


def oddity_sentences(manifest: dict[str, Any]) -> Iterator[str]:
    """One sentence for each oddity that occurs in a store."""
    for name, count in manifest["oddities"].items():
        rows = "1 conversation" if count == 1 else f"{count:,} conversations"
        yield f"in {rows}, {ODDITIES[name]}."
