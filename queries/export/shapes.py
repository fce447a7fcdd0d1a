"""The shapes of an export: the rows of some conversations as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.errors import UsageError
from queries.export.masks import Kind, Mask
from queries.export.parts import Part, arrow_schema
from queries.export.plan import ExportPlan, Shape
from queries.export.prompts import first_prompts
from queries.published import CURRENT_SCHEMA, MESSAGE, published_rows
from queries.schema import CATEGORIES, CONVERSATIONS, MESSAGES, ROLES, Column
from queries.schema import column_suffix as suffix
from queries.store import Store

CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
TEXT_COLUMNS = frozenset({"conversation", "messages", "text", "opening", "prompt"})
"""Columns that are masked."""

_NESTED = pa.schema([*CURRENT_SCHEMA, ("messages", CHAT)])

EMPTY = "conversations without a message"
NO_PROMPT = "conversations without a first prompt"
NO_MESSAGE = "conversations without a message of a user or an assistant"
OTHER_ROLE = "messages of another role than user and assistant"
NO_TEXT = "messages without a text"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an export.

    Attributes:
        table: the rows, in the columns that are wanted.
        conversations: of how many they are, those included that are left out.
        left_out: what the shape has no place for, and how many of it.
    """

    table: pa.Table
    conversations: int
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shaped:
    """What a shape is made of.

    Attributes:
        columns: all that it has.
        rows: makes them of a part, some columns, and a mask for texts.
        kind: of the texts in it.
        is_nested: no table of plain values holds it.
    """

    columns: tuple[str, ...]
    rows: Callable[[Part, Sequence[str], Mask], Rows]
    kind: Kind = "whole"
    is_nested: bool = False


def columns_of(store: Store, plan: ExportPlan) -> tuple[str, ...]:
    """The columns of an export: those that are wanted, else all of the shape.

    A source that was published without the column `redacted` is given back without it.

    Raises:
        UsageError: the shape has no such column, or one is wanted twice.
    """
    known = SHAPES[plan.shape].columns
    if unknown := [name for name in plan.columns if name not in known]:
        raise UsageError(
            f"The shape {plan.shape} has no column {unknown[0]!r}; it has {', '.join(known)}."
        )
    if len(set(plan.columns)) < len(plan.columns):
        raise UsageError("A column of an export is wanted twice: name each once.")
    sources = store.manifest["sources"]
    is_early = bool(sources) and not any(source["has_redacted"] for source in sources)
    left_out = ("redacted",) if plan.shape == "published" and is_early else ()
    return plan.columns or tuple(name for name in known if name not in left_out)


def schema_of(shape: Shape, columns: Sequence[str]) -> pa.Schema:
    """The types of some columns of a shape."""
    if SHAPES[shape].is_nested:
        return pa.schema([_NESTED.field(name) for name in columns])
    if shape == "messages":
        return arrow_schema(MESSAGES, columns)
    prompt = (Column("prompt", "varchar", ""), Column("text_chars", "integer", ""))
    return arrow_schema((*CONVERSATIONS, *prompt), columns)


def _published(part: Part, columns: Sequence[str], mask: Mask) -> Rows:
    conversations = part.conversations(_REBUILT_FROM)
    messages = part.messages(_PUBLISHED_OF_MESSAGES)
    verbatim = part.verbatim
    if "conversation" in columns:
        messages = _masked(messages, "text", mask)
        verbatim = _with_contents(verbatim, mask)
    rows = published_rows(conversations, messages, verbatim).select(list(columns))
    return Rows(rows, rows.num_rows)


def _with_contents(verbatim: pa.Table, mask: Mask) -> pa.Table:
    """Published rows with the contents of their messages masked."""
    if not verbatim.num_rows:
        return verbatim
    lists = verbatim["conversation"].combine_chunks()
    messages = lists.flatten()
    content, role = (messages.field(name) for name in ("content", "role"))
    structs = pa.StructArray.from_arrays(
        [mask(content), role], fields=list(MESSAGE), mask=messages.is_null()
    )
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    given = pa.ListArray.from_arrays(offsets, structs, mask=lists.is_null())
    place = verbatim.schema.get_field_index("conversation")
    return verbatim.set_column(place, CURRENT_SCHEMA.field("conversation"), given)


