"""Hide conversations from every answer, at once and for good."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from queries.errors import UsageError
from queries.removal.purge_journal import ids_in
from queries.state.audit_log import record_event
from queries.store.layout import StorePath
from queries.store.tombstones import add_tombstones, removed_ids
from queries.text.first_few import first_named

REASON_CHARS_MAX = 500


@dataclass(frozen=True, slots=True)
class Removal:
    """The result of a removal, in conversations.

    Attributes:
        new: removed now.
        known: had been removed before.
        absent: removed now, and not in the live version.
    """

    new: int
    known: int
    absent: int


def remove(
    store: StorePath, ids: Sequence[str], reason: str, who: str, *, may_be_absent: bool = False
) -> Removal:
    """Hide conversations in every version of a store; this cannot be undone.

    Open dashboards hide them too. If an error is raised, nothing was removed.

    Args:
        store: a prepared store.
        ids: of the conversations.
        reason: stored with the ids.
        who: the user or address, for the audit log.
        may_be_absent: accept ids that the live version does not contain; later versions will
            leave them out.

    Raises:
        UsageError: the reason is missing or too long, there are no ids, or one is unknown.
        StoreMissingError: nothing has been prepared there.
        AuditLogError: the audit log cannot be written.
        TombstoneError: the list of removed conversations cannot be written.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_CHARS_MAX:
        raise UsageError(f"A removal needs a reason, of at most {REASON_CHARS_MAX} characters.")
    if not ids:
        raise UsageError("There is no id in the list: nothing was removed.")
    requested = sorted(set(ids))
    known = set(removed_ids(store).to_pylist())
    new = [id_ for id_ in requested if id_ not in known]
    present = ids_in(store.current(), pa.array(new, pa.string()))
    absent = sorted(set(new) - set(present.to_pylist()))
    if absent and not may_be_absent:
        raise UsageError(_absent_text(absent, len(requested)))
    if new:
        record_event(store, who, "removed", f"{first_named(new)}: {reason}", count=len(new))
        add_tombstones(store, new, reason, who)
    return Removal(len(new), len(requested) - len(new), len(absent))


def _absent_text(absent: Sequence[str], count: int) -> str:
    is_padded = any(id_ != id_.strip() for id_ in absent)
    padding = "White space at either end of a line counts as part of an id. " if is_padded else ""
    return (
        f"{len(absent):,} of the {count:,} ids are not in this store: {first_named(absent)}. "
        f"Nothing was removed. {padding}Take them out of the list, or use --allow-absent to keep "
        "them out of later data too."
    )
