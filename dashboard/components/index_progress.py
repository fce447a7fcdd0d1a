"""The progress of an index build, which follows it without a click."""

import streamlit as st

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.process.index_builder import IndexBuild, current_build
from dashboard.process.public_errors import public_sentence
from dashboard.state import session
from queries.search.index_summary import NOT_BEGUN, is_quick, progress_sentence, step_words

_POLL_SECONDS = 2.0

_COMPONENT = custom_component(__name__)
_LABEL = "Progress of the search index"


def show_index_progress(key: str, *, is_awaited: bool = False) -> bool:
    """Draw where the build of an index stands; nothing if none is under way.

    Args:
        key: where this stands on the page.
        is_awaited: whether the page waits for the index, and is drawn again when it comes.

    Returns:
        Whether one is under way.
    """
    is_building = is_build_under_way()
    if is_building:
        st.fragment(_show, run_every=_POLL_SECONDS)(key, is_awaited=is_awaited)
    return is_building


def is_build_under_way() -> bool:
    """Whether an index is being built that this reader does not have yet."""
    build = current_build()
    return build is not None and build.is_under_way and not _has_index_of(build)


def show_failed_build() -> None:
    """Say why the last build of an index ended, if this reader lacks what it was to bring."""
    build = current_build()
    if build is None or build.is_under_way or _has_index_of(build):
        return
    problem = f" {public_sentence(build.problem)}" if build.problem else ""
    st.warning(
        formats.escape_markdown(
            f"The search index is not complete: its build has ended.{problem} "
            "Start it again with: chatscape index. It goes on where it stopped."
        ),
        icon=":material/hourglass_disabled:",
    )


def _has_index_of(build: IndexBuild) -> bool:
    """Whether this reader's index has what a build is to bring."""
    store = session.store()
    is_full_awaited = build.progress is None or build.progress.kind == "meaning"
    return store.has_vectors and not (is_full_awaited and is_quick(store.index_facts))


def _show(key: str, *, is_awaited: bool) -> None:
    build = current_build()
    is_over = build is None or not build.is_under_way
    if is_awaited and (is_over or session.index_has_come()):
        st.rerun()
    text = "The search index is ready." if is_over else _text(build)
    step = "" if build is None or build.progress is None else step_words(build.progress)
    share = 1.0 if is_over else _share(build)
    quarter = "" if not share else f", {int(share * 4) * 25} %"
    announced = text if is_over or not step else f"Search index: {step}{quarter}"
    data = {"text": text, "announced": announced, "share": share, "label": _LABEL}
    _COMPONENT(key=key, data=data)


def _share(build: IndexBuild | None) -> float | None:
    """The share of the step; None while there is nothing to measure it by."""
    if build is None or build.progress is None or not build.progress.total:
        return None
    return build.progress.share


def _text(build: IndexBuild | None) -> str:
    progress = None if build is None else build.progress
    return NOT_BEGUN if progress is None else progress_sentence(progress)
