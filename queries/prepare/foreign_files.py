"""What a file is that should be parquet and is not: a sentence with the way out."""

import json
from pathlib import Path

_HEAD_BYTES = 4_096

_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
}
"""The first bytes of compressed files, and what compressed them."""

_OTHER_FORMATS = {
    b"ARROW1": "an Arrow file",
    b"\xff\xff\xff\xff": "an Arrow file",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"\x89HDF\r\n": "an HDF5 file",
    b"SQLite format 3\x00": "an SQLite database",
}
"""The first bytes of other formats of tables."""

_ARROW_WAY = "Give it a name that ends in .arrow."
_OTHER_WAY = "Write its rows as parquet, or leave it out."
_AGAIN = "Download it again, or leave it out."


def describe_foreign_file(path: Path) -> str:
    """A sentence that names the file, says what it is, and what to do.

    Args:
        path: a file that could not be opened as parquet.

    Returns:
        The sentence; empty if nothing is known but that it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(size - 4, 0))
        tail = file.read(4)
    what = _binary_kind(head, tail) or _text_kind(head, is_whole=size <= _HEAD_BYTES)
    return f"{path} {what}" if what else ""


def describe_pointer(path: Path) -> str:
    """A sentence about a file that stands for the wanted one: a pointer, a web page, an empty file.

    Returns:
        The sentence; empty if the file is none of them.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = _text(head, is_whole=False) or ""
    what = _pointer_kind(text.lstrip().lower()) if head else f"is empty. {_AGAIN}"
    return f"{path} {what}" if what else ""


def _binary_kind(head: bytes, tail: bytes) -> str:
    if not head:
        return f"is empty. {_AGAIN}"
    if b"PARE" in (head[:4], tail):
        return (
            "is encrypted parquet. Chatscape takes no keys: write it without encryption, or leave "
            "it out."
        )
    if head.startswith(b"PAR1") and tail != b"PAR1":
        return f"is not a complete parquet file: its end is missing. {_AGAIN}"
    for start, name in _COMPRESSED.items():
        if head.startswith(start):
            return f"is compressed with {name}. Unpack it, and give the parquet files in it."
    if head[257:262] == b"ustar":
        return "is a tar archive. Unpack it, and give the parquet files in it."
    for start, name in _OTHER_FORMATS.items():
        if head.startswith(start):
            return f"is {name}. {_ARROW_WAY if name == 'an Arrow file' else _OTHER_WAY}"
    return ""


def _text_kind(head: bytes, *, is_whole: bool) -> str:
    text = _text(head, is_whole=is_whole)
    if text is None:
        return ""
    start = text.lstrip().lower()
    if pointer := _pointer_kind(start):
        return pointer
    first = next((line for line in text.splitlines() if line.strip()), "")
    if start.startswith(("{", "[")):
        name = "JSON lines" if _is_json(first) and start.startswith("{") else "JSON"
        suffix = ".jsonl" if name == "JSON lines" else ".json"
        return f"holds {name}, not parquet. Give it a name that ends in {suffix}."
    if any(sign in first for sign in ",\t;"):
        return "holds CSV, not parquet. Give it a name that ends in .csv."
    return f"is a text, not parquet. {_AGAIN}"


def _pointer_kind(start: str) -> str:
    if start.startswith("version https://git-lfs"):
        return "is a pointer of Git LFS, not the file itself. Fetch the files with: git lfs pull"
    if start.startswith(("/annex/objects/", "../.git/annex/", ".git/annex/")):
        return "is a pointer of git-annex, not the file itself. Fetch it with: git annex get ."
    if start.startswith(("<!doctype html", "<html", "<?xml", "<error")):
        return (
            "is a web page, not parquet: perhaps one that asks you to sign in, or says what went "
            "wrong. Download the file again, signed in."
        )
    return ""


def _text(head: bytes, *, is_whole: bool) -> str | None:
    """The text that a file begins with; None if it is none."""
    for encoding in ("utf-8-sig", *(["utf-16"] if head[:2] in (b"\xff\xfe", b"\xfe\xff") else [])):
        for dropped in range(1 if is_whole else 4):  # The last character may be cut.
            try:
                text = head[: len(head) - dropped].decode(encoding)
            except UnicodeDecodeError:
                continue
            return None if "\x00" in text else text
    return None


def _is_json(line: str) -> bool:
    """Whether a line is JSON, or a very long line that begins like it."""
    try:
        json.loads(line)
    except ValueError:
        return len(line) >= _HEAD_BYTES // 2
    return True
