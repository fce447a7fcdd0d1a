"""Taking conversations out of every answer, at once and for good."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from queries.access_log import note
from queries.errors import UsageError
from queries.layout import StorePath
from queries.naming import first_named
from queries.removal.evidence import ids_in
from queries.removal.register import register, removed_ids

REASON_CHARS_MAX = 500


@dataclass(frozen=True, slots=True)
class Removal:
    """What came of a removal.

    Attributes:
        new: conversations that were not removed before.
        known: those that were.
        absent: those of the new ones that are not in the live version.
    """

    new: int
    known: int
    absent: int


def remove(
    store: StorePath, ids: Sequence[str], reason: str, who: str, *, may_be_absent: bool = False
) -> Removal:
    """Hide conversations in every version of a store, whoever has it open; there is no way back.

    Args:
        store: a prepared store.
        ids: of the conversations.
        reason: why, in words; kept with the ids.
        who: a person or an address, for the log.
        may_be_absent: also ids that are in no version: they are left out when they come.

    Raises:
        UsageError: no reason, no id, or one that is not there; nothing is removed then.
        StoreMissingError: nothing has been prepared there.
        LogError: it cannot be written down; nothing is removed then.
        RegisterError: nothing can be written; nothing is removed then.
    """
    why = " ".join(reason.split())
    if not why or len(why) > REASON_CHARS_MAX:
        raise UsageError(f"A removal needs a reason, of at most {REASON_CHARS_MAX} characters.")
    if not ids:
        raise UsageError("There is no id in the list: nothing was removed.")
    wanted = sorted(set(ids))
    known = set(removed_ids(store).to_pylist())
    new = [one for one in wanted if one not in known]
    there = ids_in(store.current(), pa.array(new, pa.string()))
    absent = sorted(set(new) - set(there.to_pylist()))
    if absent and not may_be_absent:
        raise UsageError(_absent_text(absent, len(wanted)))
    if new:
        note(store, who, "removed", f"{first_named(new)}: {why}", count=len(new))
        register(store, new, why, who)
    return Removal(len(new), len(wanted) - len(new), len(absent))


def _absent_text(absent: Sequence[str], count: int) -> str:
    return (
        f"Of the {count:,} ids {len(absent):,} cannot be found in this store: "
        f"{first_named(absent)}. Nothing was removed. Take them out of the list, or say "
        "--allow-absent to keep them out of later data too."
    )
