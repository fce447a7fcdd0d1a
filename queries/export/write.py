"""Writes a slice to a file or a folder with its manifest beside it, completely or not at all."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from queries.errors import AuditLogError, ExportError
from queries.export.atomic_output import Output, atomic_output
from queries.export.code_snippets import shell_command
from queries.export.covered_part import CoveredPartReader, always_covered_count
from queries.export.formats import check_format
from queries.export.manifest import (
    METADATA_KEY,
    dataset_card,
    file_records,
    finish_manifest,
    manifest_header,
    sexual_minors_facts,
)
from queries.export.plan import ExportPlan
from queries.export.selection import SelectedIds, has_removed, select_conversations
from queries.export.shapes import SHAPES, ShapeSpec, export_columns
from queries.export.writers import EncodedRows, encode_rows, open_writer
from queries.masking.parallel import ColumnMask, mask_workers, unmasked
from queries.prepare.sources import SYNTHETIC_KEY
from queries.runtime.ordered_results import results_in_order
from queries.runtime.progress import Progress, Silent
from queries.serialisation.spreadsheet import check_sheet_rows
from queries.state.audit_log import record_event
from queries.state.licence import local_username
from queries.store.layout import StorePath
from queries.store.part_reader import PartReader, part_readers, version_errors
from queries.store.store import Store

BATCH_CONVERSATIONS = 8_192
"""Conversations that are masked, encoded and counted at once: a second or two of work."""


@dataclass(frozen=True, slots=True)
class EncodedPart:
    """One part of an export, ready to be written.

    Attributes:
        encoded: its rows, encoded.
        rows: the number of rows.
        ids: the ids of its conversations, each followed by a line feed.
        conversations: the number of conversations.
        left_out: what the shape cannot hold, and how many of it there are.
        sexual_minors: the number of conversations with texts flagged as sexual/minors.
    """

    encoded: EncodedRows
    rows: int
    ids: bytes
    conversations: int
    left_out: dict[str, int]
    sexual_minors: int


@dataclass
class ExportTotals:
    """Totals of what has been written so far."""

    rows: int = 0
    conversations: int = 0
    sexual_minors: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    ids: Any = field(default_factory=hashlib.sha256)

    def add(self, part: EncodedPart) -> None:
        """Add the totals of one part."""
        self.rows += part.rows
        self.conversations += part.conversations
        self.sexual_minors += part.sexual_minors
        self.left_out.update(part.left_out)
        self.ids.update(part.ids)


def write_export(
    store: Store,
    plan: ExportPlan,
    out: Path,
    *,
    progress: Progress | None = None,
    selected: SelectedIds | None = None,
    who: str | None = None,
    may_replace: bool = False,
) -> dict[str, Any]:
    """Write an export and its manifest, ``OUT.manifest.json``, and record it in the audit log.

    The same plan, store and code give the same bytes. Rows are sorted by conversation id.

    Args:
        store: the store to export from.
        plan: which conversations, and how to write them.
        out: a file, or a folder for the format `hf`, that does not exist yet.
        progress: reports the progress, in conversations.
        selected: the conversations of the plan, if they are already known.
        who: the user or address for the audit log; by default the user who runs the process.
        may_replace: replace what exists at `out`.

    Returns:
        The manifest.

    Raises:
        UsageError: the plan or the name is invalid, or the format cannot hold the shape.
        SheetLimitError: the rows do not fit into XLSX.
        ExportError: the export cannot be written or recorded; nothing of it is left.
        VersionGoneError: the version was deleted while it was open.
    """
    check_format(plan, out)
    columns = export_columns(store, plan.shape, plan.columns)
    is_folder = plan.format == "hf"
    with atomic_output(
        out, is_folder=is_folder, may_replace=may_replace, store=store.path.path
    ) as output:
        selected = selected or select_conversations(store, plan)
        if plan.format == "xlsx":
            check_sheet_rows(selected.count)
        header = manifest_header(store, plan, selected)
        totals = _write_parts(store, plan, columns, selected, header, output, progress or Silent())
        _check_totals(totals, selected, out)
        if is_folder:
            card = dataset_card(header, totals.rows)
            (output.path / "README.md").write_text(card, encoding="utf-8")
        files = file_records(output.path, out.name)
        who = who or local_username()
        minors = sexual_minors_facts(plan, totals.sexual_minors, who)
        manifest = finish_manifest(header, totals.rows, totals.left_out, files, minors)
        if has_removed(store, selected):
            raise ExportError(
                out, "some of its conversations were removed in the meantime; export again."
            )
        _record(store.path, plan, output, manifest, who)
        output.publish(manifest)
    return manifest


def _write_parts(
    store: Store,
    plan: ExportPlan,
    columns: Sequence[str],
    selected: SelectedIds,
    header: dict[str, Any],
    output: Output,
    progress: Progress,
) -> ExportTotals:
    """Write the rows part by part, and add up the totals."""
    totals = ExportTotals()
    spec = SHAPES[plan.shape]
    schema = spec.schema_of(store.dataset, columns)
    text_columns = [column.name for column in schema if spec.is_text(column)]
    # The mask workers are killed before the threads that wait for them are joined.
    with (
        progress.step("Writing conversations", selected.count, "rows") as advance,
        open_writer(
            plan.format,
            output.path,
            schema.with_metadata(_metadata(store, header)),
            suffix=output.out.suffix,
            has_bom=plan.has_bom,
            text_columns=text_columns,
        ) as write,
        _threads() as threads,
        _mask(plan, text_columns, selected.count) as mask,
    ):
        kind = PartReader if plan.includes_sexual_minors else CoveredPartReader
        parts = part_readers(store, selected.ranks, BATCH_CONVERSATIONS, kind)
        has_text = bool(text_columns)
        tasks = [partial(_encode, plan, spec, columns, mask, part, has_text) for part in parts]
        for part in results_in_order(threads, tasks, os.cpu_count() or 1):
            write(part.encoded)
            totals.add(part)
            advance(part.conversations)
    return totals


def _encode(
    plan: ExportPlan,
    spec: ShapeSpec,
    columns: Sequence[str],
    mask: ColumnMask,
    part: PartReader,
    has_text: bool,
) -> EncodedPart:
    with version_errors(part.version):
        rows = spec.rows(part, columns, mask)
        ids = part.conversations(["conversation_id"])["conversation_id"].to_pylist()
        sexual_minors = always_covered_count(part) if has_text else 0
    return EncodedPart(
        encoded=encode_rows(plan.format, rows.table),
        rows=rows.table.num_rows,
        ids="".join(f"{id_}\n" for id_ in ids).encode(),
        conversations=rows.conversations,
        left_out=rows.left_out,
        sexual_minors=sexual_minors,
    )


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that read, rebuild and mask. Tasks that have not begun are dropped on exit."""
    threads = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def _mask(
    plan: ExportPlan, text_columns: Sequence[str], conversations: int
) -> AbstractContextManager[ColumnMask]:
    if plan.is_masked and text_columns:
        return mask_workers(SHAPES[plan.shape].text_kind, conversations)
    return nullcontext(unmasked)


