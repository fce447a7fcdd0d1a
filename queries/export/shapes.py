"""The shapes of an export: what a row is. Each shape is one `ShapeSpec`, registered in `SHAPES`.

The command line, the form, the descriptions and the writers read the specs, so a new shape needs a
function that makes its rows and an entry in `SHAPES`, and no change elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.adapter import DatasetAdapter
from queries.datasets.rebuild import CONVERSATION_COLUMNS, MESSAGE_COLUMNS, rebuilt_rows
from queries.errors import UsageError
from queries.export.chat_rows import chat_messages
from queries.export.first_prompts import first_prompt_rows
from queries.export.verbatim_rows import with_contents
from queries.masking.parallel import ColumnMask, TextKind
from queries.schema import (
    CATEGORIES,
    CONVERSATIONS,
    INTERNAL_CONVERSATION_COLUMNS,
    MESSAGES,
    PROMPT_GROUP_COLUMNS,
    Column,
    column_suffix,
)
from queries.store.part_reader import PartReader, arrow_schema
from queries.store.store import Store

CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
"""The type of the messages of a conversation for fine-tuning."""

EMPTY = "conversations without a message"
NO_PROMPT = "conversations without a first prompt"


@dataclass(frozen=True, slots=True)
class ShapedRows:
    """Rows of an export.

    Attributes:
        table: the rows, with the requested columns.
        conversations: how many conversations they come from, those that give no row included.
        left_out: what the shape cannot hold, and how many of it there are.
    """

    table: pa.Table
    conversations: int
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShapeSpec:
    """The declaration of a shape.

    Attributes:
        name: its name on the command line, in links and in manifests.
        title: its name in the form.
        meaning: what it is for, in a sentence, for the form.
        summary: what a row is, in a few words, for manifests and dataset cards.
        schema: all of its columns and their types; those of `published` depend on the dataset.
        rows: makes the rows of a part, from the requested columns and a mask for texts. The part
            covers texts that the export must not include.
        is_text: whether a column holds texts of messages; `rows` masks those.
        text_kind: whether these texts are whole, or cut like openings.
        is_nested: whether a column holds lists of structs, which CSV cannot hold.
        missing_columns: columns that a store with this manifest does not have.
    """

    name: str
    title: str
    meaning: str
    summary: str
    schema: Callable[[DatasetAdapter], pa.Schema]
    rows: Callable[[PartReader, Sequence[str], ColumnMask], ShapedRows]
    is_text: Callable[[pa.Field], bool] = lambda _: False
    text_kind: TextKind = "whole"
    is_nested: bool = False
    missing_columns: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda _: ()

    def columns(self, dataset: DatasetAdapter) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(self.schema(dataset).names)

    def schema_of(self, dataset: DatasetAdapter, columns: Sequence[str]) -> pa.Schema:
        """The schema of some of the columns."""
        schema = self.schema(dataset)
        return pa.schema([schema.field(name) for name in columns])


def export_columns(store: Store, shape: str, requested: Sequence[str]) -> tuple[str, ...]:
    """The columns of an export: the requested ones, or all that the store has.

    Raises:
        UsageError: the shape has no such column, or one is requested twice.
    """
    spec = SHAPES[shape]
    columns = spec.columns(store.dataset)
    if unknown := [name for name in requested if name not in columns]:
        raise UsageError(
            f"The shape {shape} has no column {unknown[0]!r}; it has {', '.join(columns)}."
        )
    if len(set(requested)) < len(requested):
        raise UsageError("A column is requested twice: name each one once.")
    missing = spec.missing_columns(store.manifest)
    return tuple(requested) or tuple(name for name in columns if name not in missing)


def _published(part: PartReader, columns: Sequence[str], mask: ColumnMask) -> ShapedRows:
    messages = _masked(part.messages(MESSAGE_COLUMNS), "text", mask)
    verbatim = with_contents(part.verbatim, mask)
    rows = rebuilt_rows(part.conversations(CONVERSATION_COLUMNS), messages, verbatim)
    published = part.dataset.to_published(rows).select(list(columns))
    return ShapedRows(published, published.num_rows)


def _without_early_redacted(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Sources that were published without the column `redacted` are exported without it."""
    sources = manifest["sources"]
    is_early = bool(sources) and not any(source["has_redacted"] for source in sources)
    return ("redacted",) if is_early else ()


def _messages(part: PartReader, columns: Sequence[str], mask: ColumnMask) -> ShapedRows:
    rows = part.messages(columns)
    counts = part.conversations(["message_count"])["message_count"]
    empty = pc.sum(pc.equal(pc.fill_null(counts, 0), 0)).as_py()
    conversations = pc.count_distinct(rows["id_rank"]).as_py() + empty
    left_out = {EMPTY: empty} if empty else {}
    return ShapedRows(_masked(rows.select(list(columns)), "text", mask), conversations, left_out)


def _conversations(part: PartReader, columns: Sequence[str], mask: ColumnMask) -> ShapedRows:
    rows = _masked(part.conversations(columns), "opening", mask)
    return ShapedRows(rows, rows.num_rows)


