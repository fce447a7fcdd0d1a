"""The columns of a store: their names, types and meanings, and the constants behind them."""

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
"""Score thresholds: ten per decade from 0.000001 (Renard numbers), and a few more up to 1."""

LENGTH_CLASSES = (0.0, *(float(10 ** (step / 20)) for step in range(160)))
"""The lower bound of each length class, in characters: 0, then 20 classes per decade."""

OPENING_CHARS = 300
"""Length of `opening`, in characters."""


FLAGGED_BIT = 1 << 15
"""The bit of `cover_bits` that says: flagged, in a category or in none."""


def categories_of(flag_bits: int) -> list[str]:
    """The categories of a message's `flag_bits` or `cover_bits`, in the published order."""
    return [category for bit, category in enumerate(CATEGORIES) if flag_bits >> bit & 1]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the store: its name, its DuckDB type, and its meaning."""

    name: str
    type: str
    meaning: str


def column_suffix(category: str) -> str:
    """The suffix of a category's columns: ``self_harm_intent`` for ``self-harm/intent``."""
    return category.replace("/", "_").replace("-", "_")


def score_column(role: Role, category: str) -> str:
    """The column of `conversations` with a category's highest score in the messages of a role."""
    return f"{role}_score_{column_suffix(category)}"


_SCORES = tuple(
    Column(
        score_column(role, category),
        "double",
        f"highest {category} score of the {role} messages; null if none has one",
    )
    for role in ROLES
    for category in CATEGORIES
)

CONVERSATIONS = (
    Column("conversation_id", "varchar", "id as published, unique; the sort order of the table"),
    Column("id_rank", "integer", "rank of the id in the order of all ids, from 0"),
    Column("model", "varchar", "name of the model, as published"),
    Column("language", "varchar", "detected from the first user message, as published"),
    Column("turn_count", "bigint", "number of turns, as published (`turn`)"),
    Column("message_count", "integer", "number of messages; null if the published list is null"),
    Column(
        "moderation_count",
        "integer",
        "moderation entries; null if the published list is null",
    ),
    Column(
        "undealt_count",
        "integer",
        "moderation entries that cannot be dealt to messages with certainty: all of them, or 0",
    ),
    Column("user_message_count", "integer", "number of messages with the role user"),
    Column("assistant_message_count", "integer", "number of messages with the role assistant"),
    Column("user_verdict_count", "integer", "user messages with a verdict"),
    Column("user_scored_count", "integer", "user messages with a verdict and a score"),
    Column("assistant_verdict_count", "integer", "assistant messages with a verdict"),
    Column("assistant_scored_count", "integer", "assistant messages with a verdict and a score"),
    Column("prompt_chars", "bigint", "characters (Unicode code points) of all user messages"),
    Column("response_chars", "bigint", "characters of all assistant messages"),
    Column("is_redacted", "boolean", "the publisher replaced names by NAME_1, NAME_2 ..."),
    Column(
        "is_flagged",
        "boolean",
        "a moderation entry is flagged; false if every message has a verdict and none is flagged; "
        "null if unknown",
    ),
    Column(
        "is_user_flagged",
        "boolean",
        "a user message is flagged; false if all of them have a verdict and none is flagged; "
        "null if unknown",
    ),
    Column(
        "is_assistant_flagged",
        "boolean",
        "an assistant message is flagged; false if all of them have a verdict and none is "
        "flagged; null if unknown",
    ),
    Column(
        "first_flagged_turn",
        "integer",
        "first turn with a flagged message, from 1; or null",
    ),
    Column(
        "flagged_categories",
        "varchar[]",
        "categories flagged in any moderation entry; may be empty",
    ),
    Column("has_code", "boolean", "any message has a fenced code block (```)"),
    Column("prompt_group", "bigint", "number of the first prompt in this store; or null"),
    Column(
        "prompt_group_size",
        "integer",
        "conversations in the store with this prompt_group",
    ),
    Column("is_first_of_prompt", "boolean", "has the smallest id of its prompt_group; or null"),
    Column("opening", "varchar", f"first {OPENING_CHARS} characters of the first prompt"),
    Column(
        "searchable_opening",
        "varchar",
        "the opening as words are looked up in it: masked; empty if never shown in lists; null "
        "where it is the opening itself",
    ),
    Column(
        "opening_words",
        "varchar",
        "the words of the searchable opening without accents, each between spaces",
    ),
    Column(
        "topic",
        "varchar",
        "number and label of the topic of the first prompt; null without topics, and for a prompt "
        "of fewer than 32 or more than 1,536 characters",
    ),
    Column("subtopic", "varchar", "the same for its subtopic; null for topic 0, the other prompts"),
    Column(
        "topic_distance",
        "double",
        "cosine distance of the first prompt from the centre of the nearest topic, 0 to 2; or null",
    ),
    Column(
        "map_x",
        "usmallint",
        "place of the first prompt on the map, from left to right, 0 to 65,535; null without a map "
        "or a vector",
    ),
    Column("map_y", "usmallint", "the same from bottom to top"),
    *_SCORES,
)
"""The columns of `conversations`: one row per conversation."""


