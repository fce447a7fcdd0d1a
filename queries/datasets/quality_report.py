"""Sentences about rows that break the rules of the dataset's card."""

from collections.abc import Collection, Iterator, Mapping
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


_INSTEAD = {
    "turn": "turns were counted, as half the messages",
    "language": "languages are not known",
    "openai_moderation": "verdicts are not known",
    "redacted": "it was derived from NAME_n placeholders",
}
"""What stands in the place of a published column that a file may lack."""


def missing_column_sentences(manifest: dict[str, Any]) -> Iterator[str]:
    """One sentence for each published column that source files lack."""
    sources = manifest["sources"]
    for column, instead in _INSTEAD.items():
        lacking = sum(column in _missing_columns(source) for source in sources)
        if lacking:
            some = f" in {lacking:,} of {len(sources):,} files"
            files = "" if lacking == len(sources) else some
            yield f"The column {column} is missing{files}; {instead}."


def _missing_columns(source: Mapping[str, Any]) -> Collection[str]:
    """Published columns that a file lacks. Earlier manifests name `redacted` alone."""
    before = () if source["has_redacted"] else ("redacted",)
    missing: Collection[str] = source.get("missing_columns", before)
    return missing


def oddity_sentences(manifest: dict[str, Any]) -> Iterator[str]:
    """One sentence for each oddity that occurs in a store."""
    for name, count in manifest["oddities"].items():
        rows = "1 conversation" if count == 1 else f"{count:,} conversations"
        yield f"in {rows}, {ODDITIES[name]}."
