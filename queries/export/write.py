"""Write a slice to a file or a folder, with its manifest beside it: whole, or not at all."""

import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from queries.access_log import note
from queries.errors import ExportError, LogError
from queries.export.copies import command_text
from queries.export.files import Piece, encoded, writing
from queries.export.formats import check_format
from queries.export.manifest import METADATA_KEY, card, files_of, said_before, whole_manifest
from queries.export.masks import Mask, masking, unmasked
from queries.export.output import Output, new_output
from queries.export.parts import Part, parts_of, version_there
from queries.export.plan import ExportPlan
from queries.export.samples import Chosen, chosen, has_removed
from queries.export.shapes import SHAPES, TEXT_COLUMNS, columns_of, schema_of
from queries.layout import StorePath
from queries.licence import user
from queries.prepare.sources import SYNTHETIC_KEY
from queries.progress import Progress, Silent
from queries.store import Store

AT_ONCE = 8_192
"""Conversations that are masked, encoded and counted at once: a second or two of work."""


@dataclass(frozen=True, slots=True)
class Done:
    """One part of an export, ready to be written.

    Attributes:
        piece: its rows, encoded.
        rows: how many.
        ids: of its conversations, each followed by a line feed.
        conversations: how many.
        left_out: what the shape has no place for.
    """

    piece: Piece
    rows: int
    ids: bytes
    conversations: int
    left_out: dict[str, int]


@dataclass
class Tally:
    """What was written so far."""

    rows: int = 0
    conversations: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    ids: Any = field(default_factory=hashlib.sha256)

    def add(self, done: Done) -> None:
        """Count one part more."""
        self.rows += done.rows
        self.conversations += done.conversations
        self.left_out.update(done.left_out)
        self.ids.update(done.ids)


def write_export(
    store: Store,
    plan: ExportPlan,
    out: Path,
    *,
    progress: Progress | None = None,
    found: Chosen | None = None,
    who: str | None = None,
    may_replace: bool = False,
) -> dict[str, Any]:
    """Write an export and its manifest, ``OUT.manifest.json``, and note it in the log of the store.

    The same plan, store and code give the same bytes. Rows are in the order of ids.

    Args:
        store: where the conversations are.
        plan: which ones, and how they are written.
        out: a file, or for the format `hf` a folder, that is not there yet.
        progress: shows the step, in conversations.
        found: what the plan means, where that is known already.
        who: a person or an address, for the log; who runs the process, if not said.
        may_replace: what has that name is replaced.

    Returns:
        The manifest.

    Raises:
        UsageError: the plan or the name cannot be, or the format cannot hold the shape.
        ExportError: it could not be written to its end or be noted; nothing of it is left.
        VersionGoneError: the version was cleaned up while it was open.
    """
    check_format(plan, out)
    columns = columns_of(store, plan)
    is_folder = plan.format == "hf"
    new = new_output(out, is_folder=is_folder, may_replace=may_replace, store=store.path.path)
    with new as output:
        found = found or chosen(store, plan)
        said = said_before(store, plan, found)
        tally = _written(store, plan, columns, found, said, output, progress or Silent())
        _check_count(tally, found, out)
        if plan.format == "hf":
            (output.path / "README.md").write_text(card(said, tally.rows), encoding="utf-8")
        files = files_of(output.path, out.name)
        manifest = whole_manifest(said, tally.rows, tally.left_out, files)
        if has_removed(store, found):
            raise ExportError(out, "conversations in it were removed meanwhile; make it again.")
        _note(store.path, plan, output, manifest, who or user())
        output.publish(manifest)
    return manifest


def _written(
    store: Store,
    plan: ExportPlan,
    columns: Sequence[str],
    found: Chosen,
    said: dict[str, Any],
    output: Output,
    progress: Progress,
) -> Tally:
    """Write the rows, part by part, and count them."""
    tally = Tally()
    parts = parts_of(store, found.ranks, AT_ONCE)
    schema = schema_of(plan.shape, columns).with_metadata(_metadata(store, said))
    # What masks is ended before its threads are waited for.
    with (
        progress.step("Writing conversations", found.count, "rows") as advance,
        writing(plan.format, output.path, schema, output.out.suffix) as write,
        _threads() as pool,
        _mask(plan, columns, found.count) as mask,
    ):
        tasks = [partial(_done, plan, columns, mask, part) for part in parts]
        for done in _in_order(pool, tasks):
            write(done.piece)
            tally.add(done)
            advance(done.conversations)
    return tally


def _done(plan: ExportPlan, columns: Sequence[str], mask: Mask, part: Part) -> Done:
    with version_there(part.version):
        rows = SHAPES[plan.shape].rows(part, columns, mask)
        ids = part.conversations(["conversation_id"])["conversation_id"].to_pylist()
    return Done(
        piece=encoded(plan.format, rows.table),
        rows=rows.table.num_rows,
        ids="".join(f"{one}\n" for one in ids).encode(),
        conversations=rows.conversations,
        left_out=rows.left_out,
    )


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that read, rebuild and mask; what they have not begun is dropped at the end."""
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ThreadPoolExecutor, tasks: Sequence[Callable[[], Done]]) -> Iterator[Done]:
    """What tasks give, in their order, a few of them ahead of their use."""
    pending: deque[Future[Done]] = deque()
    for task in tasks:
        pending.append(pool.submit(task))
        if len(pending) > (os.cpu_count() or 1):
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


def _mask(
    plan: ExportPlan, columns: Sequence[str], conversations: int
) -> AbstractContextManager[Mask]:
    if plan.is_masked and not TEXT_COLUMNS.isdisjoint(columns):
        return masking(SHAPES[plan.shape].kind, conversations)
    return nullcontext(unmasked)


def _metadata(store: Store, said: dict[str, Any]) -> dict[bytes, bytes]:
    synthetic = {SYNTHETIC_KEY: b"exported"} if store.manifest["is_synthetic"] else {}
    return {METADATA_KEY: orjson.dumps(said), **synthetic}


def _check_count(tally: Tally, found: Chosen, out: Path) -> None:
    if tally.conversations != found.count or tally.ids.hexdigest() != found.ids_sha256:
        raise ExportError(
            out,
            f"the slice has {found.count:,} conversations, and {tally.conversations:,} were found "
            "in the files of the store. Prepare it again with: chatscape prepare RAW --fresh",
        )


def _note(
    store: StorePath, plan: ExportPlan, output: Output, manifest: dict[str, Any], who: str
) -> None:
    """Write it down before it has its name."""
    masked = "masked" if plan.is_masked else "unmasked"
    written = manifest["files"][0] if len(manifest["files"]) == 1 else manifest
    hash_ = written.get("sha256", manifest["manifest_sha256"])
    of = f"{masked}; {command_text(plan, output.out)}; sha256 {hash_}"
    try:
        note(store, who, "exported", of, count=manifest["counts"]["rows"])
    except LogError as error:
        raise ExportError(output.out, f"it could not be noted. {error}") from error
