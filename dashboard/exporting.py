"""Exports of this process: how many conversations, written in the background, fetched by a link."""

from functools import lru_cache, reduce
from pathlib import Path

import numpy as np
import streamlit as st

from dashboard import people, session
from dashboard.exports import Exports, Job, JobProgress
from dashboard.fetching import PATH
from queries.export.output import manifest_path
from queries.export.plan import ExportPlan
from queries.export.prepared import new_prepared
from queries.export.samples import chosen, has_removed, picked
from queries.export.write import write_export
from queries.relations import Edition
from queries.sign_in import Person

COUNTS_REMEMBERED = 64

_TOKENS = "export_tokens"

_exports = Exports()


def count(plan: ExportPlan) -> int:
    """How many conversations an export will have."""
    return _count(plan, session.store_path().path, session.store().edition)


def begin(plan: ExportPlan, name: str, words: str) -> None:
    """Prepare an export in the background, for this reader to fetch.

    Raises:
        NotAllowedError: contact data would be in it, and this person is a reader.
    """
    if not plan.is_masked:
        people.must_be_operator("take contact data away")
    store = session.store()
    path, who = session.store_path(), people.person().name
    job = Job(name=name, words=words, total=count(plan), who=who)

    def write(job: Job) -> dict[str, object]:
        job.folder = new_prepared(path, job.token)
        found = chosen(store, plan)
        job.is_allowed = lambda: not has_removed(store, found)
        return write_export(
            store, plan, job.folder / job.name, progress=JobProgress(job), found=found, who=who
        )

    _exports.begin(job, write)
    st.session_state[_TOKENS] = [job.token, *st.session_state.get(_TOKENS, [])]


def of_reader() -> list[Job]:
    """The exports that this reader asked for, the last one first."""
    jobs = [_exports.find(token) for token in st.session_state.get(_TOKENS, [])]
    return [job for job in jobs if job is not None]


def forget_removed() -> None:
    """Remove prepared exports in which something is that was removed since."""
    _exports.forget_where(lambda job: job.state == "ready" and not job.is_allowed())


def forget(token: str) -> None:
    """Stop an export, or remove it."""
    _exports.forget(token)


def address(job: Job, *, is_manifest: bool = False) -> str:
    """Where an export, or its manifest, is fetched; relative to a page."""
    name = manifest_path(Path(job.name)).name if is_manifest else job.name
    return PATH.lstrip("/").format(token=job.token, name=name)


def prepared_file(token: str, name: str, asker: Person | None = None) -> Path | None:
    """A file of a prepared export, by its token; None where there is none for whoever asks.

    Args:
        token: of the export.
        name: of the file.
        asker: who asks, where a proxy names people; nobody else's export is theirs.
    """
    job = _exports.find(token)
    if job is None or job.state != "ready" or job.path is None:
        return None
    if asker is not None and asker.name != job.who:
        return None
    if not job.is_allowed():
        _exports.forget(token)
        return None
    known = (job.path, manifest_path(job.path))
    return next((path for path in known if path.name == name and path.is_file()), None)


@lru_cache(COUNTS_REMEMBERED)
def _count(plan: ExportPlan, path: Path, edition: Edition) -> int:
    store = session.opened(path, edition)
    with store.pool.place():
        return len(reduce(np.union1d, [picked(store, plan, pick) for pick in plan.picks]))
