"""This reader's exports: their size, the jobs that write them, and their download links."""

from functools import lru_cache, partial, reduce
from pathlib import Path

import numpy as np
import streamlit as st

from dashboard import streamlit_internals
from dashboard.process import open_stores
from dashboard.process.downloads import Recipient
from dashboard.process.export_jobs import ExportJob, ExportJobs, JobProgress
from dashboard.process.removal_check import RemovalCheck
from dashboard.state import current_user, downloads, session
from queries.export.atomic_output import manifest_path
from queries.export.plan import ExportPlan
from queries.export.selection import (
    SelectedIds,
    apply_selection,
    has_removed,
    select_conversations,
)
from queries.export.staging import delete_leftovers, new_prepared
from queries.export.write import write_export
from queries.store.relations import Snapshot

SIZES_CACHED = 64

_TOKENS = "export_tokens"

_exports = ExportJobs()


def export_size(plan: ExportPlan) -> int:
    """The number of conversations that an export will have."""
    return _export_size(plan, open_stores.store_path().path, session.store().snapshot)


def start_export(plan: ExportPlan, name: str, words: str) -> None:
    """Start writing an export in the background.

    Args:
        plan: what to export, and how.
        name: name of the file.
        words: the selected conversations, in words.

    Raises:
        NotAllowedError: the export would contain contact data or texts flagged as sexual/minors,
            and the user is a reader.
    """
    if not plan.is_masked:
        current_user.require_operator("take contact data away")
    if plan.includes_sexual_minors:
        current_user.require_operator("take texts flagged as sexual/minors away")
    store = session.store()
    path, who = open_stores.store_path(), current_user.current_user().name
    job = ExportJob(
        name=name,
        words=words,
        total=export_size(plan),
        recipient=downloads.current_recipient(),
        session=streamlit_internals.session_id() or who,
    )

    def write(job: ExportJob) -> dict[str, object]:
        job.prepared = new_prepared(path, job.token)
        selected = select_conversations(store, plan)
        check = partial(_has_removed, store.version.name, selected)
        job.removals = RemovalCheck(path, check)
        return write_export(
            store,
            plan,
            job.prepared.path / job.name,
            progress=JobProgress(job),
            selected=selected,
            who=who,
        )

    _exports.start(job, write)
    st.session_state[_TOKENS] = [job.token, *st.session_state.get(_TOKENS, [])]


def my_exports() -> list[ExportJob]:
    """The exports of this session and user, newest first."""
    jobs = [_exports.find(token) for token in st.session_state.get(_TOKENS, [])]
    recipient = downloads.current_recipient()
    return [job for job in jobs if job is not None and job.recipient == recipient]


def delete_outdated() -> None:
    """Delete the exports of all readers that are too old or have a removed conversation."""
    _exports.delete_outdated()


def delete_left_by_others() -> None:
    """Delete the exports of processes that have ended."""
    delete_leftovers(open_stores.store_path())


def delete_all() -> None:
    """Cancel and delete the exports of all readers."""
    _exports.cancel_all()


def cancel_export(token: str) -> None:
    """Cancel an export that is being written, or delete one that is ready."""
    _exports.cancel(token)


def download_link(job: ExportJob, *, is_manifest: bool = False) -> str:
    """The link to an export or to its manifest, relative to a page."""
    name = manifest_path(Path(job.name)).name if is_manifest else job.name
    return downloads.download_href(job.token, name)


def prepared_file(token: str, name: str, recipient: Recipient | None) -> Path | None:
    """A file of a prepared export; None if there is none, or it is not for this recipient.

    Args:
        token: token of the export.
        name: name of the file.
        recipient: who asks; None if they have not signed in.
    """
    job = _exports.find(token)
    if job is None or job.state != "ready" or job.path is None or job.recipient != recipient:
        return None
    paths = (job.path, manifest_path(job.path))
    return next((path for path in paths if path.name == name and path.is_file()), None)


def _has_removed(version: str, selected: SelectedIds) -> bool:
    # The store is not kept open: the files of a purged version would stay on the disk.
    return has_removed(open_stores.store_of_version(version), selected)


@lru_cache(SIZES_CACHED)
def _export_size(plan: ExportPlan, path: Path, snapshot: Snapshot) -> int:
    store = open_stores.shared_store(path, snapshot)
    with store.queue.slot():
        ids = [apply_selection(store, plan, selection) for selection in plan.picks]
        return len(reduce(np.union1d, ids))