def _messages(part: Part, columns: Sequence[str], mask: Mask) -> Rows:
    rows = part.messages(columns)
    counts = part.conversations(["message_count"])["message_count"]
    empty = pc.sum(pc.equal(pc.fill_null(counts, 0), 0)).as_py()
    found = pc.count_distinct(rows["id_rank"]).as_py() + empty
    left_out = {EMPTY: empty} if empty else {}
    return Rows(_masked(rows.select(list(columns)), "text", mask), found, left_out)


def _conversations(part: Part, columns: Sequence[str], mask: Mask) -> Rows:
    rows = _masked(part.conversations(columns), "opening", mask)
    return Rows(rows, rows.num_rows)


def _prompts(part: Part, columns: Sequence[str], mask: Mask) -> Rows:
    prompts = first_prompts(part)
    facts = part.conversations([name for name in _PROMPT_FACTS if name in columns] or ["id_rank"])
    place = np.searchsorted(part.ranks, prompts["id_rank"].to_numpy())
    rows = facts.take(pa.array(place)).append_column("prompt", prompts["text"])
    rows = rows.append_column("text_chars", prompts["text_chars"]).select(list(columns))
    missing = len(part.ranks) - prompts.num_rows
    left_out = {NO_PROMPT: missing} if missing else {}
    return Rows(_masked(rows, "prompt", mask), len(part.ranks), left_out)


def _chat(part: Part, columns: Sequence[str], mask: Mask) -> Rows:
    messages = part.messages(["id_rank", "role", "text"])
    is_role = pc.is_in(messages["role"].cast(pa.string()), pa.array(ROLES))
    of_role = messages.filter(is_role)
    said = _masked(of_role.filter(pc.is_valid(of_role["text"])), "text", mask)
    ranks, counts = np.unique(said["id_rank"].to_numpy(), return_counts=True)
    structs = pa.StructArray.from_arrays(
        [said["role"].cast(pa.string()).combine_chunks(), said["text"].combine_chunks()],
        fields=list(CHAT.value_type),
    )
    offsets = pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())
    rows = pa.table({"messages": pa.ListArray.from_arrays(offsets, structs).cast(CHAT)})
    left_out = {
        NO_MESSAGE: len(part.ranks) - len(ranks),
        OTHER_ROLE: messages.num_rows - of_role.num_rows,
        NO_TEXT: of_role.num_rows - said.num_rows,
    }
    return Rows(rows, len(part.ranks), {name: n for name, n in left_out.items() if n})


def _masked(rows: pa.Table, name: str, mask: Mask) -> pa.Table:
    """Rows with a column masked, if it is among them."""
    place = rows.schema.get_field_index(name)
    return rows if place < 0 else rows.set_column(place, name, mask(rows[name]))


def _names(columns: Sequence[Column], *without: str) -> tuple[str, ...]:
    return tuple(one.name for one in columns if one.name not in without)


_REBUILT_FROM = (
    *("conversation_id", "model", "language", "turn_count"),
    *("message_count", "moderation_count", "is_redacted"),
)
_PROMPT_FACTS = ("conversation_id", "model", "language", "prompt_group", "prompt_group_size")
_PUBLISHED_OF_MESSAGES = (
    *("conversation_id", "model", "language", "message_index", "turn_number", "role", "text"),
    *("text_chars", "is_flagged"),
    *(f"is_flagged_{suffix(category)}" for category in CATEGORIES),
    *(f"score_{suffix(category)}" for category in CATEGORIES),
)

SHAPES: dict[Shape, Shaped] = {
    "published": Shaped(tuple(CURRENT_SCHEMA.names), _published, is_nested=True),
    "messages": Shaped(_PUBLISHED_OF_MESSAGES, _messages),
    "conversations": Shaped(_names(CONVERSATIONS, "id_rank"), _conversations, kind="opening"),
    "prompts": Shaped((*_PROMPT_FACTS, "prompt", "text_chars"), _prompts),
    "chat": Shaped(("messages",), _chat, is_nested=True),
    "ids": Shaped(("conversation_id",), _conversations),
}
"""Every shape by its name."""
