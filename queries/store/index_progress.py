"""The progress of building a search index, in a file that other processes read."""

import json
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from queries.store.atomic_files import write_unsynced
from queries.store.layout import StorePath

HEARTBEAT_SECONDS = 2.0
"""Seconds between two writes of a build that is at work."""

STALE_SECONDS = 30.0
"""A build that has not written for so long is dead."""

LOADING_MODEL = "Loading the model"

WORD_STEPS = (
    *("Masking texts", "Writing messages", "Indexing words"),
    "Indexing masked messages",
)
"""The titles of the steps that make the index of words, in order."""

EMBEDDING = "Embedding prompts"

_PROMPT_STEPS = (LOADING_MODEL, "Finding distinct prompts")
_EMBEDDING_STEPS = (EMBEDDING, "Writing vectors", "Indexing vectors", "Measuring recall")

VECTOR_STEPS = _PROMPT_STEPS + _EMBEDDING_STEPS
"""The titles of the steps that add the vectors, in order. Small stores need no vector index."""

QUICK_PREFIX = "Quick vectors: "

QUICK_STEPS = tuple(
    f"{QUICK_PREFIX}{title}"
    for title in (
        *("embedding tokens", "comparing with the model"),
        *(title.lower() for title in _EMBEDDING_STEPS),
    )
)
"""The titles of the steps that add quick vectors, in order. Tokens may be known already."""

IndexKind = Literal["words", "quick", "meaning"]


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """Where a build of a search index stands.

    Attributes:
        kind: what is built: words alone, or quick vectors or those of the model too.
        process: the id of the process that builds, on its machine.
        written_at: when this was written (seconds since 1970).
        state: whether it is building, or how it ended.
        problem: why it failed: one sentence for people.
        title: the title of the step; empty before the first one.
        done: units of the step that are done, with those of an interrupted run.
        total: units of the step.
        unit: what is counted.
        seconds_left: estimate for the step; None while there is none.
        has_quick_step: whether quick vectors are made before those of the model.
    """

    kind: IndexKind
    process: int
    written_at: float
    state: Literal["building", "done", "failed"] = "building"
    problem: str = ""
    title: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    seconds_left: float | None = None
    has_quick_step: bool = False

    @property
    def share(self) -> float:
        """The share of the step that is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def step_count(self) -> int:
        """Number of steps."""
        return len(self._steps)

    @property
    def step_number(self) -> int | None:
        """The number of the step, from 1; None if it is not one of the steps."""
        return self._steps.index(self.title) + 1 if self.title in self._steps else None

    @property
    def _steps(self) -> tuple[str, ...]:
        if self.kind == "words":
            return WORD_STEPS
        quick = QUICK_STEPS if self.has_quick_step or self.kind == "quick" else ()
        full = _EMBEDDING_STEPS if self.kind == "meaning" else ()
        return WORD_STEPS + _PROMPT_STEPS + quick + full

    def is_alive(self, now: float | None = None) -> bool:
        """Whether the build is at work: it says so, and has said so lately.

        Args:
            now: seconds since 1970; by default the time.
        """
        age = (time.time() if now is None else now) - self.written_at
        return self.state == "building" and abs(age) <= STALE_SECONDS


def index_progress_path(store: StorePath) -> Path:
    """The path of the file. It is overwritten all the time, and may be deleted."""
    return store.state_path / "index-progress.json"


def live_progress(store: StorePath) -> IndexProgress | None:
    """Where a build of an index stands that is at work; None if there is none."""
    progress = read_index_progress(store)
    return progress if progress is not None and progress.is_alive() else None


def read_index_progress(store: StorePath) -> IndexProgress | None:
    """Where the latest build of an index stands; None if nothing can be read."""
    try:
        values: dict[str, Any] = json.loads(index_progress_path(store).read_text())
        known = {field.name for field in fields(IndexProgress)}
        progress = IndexProgress(**{name: values[name] for name in values.keys() & known})
        # A file of another version may lack what this one compares.
        return progress if isinstance(progress.written_at, int | float) else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def write_index_progress(store: StorePath, progress: IndexProgress) -> None:
    """Write where a build stands, so that a reader sees the old state or the new one.

    Raises:
        OSError: the file cannot be written.
    """
    write_unsynced(index_progress_path(store), json.dumps(asdict(progress)) + "\n")
