"""What an export of everything takes, beside DuckDB's bare COPY of the same rows.

Figures of a store alone: ``python -m tests.bench.export STORE``.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from tests.bench.measure import Figure, run_chatscape, run_python

WAY = "DuckDB's COPY of the same rows, zstd"
SMOKE_ROWS = 200
"""Conversations of an export that only shows that everything can be measured."""


def figures(store: Path, *, is_full_size: bool) -> Iterator[Figure]:
    """Seconds and memory of exports in the published shape."""
    with tempfile.TemporaryDirectory(prefix="chatscape-export-") as folder:
        out, copy = Path(folder) / "x.parquet", Path(folder) / "copy.parquet"
        at = ("--store", str(store), *(() if is_full_size else ("--sample", str(SMOKE_ROWS))))
        seconds, memory = run_chatscape("export", str(out), *at, "--unmask")
        naive, naive_memory = run_python("tests.bench.export", "copy", str(out), str(copy))
        copy.unlink()
        yield Figure(
            "export as published, parquet, not masked",
            "s",
            (seconds,),
            "2 x bare COPY",
            2 * naive if is_full_size else None,
            naive=naive,
            naive_way=WAY,
        )
        yield Figure(
            "export as published, parquet, not masked, peak memory",
            "MB",
            (memory,),
            "3 GB",
            3_000,
            naive=naive_memory,
            naive_way=WAY,
        )
        for title, name in (("parquet", "m.parquet"), ("JSON lines, zstd", "m.jsonl.zst")):
            seconds, memory = run_chatscape("export", str(Path(folder) / name), *at)
            what = f"export as published, {title}, masked"
            yield Figure(what, "s", (seconds,))
            yield Figure(f"{what}, peak memory of a process", "MB", (memory,), "3 GB", 3_000)
        seconds, _ = run_chatscape(
            *("export", str(Path(folder) / "s.parquet"), "--store", str(store)),
            *("--sample", str(1_000 if is_full_size else 1), "--per", "language", "--seed", "7"),
        )
        yield Figure("export 1,000 of each language, masked", "s", (seconds,))


def main() -> None:
    """Copy a file, or print the figures of a store."""
    if sys.argv[1] == "copy":
        source, out = sys.argv[2:]
        statement = f"copy (from read_parquet('{source}')) to '{out}' (compression zstd)"
        duckdb.connect().execute(statement)
        return
    for figure in figures(Path(sys.argv[1]), is_full_size=True):
        beside = "" if figure.naive is None else f", beside {figure.naive:,.1f} {figure.unit}"
        sys.stdout.write(f"{figure.what}: {figure.median:,.1f} {figure.unit}{beside}\n")


if __name__ == "__main__":
    main()