def _prompts(part: PartReader, columns: Sequence[str], mask: ColumnMask) -> ShapedRows:
    prompts = first_prompt_rows(part)
    facts = part.conversations([name for name in _PROMPT_FACTS if name in columns] or ["id_rank"])
    positions = np.searchsorted(part.ranks, prompts["id_rank"].to_numpy())
    rows = facts.take(pa.array(positions)).append_column("prompt", prompts["text"])
    rows = rows.append_column("text_chars", prompts["text_chars"]).select(list(columns))
    missing = len(part.ranks) - prompts.num_rows
    left_out = {NO_PROMPT: missing} if missing else {}
    return ShapedRows(_masked(rows, "prompt", mask), len(part.ranks), left_out)


def _chat(part: PartReader, columns: Sequence[str], mask: ColumnMask) -> ShapedRows:
    messages = part.messages(["id_rank", "role", "text"])
    chat_rows, left_out = chat_messages(messages, part.ranks)
    chat = _masked(chat_rows, "text", mask)
    _, counts = np.unique(chat["id_rank"].to_numpy(), return_counts=True)
    structs = pa.StructArray.from_arrays(
        [chat["role"].cast(pa.string()).combine_chunks(), chat["text"].combine_chunks()],
        fields=list(CHAT.value_type),
    )
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    rows = pa.table({"messages": pa.ListArray.from_arrays(offsets, structs).cast(CHAT)})
    return ShapedRows(rows, len(part.ranks), left_out)


def _masked(rows: pa.Table, name: str, mask: ColumnMask) -> pa.Table:
    """The rows, with a column masked if it is among theirs."""
    index = rows.schema.get_field_index(name)
    return rows if index < 0 else rows.set_column(index, name, mask(rows[name]))


def _fixed(schema: pa.Schema) -> Callable[[DatasetAdapter], pa.Schema]:
    """A schema that is the same for every dataset."""
    return lambda _: schema


def _named(name: str) -> Callable[[pa.Field], bool]:
    """Whether a column has this name."""
    return lambda column: bool(column.name == name)


def _has_nested_text(column: pa.Field) -> bool:
    """Whether a column holds lists or structs with strings in them."""
    if not pa.types.is_nested(column.type):
        return False
    children = [column.type.field(number) for number in range(column.type.num_fields)]
    return any(pa.types.is_string(child.type) or _has_nested_text(child) for child in children)


_PROMPT_FACTS = (
    *("conversation_id", "model", "language", "prompt_group", "prompt_group_size"),
    *PROMPT_GROUP_COLUMNS,
)
_SHAPED_MESSAGE_COLUMNS = (
    *("conversation_id", "model", "language", "message_index", "turn_number", "role", "text"),
    *("text_chars", "is_flagged"),
    *(f"is_flagged_{column_suffix(category)}" for category in CATEGORIES),
    *(f"score_{column_suffix(category)}" for category in CATEGORIES),
)
_SHAPED_CONVERSATION_COLUMNS = tuple(
    column.name for column in CONVERSATIONS if column.name not in INTERNAL_CONVERSATION_COLUMNS
)
_PROMPT_COLUMNS = (Column("prompt", "varchar", ""), Column("text_chars", "integer", ""))

_SPECS = (
    ShapeSpec(
        name="published",
        title="As published",
        meaning="Rows in the schema of the source, so that other tools work without changes.",
        summary="rows as published",
        schema=lambda dataset: dataset.published_schema,
        rows=_published,
        is_text=_has_nested_text,
        is_nested=True,
        missing_columns=_without_early_redacted,
    ),
    ShapeSpec(
        name="messages",
        title="Messages",
        meaning="One row per message, with its flags and 11 scores.",
        summary="one row a message",
        schema=_fixed(arrow_schema(MESSAGES, _SHAPED_MESSAGE_COLUMNS)),
        rows=_messages,
        is_text=_named("text"),
    ),
    ShapeSpec(
        name="conversations",
        title="Conversations",
        meaning="One row per conversation, with its counts and opening words.",
        summary="one row a conversation, without its texts",
        schema=_fixed(arrow_schema(CONVERSATIONS, _SHAPED_CONVERSATION_COLUMNS)),
        rows=_conversations,
        is_text=_named("opening"),
        text_kind="opening",
    ),
    ShapeSpec(
        name="prompts",
        title="First prompts",
        meaning="One row per first prompt.",
        summary="one row a first prompt",
        schema=_fixed(
            arrow_schema(
                (*CONVERSATIONS, *_PROMPT_COLUMNS), (*_PROMPT_FACTS, "prompt", "text_chars")
            )
        ),
        rows=_prompts,
        is_text=_named("prompt"),
    ),
    ShapeSpec(
        name="chat",
        title="Chat for fine-tuning",
        meaning=(
            'One row per conversation: {"messages": [{"role": …, "content": …}]}. Only those in '
            "which user and assistant alternate to a last reply, after a system message if any."
        ),
        summary="messages for fine-tuning, one row a conversation",
        schema=_fixed(pa.schema([("messages", CHAT)])),
        rows=_chat,
        is_text=_named("messages"),
        is_nested=True,
    ),
    ShapeSpec(
        name="ids",
        title="Ids only",
        meaning="Ids and a manifest, for sharing: anyone with the dataset can rebuild the rest.",
        summary="ids of conversations alone",
        schema=_fixed(arrow_schema(CONVERSATIONS, ("conversation_id",))),
        rows=_conversations,
    ),
)

SHAPES: dict[str, ShapeSpec] = {spec.name: spec for spec in _SPECS}
"""Every shape by its name, in the order of the command line."""
