"""Published rows to the store's two flat tables: pure, from Arrow batch to Arrow batches.

An engine that maps functions over a cluster can call `flatten` as it is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.prepare.oddities import needs_verbatim, oddities
from queries.prepare.prompts import prompt_groups
from queries.prepare.rollup import Rollup
from queries.prepare.text import readable
from queries.published import CURRENT_SCHEMA
from queries.schema import CATEGORIES, OPENING_CHARS, ROLES, column_suffix, score_column

CODE_FENCE = "```"
REDACTED_NAME = r"\bNAME_\d+"

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Flat:
    """What one batch of published rows becomes.

    Attributes:
        conversations: a row each, in the order given; the columns that need the whole dataset
            (`prompt_group_size`, `is_first_of_prompt`) are still missing.
        messages: their messages, conversation by conversation, in order.
        verbatim: the published rows that the two tables cannot give back.
        oddities: how many rows have which oddity.
    """

    conversations: pa.RecordBatch
    messages: pa.RecordBatch
    verbatim: pa.RecordBatch
    oddities: dict[str, int]


def flatten(batch: pa.RecordBatch) -> Flat:
    """Published rows (in `CURRENT_SCHEMA`) as conversations and messages."""
    published = batch
    batch, is_not_utf8 = readable(batch)
    found = oddities(batch, is_not_utf8)
    messages = _messages(batch)
    return Flat(
        conversations=_conversations(batch, messages),
        messages=messages,
        verbatim=published.filter(needs_verbatim(found)),
        oddities={name: rows.true_count for name, rows in found.items() if rows.true_count},
    )


def with_redacted(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch of the first release with `redacted`: does any message hold a NAME_n placeholder?"""
    conversation = batch["conversation"]
    texts = conversation.flatten().field("content").cast(pa.binary())
    has_name = pc.match_substring_regex(texts, REDACTED_NAME).fill_null(False)
    rollup = Rollup(pc.list_value_length(conversation))
    redacted = pa.array(rollup.any(has_name.to_numpy(zero_copy_only=False)))
    return pa.record_batch([*batch.columns, redacted], schema=CURRENT_SCHEMA)


def _messages(batch: pa.RecordBatch) -> pa.RecordBatch:
    conversation = batch["conversation"]
    parents: Ints = pc.list_parent_indices(conversation).to_numpy()
    rollup = Rollup(pc.list_value_length(conversation))
    index = np.arange(len(parents)) - rollup.starts[parents]
    text, role = conversation.flatten().flatten()
    is_user = pc.equal(role, "user").fill_null(False).to_numpy(zero_copy_only=False)
    flags, scores, flagged = _verdicts(batch["openai_moderation"], parents, index).flatten()
    columns: dict[str, Any] = {
        "conversation_id": batch["conversation_id"].take(pa.array(parents)),
        "message_index": pa.array(index, pa.int32()),
        "turn_number": pa.array(_turn_numbers(is_user, rollup, parents), pa.int32()),
        "role": role,
        "text": text,
        "text_chars": pc.utf8_length(text),
        "is_flagged": flagged,
    }
    for category, flag in zip(CATEGORIES, flags.flatten(), strict=True):
        columns[f"is_flagged_{column_suffix(category)}"] = flag
    for category, score in zip(CATEGORIES, scores.flatten(), strict=True):
        columns[f"score_{column_suffix(category)}"] = score
    return pa.record_batch(columns)


def _turn_numbers(is_user: npt.NDArray[np.bool_], rollup: Rollup, parents: Ints) -> Ints:
    """From 1: a user message begins a turn; what comes before the first one belongs to turn 1."""
    begun = np.concatenate([[0], np.cumsum(is_user)])
    numbers: Ints = np.maximum(begun[1:] - begun[rollup.starts[parents]], 1)
    return numbers


def _verdicts(moderation: pa.Array, parents: Ints, index: Ints) -> pa.Array:
    """The moderation entry of each message; null where there is none."""
    entries = pc.list_value_length(moderation).fill_null(0).to_numpy().astype(np.int64)
    starts = np.cumsum(entries) - entries
    has_entry = index < entries[parents]
    position = pa.array(starts[parents] + index, mask=~has_entry)
    return moderation.flatten().take(position)


