"""Ways in which rows differ from what the dataset's card promises, in words."""

from collections.abc import Iterator
from typing import Any

ODDITIES = {
    "conversation_null": "the conversation is null",
    "conversation_empty": "the conversation has no message",
    "message_null": "a message, its role or its content is null",
    "role_unknown": "a message has a role other than user and assistant",
    "turn_disagrees": "the number of turns is not half that of messages, rounded down",
    "moderation_null": "the moderation is null",
    "moderation_fewer": "there are fewer moderation entries than messages",
    "moderation_more": "there are more moderation entries than messages",
    "moderation_incomplete": "a moderation entry has a null in it",
    "verdict_disagrees": "a message is flagged in no category, or not flagged in spite of one",
    "text_not_utf8": "a text is not valid UTF-8 and is shown with replacement characters",
    "model_null": "the model is null",
    "language_null": "the language is null",
    "redacted_null": "it is not said whether names were redacted",
}
"""Each oddity and what it says of a conversation."""


def redaction_sentence(manifest: dict[str, Any]) -> str | None:
    """Where it was worked out whether names were redacted, if anywhere."""
    sources = manifest["sources"]
    lacking = [source for source in sources if not source["has_redacted"]]
    if not lacking:
        return None
    files = (
        "" if len(lacking) == len(sources) else f" in {len(lacking):,} of {len(sources):,} files"
    )
    return f"The column redacted is missing{files}; it was derived from NAME_n placeholders."


def oddity_sentences(manifest: dict[str, Any]) -> Iterator[str]:
    """What is odd about the rows of a store, a sentence for each kind."""
    for name, count in manifest["oddities"].items():
        rows = "1 conversation" if count == 1 else f"{count:,} conversations"
        yield f"in {rows}, {ODDITIES[name]}."
