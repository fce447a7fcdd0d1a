"""The vocabulary of the project: names, types and meaning of the store's columns.

One word a thing: a *conversation* has *messages*; a *turn* is a user message and what answers it; a
*slice* is the conversations that some `Filters` keep; a *store* is a prepared dataset.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["user", "assistant"]
GroupColumn = Literal["model", "language"]
"""The columns by which a breakdown divides a slice into groups."""

ROLES: tuple[Role, ...] = ("user", "assistant")

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""The published moderation categories, in the published order."""

SCORE_STEPS = (
    *(
        float(f"{step}e-{power}")
        for power in range(6, 0, -1)
        for step in ("1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8")
    ),
    0.9,
    0.95,
    0.98,
    0.99,
    1.0,
)
"""Thresholds for scores: ten in a decade (Renard numbers) from 0.000001, some more up to 1."""

LENGTH_CLASSES = (0.0, *(float(10 ** (step / 20)) for step in range(160)))
"""Shortest length of each class of messages, in characters: none, then 20 classes in a decade."""

WORD_BYTES_MAX = 255
"""Longer runs of letters and digits are no words to search for: pictures in base64, keys."""

OPENING_CHARS = 300
"""Length of `opening`, in characters."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the store: its name, its DuckDB type, and what it says."""

    name: str
    type: str
    meaning: str


def column_suffix(category: str) -> str:
    """The category as the end of a column name: ``self_harm_intent`` for ``self-harm/intent``."""
    return category.replace("/", "_").replace("-", "_")


def score_column(role: Role, category: str) -> str:
    """Column of `conversations` with the highest score of a category in messages of a role."""
    return f"{role}_score_{column_suffix(category)}"


_SCORES = tuple(
    Column(
        score_column(role, category),
        "double",
        f"highest {category} score of the {role} messages; null without moderation",
    )
    for role in ROLES
    for category in CATEGORIES
)

CONVERSATIONS = (
    Column("conversation_id", "varchar", "id as published, unique; the sort order of the table"),
    Column("id_rank", "integer", "place of the id in the order of all ids, from 0"),
    Column("model", "varchar", "name of the model, as published"),
    Column("language", "varchar", "guess made from the first user message, as published"),
    Column("turn_count", "bigint", "number of turns as published (`turn`)"),
    Column("message_count", "integer", "messages; null where the published list is null"),
    Column("moderation_count", "integer", "moderation entries; null where the list is null"),
    Column("user_message_count", "integer", "messages with the role user"),
    Column("assistant_message_count", "integer", "messages with the role assistant"),
    Column("prompt_chars", "bigint", "characters (Unicode code points) of all user messages"),
    Column("response_chars", "bigint", "characters of all assistant messages"),
    Column("is_redacted", "boolean", "person names were replaced by NAME_1, NAME_2 ..."),
    Column("is_flagged", "boolean", "any message is flagged; never null"),
    Column("is_user_flagged", "boolean", "any user message is flagged; never null"),
    Column("is_assistant_flagged", "boolean", "any assistant message is flagged; never null"),
    Column("first_flagged_turn", "integer", "first turn with a flagged message, from 1; or null"),
    Column("flagged_categories", "varchar[]", "categories flagged in any message; often empty"),
    Column("has_code", "boolean", "any message has a fenced code block (```)"),
    Column("prompt_group", "bigint", "hash of the normalised first user message; null without one"),
    Column("prompt_group_size", "integer", "conversations of the store with this prompt_group"),
    Column("is_first_of_prompt", "boolean", "smallest id of its prompt_group; null without one"),
    Column("opening", "varchar", f"first {OPENING_CHARS} characters of the first user message"),
    *_SCORES,
)
"""The columns of `conversations`: one row a conversation."""


def level_column(category: str) -> str:
    """Column of `messages` with the number of `SCORE_STEPS` that a score reaches."""
    return f"level_{column_suffix(category)}"


MESSAGES = (
    Column("conversation_id", "varchar", "the conversation it belongs to; sort order, part 1"),
    Column("id_rank", "integer", "place of the conversation's id in the order of all ids"),
    Column("model", "varchar", "model of the conversation, as published"),
    Column("language", "varchar", "language of the conversation, as published"),
    Column("message_index", "integer", "position in the conversation, from 0; sort order, part 2"),
    Column("turn_number", "integer", "the turn it belongs to, from 1"),
    Column("role", "varchar", "user or assistant; anything else as published"),
    Column("text", "varchar", "the message as published; null where it was null"),
    Column("text_chars", "integer", "characters (Unicode code points) of the text"),
    Column("is_flagged", "boolean", "the published verdict; null without a moderation entry"),
    *(
        Column(
            f"is_flagged_{column_suffix(c)}", "boolean", f"flagged as {c}; null without an entry"
        )
        for c in CATEGORIES
    ),
    *(
        Column(f"score_{column_suffix(c)}", "double", f"score of {c}, 0 to 1, as published")
        for c in CATEGORIES
    ),
    Column("flag_bits", "usmallint", "its categories: bit n for CATEGORIES[n]; 0 without an entry"),
    Column("highest_level", "utinyint", "the highest of its levels; 0 without a score"),
    Column("length_class", "utinyint", "class of its text_chars, of LENGTH_CLASSES; null without"),
    *(
        Column(level_column(c), "utinyint", f"how many SCORE_STEPS its {c} score reaches; or 0")
        for c in CATEGORIES
    ),
)
"""The columns of `messages`: one row a message."""

MESSAGE_FACTS = tuple(
    column.name
    for column in MESSAGES
    if column.name not in ("conversation_id", "message_index", "text")
    and not column.name.startswith("score_")
)
"""The columns of `messages` that breakdowns read: small enough to be held in memory."""