def _conversations(batch: pa.RecordBatch, messages: pa.RecordBatch) -> pa.RecordBatch:
    lengths = pc.list_value_length(batch["conversation"])
    rollup = Rollup(lengths)
    prompts = _first_prompts(messages, rollup)
    columns: dict[str, Any] = {
        "conversation_id": batch["conversation_id"],
        "model": batch["model"],
        "language": batch["language"],
        "turn_count": batch["turn"],
        "message_count": lengths,
        "moderation_count": pc.list_value_length(batch["openai_moderation"]),
        **_role_sums(messages, rollup),
        "is_redacted": batch["redacted"],
        **_flags(messages, rollup),
        "has_code": rollup.any(_numpy(pc.match_substring(messages["text"], CODE_FENCE))),
        "prompt_group": prompt_groups(prompts),
        "opening": pc.utf8_slice_codeunits(prompts, 0, OPENING_CHARS),
        **_highest_scores(messages, rollup),
    }
    return pa.record_batch(columns)


def _role_sums(messages: pa.RecordBatch, rollup: Rollup) -> dict[str, Any]:
    chars = messages["text_chars"].fill_null(0).to_numpy()
    is_role = {role: _is_role(messages, role) for role in ROLES}
    return {
        "user_message_count": rollup.sum(is_role["user"]).astype(np.int32),
        "assistant_message_count": rollup.sum(is_role["assistant"]).astype(np.int32),
        "prompt_chars": rollup.sum(np.where(is_role["user"], chars, 0)),
        "response_chars": rollup.sum(np.where(is_role["assistant"], chars, 0)),
    }


def _flags(messages: pa.RecordBatch, rollup: Rollup) -> dict[str, Any]:
    is_flagged = _numpy(messages["is_flagged"])
    turns = messages["turn_number"].to_numpy().astype(float)
    flagged_turn = rollup.smallest(np.where(is_flagged, turns, np.nan))
    by_category = np.column_stack(
        [rollup.any(_numpy(messages[f"is_flagged_{column_suffix(c)}"])) for c in CATEGORIES]
    )
    return {
        "is_flagged": rollup.any(is_flagged),
        "is_user_flagged": rollup.any(is_flagged & _is_role(messages, "user")),
        "is_assistant_flagged": rollup.any(is_flagged & _is_role(messages, "assistant")),
        "first_flagged_turn": pa.array(flagged_turn, from_pandas=True).cast(pa.int32()),
        "flagged_categories": _names(by_category),
    }


def _names(by_category: npt.NDArray[np.bool_]) -> pa.Array:
    """The names of the categories that are true in each row."""
    offsets = np.concatenate([[0], np.cumsum(by_category.sum(axis=1))])
    names = pa.array(CATEGORIES).take(pa.array(np.nonzero(by_category)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), names)


def _highest_scores(messages: pa.RecordBatch, rollup: Rollup) -> dict[str, Any]:
    is_role = {role: _is_role(messages, role) for role in ROLES}
    columns = {}
    for role in ROLES:
        for category in CATEGORIES:
            scores = messages[f"score_{column_suffix(category)}"]
            known = np.where(is_role[role], scores.to_numpy(zero_copy_only=False), np.nan)
            highest = rollup.largest(known)
            columns[score_column(role, category)] = pa.array(highest, from_pandas=True)
    return columns


def _first_prompts(messages: pa.RecordBatch, rollup: Rollup) -> pa.Array:
    """The text of the first user message of each conversation; null without one."""
    position = np.arange(messages.num_rows, dtype=float)
    first = rollup.smallest(np.where(_is_role(messages, "user"), position, np.nan))
    return messages["text"].take(pa.array(first, from_pandas=True).cast(pa.int64()))


def _is_role(messages: pa.RecordBatch, role: str) -> npt.NDArray[np.bool_]:
    return _numpy(pc.equal(messages["role"], role))


def _numpy(flags: pa.Array) -> npt.NDArray[np.bool_]:
    values: npt.NDArray[np.bool_] = flags.fill_null(False).to_numpy(zero_copy_only=False)
    return values
