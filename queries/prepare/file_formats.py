"""Formats of source files, by their names."""

from pathlib import Path
from typing import Literal

SourceFormat = Literal["parquet", "arrow", "jsonl", "json", "csv"]
Compression = Literal["gzip", "zstd", "bz2"]

FORMAT_NAMES: dict[SourceFormat, str] = {
    "parquet": "parquet",
    "arrow": "Arrow",
    "jsonl": "JSON lines",
    "json": "JSON",
    "csv": "CSV",
}
"""The formats, and their names in sentences. A folder is read in the first one that it has."""

_SUFFIXES: dict[str, SourceFormat] = {
    ".parquet": "parquet",
    ".parq": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".ipc": "arrow",
    ".feather": "arrow",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
}
_COMPRESSED: dict[str, Compression] = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}

_DESCRIPTIONS = ("state.json", "dataset_info.json", "dataset_dict.json", "package.json")
"""Files that describe data, and hold none."""


def source_format(path: Path) -> SourceFormat | None:
    """The format that a name says, in any case; None if it says none.

    A compressed file has the format of what is in it, as in ``chats.jsonl.gz``. Parquet is
    compressed inside.
    """
    name = path.name.lower()
    if name in _DESCRIPTIONS:
        return None
    compressed = compression_of(path)
    stem = Path(name).stem if compressed else name
    format_ = _SUFFIXES.get(Path(stem).suffix)
    return None if compressed and format_ == "parquet" else format_


def compression_of(path: Path) -> Compression | None:
    """How a file is compressed, by its name; None if it is not."""
    return _COMPRESSED.get(path.suffix.lower())
