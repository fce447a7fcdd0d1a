"""Which message each moderation entry belongs to.

Entries stand without a reference to their message. They are dealt to messages in order, and only
where there is no doubt: one entry per message, or one entry per user message. Otherwise no message
gets a verdict, and the conversation keeps its entries as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.turns import Bools, Integers


@dataclass(frozen=True, slots=True)
class VerdictDealing:
    """How the moderation entries of some rows are dealt.

    Attributes:
        entry_counts: entries of each row; 0 if its list is null.
        is_for_all: for each row, whether its entries are for all messages, in order.
        is_for_users: for each row, whether its entries are for the user messages alone, in order.
    """

    entry_counts: Integers
    is_for_all: Bools
    is_for_users: Bools

    @property
    def undealt_counts(self) -> Integers:
        """Entries of each row that belong to no message with certainty: all of them, or none."""
        return np.where(self.is_for_all | self.is_for_users, 0, self.entry_counts)

    def entry_positions(self, parents: Integers, is_user: Bools) -> pa.Array:
        """The entry of each message, as a position among the entries of all rows; or null.

        Args:
            parents: for each message, the number of its row; ascending.
            is_user: for each message, whether its role is user.
        """
        starts = np.cumsum(self.entry_counts) - self.entry_counts
        among_all = _ordinals(np.ones(len(parents), bool), parents)
        among_users = _ordinals(is_user, parents)
        is_for_all = self.is_for_all[parents]
        has_entry = is_for_all | (self.is_for_users[parents] & is_user)
        positions = starts[parents] + np.where(is_for_all, among_all, among_users)
        return pa.array(positions, mask=~has_entry)


def deal_verdicts(conversation: pa.Array, moderation: pa.Array) -> VerdictDealing:
    """Deal the moderation entries of some rows to their messages.

    Args:
        conversation: the messages of each row, as in `CANONICAL_SCHEMA`.
        moderation: the entries of each row, as in `CANONICAL_SCHEMA`.
    """
    roles = conversation.flatten().field("role")
    parents = pc.list_parent_indices(conversation).to_numpy()
    rows = len(conversation)
    is_user = pc.equal(roles, "user").fill_null(False).to_numpy(zero_copy_only=False)
    is_unknown = roles.is_null().to_numpy(zero_copy_only=False)
    entries = pc.list_value_length(moderation).fill_null(0).to_numpy().astype(np.int64)
    users = np.bincount(parents[is_user], minlength=rows)
    has_unknown_role = np.bincount(parents[is_unknown], minlength=rows) > 0
    is_for_all = (entries > 0) & (entries == np.bincount(parents, minlength=rows))
    is_for_users = (entries > 0) & (entries == users) & ~is_for_all & ~has_unknown_role
    return VerdictDealing(entries, is_for_all, is_for_users)


@dataclass(frozen=True, slots=True)
class DealtVerdicts:
    """The moderation entries of one row.

    Attributes:
        of_messages: the entry of each message; None where it has none.
        undealt: the entries that belong to no message with certainty; a null is an empty one.
    """

    of_messages: list[Mapping[str, Any] | None]
    undealt: list[Mapping[str, Any]]


def dealt_verdicts(row: Mapping[str, Any]) -> DealtVerdicts:
    """Deal the moderation entries of one row to its messages.

    Args:
        row: Python values by the names of `CANONICAL_SCHEMA`.
    """
    entries = row["openai_moderation"] or []
    roles = [message and {"role": message["role"]} for message in row["conversation"] or []]
    is_user = np.array([bool(role) and role["role"] == "user" for role in roles], bool)
    dealing = deal_verdicts(
        pa.array([roles], CANONICAL_SCHEMA.field("conversation").type),
        pa.array([[None] * len(entries)], CANONICAL_SCHEMA.field("openai_moderation").type),
    )
    positions = dealing.entry_positions(np.zeros(len(roles), np.int64), is_user).to_pylist()
    is_undealt = bool(dealing.undealt_counts[0])
    return DealtVerdicts(
        of_messages=[None if position is None else entries[position] for position in positions],
        undealt=[entry or {} for entry in entries] if is_undealt else [],
    )


def _ordinals(is_counted: Bools, parents: Integers) -> Integers:
    """For each counted message, its number among the counted ones of its row, from 0."""
    counted = np.concatenate([[0], np.cumsum(is_counted)])
    first = np.searchsorted(parents, parents, side="left")
    ordinals: Integers = counted[:-1] - counted[first]
    return ordinals
