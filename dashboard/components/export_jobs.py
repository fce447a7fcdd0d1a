"""The exports that a reader asked for: how far they are, and where they are fetched."""

import streamlit as st

from dashboard import exporting, formats
from dashboard.components.registration import registered
from dashboard.exports import Job

_LOOK_SECONDS = 0.7

_FETCH = registered("fetch")


def show_jobs() -> None:
    """Draw them; those under way are looked at again and again, and the rest of the page is not."""
    jobs = exporting.of_reader()
    if not jobs:
        return
    st.subheader("Prepared exports", anchor=False)
    is_any_under_way = any(job.is_under_way for job in jobs)
    st.fragment(_show_all, run_every=_LOOK_SECONDS if is_any_under_way else None)(is_any_under_way)


def _show_all(was_any_under_way: bool) -> None:
    jobs = exporting.of_reader()
    for job in jobs:
        with st.container(border=True, key=f"export_{job.token}"):
            _show_job(job)
    if was_any_under_way and not any(job.is_under_way for job in jobs):
        st.rerun()  # Nothing is left to look at again and again.


def _show_job(job: Job) -> None:
    st.text(f"{job.name}: {formats.conversations(job.total)}, {job.words}")
    if job.state == "waiting":
        st.caption("It waits for another export.")
    elif job.state == "running":
        share = job.written / job.total if job.total else 0.0
        said = f"{formats.count(job.written)} of {formats.count(job.total)} conversations"
        st.progress(min(share, 1.0), text=said)
    elif job.state == "failed":
        st.error(formats.plain(job.problem))
    elif job.state == "ready":
        _show_ready(job)
    label = "Stop" if job.is_under_way else "Remove"
    st.button(label, key=f"forget_{job.token}", on_click=exporting.forget, args=(job.token,))


def _show_ready(job: Job) -> None:
    counts = job.manifest["counts"]
    size = job.manifest["files"][0]["bytes"]
    rows = (
        f"{formats.count(counts['rows'])} rows of {formats.conversations(counts['conversations'])}"
    )
    sha256 = job.manifest["files"][0]["sha256"]
    files = [
        {"name": job.name, "href": exporting.address(job)},
        {"name": "its manifest", "href": exporting.address(job, is_manifest=True)},
    ]
    note = f"{rows}, {size / 1e6:,.1f} MB, SHA-256 {sha256}"
    _FETCH(key=f"fetch_{job.token}", data={"files": files, "note": note})