INTERNAL_CONVERSATION_COLUMNS = ("id_rank", "searchable_opening", "opening_words")
"""The columns of `conversations` that no export contains."""


TOPIC_COLUMNS = {"topic": "varchar", "subtopic": "varchar", "topic_distance": "double"}
"""The columns of `conversations` that are null until topics are built, and their types."""

MAP_COLUMNS = {"map_x": "usmallint", "map_y": "usmallint"}
"""The columns of `conversations` that are null until a map is built, and their types."""

MAP_MAX = 2**16 - 1
"""The largest coordinate of a map."""

PROMPT_GROUP_COLUMNS = {**TOPIC_COLUMNS, **MAP_COLUMNS}
"""The columns of `conversations` that commands add to a version, a value for each prompt group."""


def level_column(category: str) -> str:
    """The column of `messages` with the level of a score: how many `SCORE_STEPS` it reaches."""
    return f"level_{column_suffix(category)}"


MESSAGES = (
    Column("conversation_id", "varchar", "id of its conversation; first sort key of the table"),
    Column("id_rank", "integer", "rank of the conversation's id in the order of all ids, from 0"),
    Column("model", "varchar", "model of the conversation, as published"),
    Column("language", "varchar", "language of the conversation, as published"),
    Column(
        "message_index",
        "integer",
        "position in the conversation, from 0; second sort key",
    ),
    Column("turn_number", "integer", "number of its turn, from 1"),
    Column("role", "varchar", "user or assistant; other values as published"),
    Column("text", "varchar", "text, as published; null if the published text is null"),
    Column("text_chars", "integer", "characters (Unicode code points) of the text"),
    Column("is_flagged", "boolean", "published verdict; null if it has none: unknown"),
    *(
        Column(
            f"is_flagged_{column_suffix(c)}",
            "boolean",
            f"flagged as {c}; null without an entry",
        )
        for c in CATEGORIES
    ),
    *(
        Column(f"score_{column_suffix(c)}", "double", f"score of {c}, 0 to 1, as published")
        for c in CATEGORIES
    ),
    Column("flag_bits", "usmallint", "flagged categories, bit n for category n; 0 if none"),
    Column(
        "cover_bits",
        "usmallint",
        "why its text is covered: its flag_bits, those of undealt entries, and 32768 if flagged",
    ),
    Column("highest_level", "utinyint", "highest of its levels; null without a score"),
    Column("length_class", "utinyint", "class of text_chars in LENGTH_CLASSES; or null"),
    *(
        Column(level_column(c), "utinyint", f"how many SCORE_STEPS its {c} score reaches; or null")
        for c in CATEGORIES
    ),
)
"""The columns of `messages`: one row per message."""

MESSAGE_FACTS = tuple(
    column.name
    for column in MESSAGES
    if column.name not in ("conversation_id", "message_index", "text", "cover_bits")
    and not column.name.startswith("score_")
)
"""The columns of `messages` that breakdowns read; small enough to keep in memory."""
