"""Turn canonical rows into the two flat tables of a store.

`flatten` is a pure function from Arrow batch to Arrow batches, so it can run on a cluster as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.quality_checks import needs_verbatim, quality_flags
from queries.datasets.turns import first_prompts, turn_numbers
from queries.datasets.utf8 import repair_utf8
from queries.datasets.verdict_dealing import VerdictDealing, deal_verdicts
from queries.prepare.conversation_verdicts import conversation_verdicts, verdict_counts
from queries.prepare.message_flags import is_role, true_values
from queries.prepare.prompt_groups import prompt_digests
from queries.prepare.rollup import Rollup
from queries.schema import CATEGORIES, OPENING_CHARS, ROLES, column_suffix, score_column

CODE_FENCE = "```"

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FlatTables:
    """The tables that one batch of canonical rows becomes.

    Attributes:
        conversations: one row each, in the given order, with `prompt_digest` in place of the
            columns that depend on other rows (`id_rank`, `prompt_group`, `prompt_group_size`,
            `is_first_of_prompt`).
        messages: their messages, conversation by conversation, in order.
        verbatim: the canonical rows that cannot be rebuilt from the two tables.
        oddities: how many rows have which oddity.
    """

    conversations: pa.RecordBatch
    messages: pa.RecordBatch
    verbatim: pa.RecordBatch
    oddities: dict[str, int]


def flatten(batch: pa.RecordBatch, group_key: bytes) -> FlatTables:
    """Flatten rows in `CANONICAL_SCHEMA`.

    Args:
        batch: the rows.
        group_key: the key of the store's prompt groups.
    """
    original = batch
    batch, is_not_utf8 = repair_utf8(batch)
    flags = quality_flags(batch, is_not_utf8)
    dealing = deal_verdicts(batch["conversation"], batch["openai_moderation"])
    messages = _messages(batch, dealing)
    return FlatTables(
        conversations=_conversations(batch, messages, dealing, group_key),
        messages=messages,
        verbatim=original.filter(needs_verbatim(flags)),
        oddities=_counts(flags),
    )


def count_oddities(batch: pa.RecordBatch) -> dict[str, int]:
    """How many rows in `CANONICAL_SCHEMA` have which oddity."""
    return _counts(quality_flags(*repair_utf8(batch)))


def _counts(flags: Mapping[str, pa.Array]) -> dict[str, int]:
    return {name: rows.true_count for name, rows in flags.items() if rows.true_count}


def _messages(batch: pa.RecordBatch, dealing: VerdictDealing) -> pa.RecordBatch:
    conversation = batch["conversation"]
    parents: _Ints = pc.list_parent_indices(conversation).to_numpy()
    rollup = Rollup(pc.list_value_length(conversation))
    index = np.arange(len(parents)) - rollup.starts[parents]
    text, role = conversation.flatten().flatten()
    is_user = pc.equal(role, "user").fill_null(False).to_numpy(zero_copy_only=False)
    positions = dealing.entry_positions(parents, is_user)
    verdicts = batch["openai_moderation"].flatten().take(positions)
    flags, scores, flagged = verdicts.flatten()
    columns: dict[str, Any] = {
        "conversation_id": batch["conversation_id"].take(pa.array(parents)),
        "message_index": pa.array(index, pa.int32()),
        "turn_number": pa.array(turn_numbers(is_user, parents), pa.int32()),
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


def _conversations(
    batch: pa.RecordBatch, messages: pa.RecordBatch, dealing: VerdictDealing, group_key: bytes
) -> pa.RecordBatch:
    lengths = pc.list_value_length(batch["conversation"])
    rollup = Rollup(lengths)
    prompts = _first_prompts(messages, batch["conversation"])
    columns: dict[str, Any] = {
        "conversation_id": batch["conversation_id"],
        "model": batch["model"],
        "language": batch["language"],
        "turn_count": batch["turn"],
        "message_count": lengths,
        "moderation_count": pc.list_value_length(batch["openai_moderation"]),
        "undealt_count": dealing.undealt_counts.astype(np.int32),
        **_role_sums(messages, rollup),
        **verdict_counts(messages, rollup),
        "is_redacted": batch["redacted"],
        **conversation_verdicts(batch["openai_moderation"], messages, rollup),
        "has_code": rollup.any(true_values(pc.match_substring(messages["text"], CODE_FENCE))),
        "prompt_digest": prompt_digests(prompts, group_key),
        "opening": pc.utf8_slice_codeunits(prompts, 0, OPENING_CHARS),
        **_highest_scores(messages, rollup),
    }
    return pa.record_batch(columns)


def _role_sums(messages: pa.RecordBatch, rollup: Rollup) -> dict[str, Any]:
    chars = messages["text_chars"].fill_null(0).to_numpy()
    by_role = {role: is_role(messages, role) for role in ROLES}
    return {
        "user_message_count": rollup.sum(by_role["user"]).astype(np.int32),
        "assistant_message_count": rollup.sum(by_role["assistant"]).astype(np.int32),
        "prompt_chars": rollup.sum(np.where(by_role["user"], chars, 0)),
        "response_chars": rollup.sum(np.where(by_role["assistant"], chars, 0)),
    }


def _highest_scores(messages: pa.RecordBatch, rollup: Rollup) -> dict[str, Any]:
    by_role = {role: is_role(messages, role) for role in ROLES}
    columns = {}
    for role in ROLES:
        for category in CATEGORIES:
            scores = messages[f"score_{column_suffix(category)}"]
            known = np.where(by_role[role], scores.to_numpy(zero_copy_only=False), np.nan)
            highest = rollup.largest(known)
            columns[score_column(role, category)] = pa.array(highest, from_pandas=True)
    return columns


def _first_prompts(messages: pa.RecordBatch, conversation: pa.Array) -> pa.Array:
    """The text of the first prompt of each conversation; null without one."""
    parents: _Ints = pc.list_parent_indices(conversation).to_numpy()
    first = first_prompts(is_role(messages, "user"), parents)
    positions = np.zeros(len(conversation), np.int64)
    has_prompt = np.zeros(len(conversation), bool)
    positions[parents[first]], has_prompt[parents[first]] = first, True
    return messages["text"].take(pa.array(positions, mask=~has_prompt))
