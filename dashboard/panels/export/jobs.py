"""The export jobs of this user: their progress and downloads."""

import streamlit as st

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.process.export_jobs import ExportJob
from dashboard.state import exports

_POLL_SECONDS = 0.7

_DOWNLOADS = custom_component(__name__)


def show_export_jobs() -> None:
    """Draw the jobs, and poll them in a fragment while any is under way."""
    jobs = exports.my_exports()
    if not jobs:
        return
    st.subheader("Prepared exports", anchor=False)
    is_any_under_way = any(job.is_under_way for job in jobs)
    st.fragment(_show_all, run_every=_POLL_SECONDS if is_any_under_way else None)(is_any_under_way)


def _show_all(was_any_under_way: bool) -> None:
    jobs = exports.my_exports()
    for job in jobs:
        with st.container(border=True, key=f"export_{job.token}"):
            _show_job(job)
    if was_any_under_way and not any(job.is_under_way for job in jobs):
        st.rerun()  # All jobs have ended: stop polling.


def _show_job(job: ExportJob) -> None:
    st.text(f"{job.name}: {formats.conversations(job.total)}, {job.words}")
    if job.state == "waiting":
        st.caption("Waiting for another export to finish.")
    elif job.state == "running":
        share = job.written / job.total if job.total else 0.0
        progress = f"{formats.count(job.written)} of {formats.count(job.total)} conversations"
        st.progress(min(share, 1.0), text=progress)
    elif job.state == "failed":
        st.error(formats.escape_markdown(job.problem))
    elif job.state == "ready":
        _show_ready(job)
    label = "Stop" if job.is_under_way else "Remove"
    st.button(label, key=f"forget_{job.token}", on_click=exports.cancel_export, args=(job.token,))


def _show_ready(job: ExportJob) -> None:
    counts = job.manifest["counts"]
    size = job.manifest["files"][0]["bytes"]
    rows = (
        f"{formats.count(counts['rows'])} rows of {formats.conversations(counts['conversations'])}"
    )
    sha256 = job.manifest["files"][0]["sha256"]
    files = [
        {"name": job.name, "href": exports.download_link(job)},
        {"name": "manifest", "href": exports.download_link(job, is_manifest=True)},
    ]
    note = f"{rows}, {size / 1e6:,.1f} MB, SHA-256 {sha256}"
    _DOWNLOADS(key=f"fetch_{job.token}", data={"files": files, "note": note})
    minors = job.manifest.get("sexual_minors")
    if minors is not None and not minors["are_included"]:
        conversations = formats.conversations(minors["conversations"])
        st.caption(f"Texts flagged as sexual/minors are covered, of {conversations}.")