def _metadata(store: Store, header: dict[str, Any]) -> dict[bytes, bytes]:
    synthetic = {SYNTHETIC_KEY: b"exported"} if store.manifest["is_synthetic"] else {}
    return {METADATA_KEY: orjson.dumps(header), **synthetic}


def _check_totals(totals: ExportTotals, selected: SelectedIds, out: Path) -> None:
    has_same_ids = totals.ids.hexdigest() == selected.ids_sha256
    if totals.conversations != selected.count or not has_same_ids:
        raise ExportError(
            out,
            f"the slice has {selected.count:,} conversations, but the files of the store gave "
            f"{totals.conversations:,}. Prepare it again with: chatscape prepare RAW --fresh",
        )


def _record(
    store: StorePath, plan: ExportPlan, output: Output, manifest: dict[str, Any], who: str
) -> None:
    """Record the export in the audit log, before it is published."""
    masked = "masked" if plan.is_masked else "unmasked"
    record = manifest["files"][0] if len(manifest["files"]) == 1 else manifest
    sha256 = record.get("sha256", manifest["manifest_sha256"])
    minors = _sexual_minors_words(manifest)
    of = f"{masked}; {minors}{shell_command(plan, output.out)}; sha256 {sha256}"
    try:
        record_event(store, who, "exported", of, count=manifest["counts"]["rows"])
    except AuditLogError as error:
        raise ExportError(output.out, f"it cannot be recorded. {error}") from error


def _sexual_minors_words(manifest: dict[str, Any]) -> str:
    facts = manifest.get("sexual_minors")
    if facts is None:
        return ""
    done = "included" if facts["are_included"] else "covered"
    return f"sexual/minors {done} (conversations: {facts['conversations']:,}); "
