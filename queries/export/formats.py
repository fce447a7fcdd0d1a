"""The formats of an export: their file suffixes, what they cannot hold, and what they change."""

from pathlib import Path
from typing import get_args

from queries.errors import UsageError
from queries.export.plan import ExportPlan, Format
from queries.export.shapes import SHAPES

COMPRESSION = {".gz": "gzip", ".zst": "zstd"}
"""The compression of JSON lines or CSV, by the last suffix."""

CSV_FOR_EXCEL = "csv for Excel"
"""What the form calls a CSV with a byte order mark."""

FORM_FORMATS = (
    *("parquet", "jsonl", "jsonl.zst", "jsonl.gz", CSV_FOR_EXCEL, "xlsx", "csv", "csv.gz"),
)
"""The formats that the form offers: suffixes, and `CSV_FOR_EXCEL`."""

_FLAT = ("csv", "xlsx")
"""Formats without nested values."""

CSV_NOTE = (
    "In CSV a text that begins with =, +, - or @ (in any width, after white space or invisible "
    "signs too), a tab or a line's end has an apostrophe before it: a spreadsheet might run it as "
    "a formula."
)
LINES_NOTE = (
    "JSON has no infinite numbers and no bytes that are not UTF-8: they are texts like "
    '"Infinity", and U+FFFD. U+2028, U+2029 and U+0085 are escaped, so that a row is one line.'
)
SHEET_NOTE = (
    "Spreadsheets keep 15 digits: whole numbers with more are texts. XML lacks U+FFFE and U+FFFF, "
    "which are U+FFFD. No text is a formula or a link."
)
NOTES: dict[Format, tuple[str, ...]] = {
    "csv": (CSV_NOTE,),
    "jsonl": (LINES_NOTE,),
    "xlsx": (SHEET_NOTE,),
}
"""What a format changes about values, for the manifest."""


def form_formats(shape: str) -> list[str]:
    """The formats that the form offers for a shape."""
    is_nested = SHAPES[shape].is_nested
    return [name for name in FORM_FORMATS if not (is_nested and name.startswith(_FLAT))]


def format_of(out: Path) -> Format:
    """The format that a file name implies; a name without a suffix is a folder.

    Raises:
        UsageError: the suffix is unknown.
    """
    suffixes = [suffix.lower() for suffix in out.suffixes]
    if not suffixes:
        return "hf"
    parts = suffixes[-2:-1] if suffixes[-1] in COMPRESSION else suffixes[-1:]
    name = "".join(parts).removeprefix(".")
    if name not in get_args(Format) or name == "hf":
        raise UsageError(
            f"The format of {out.name} is unknown: end the name in .parquet, .jsonl, .csv or "
            ".xlsx, .jsonl and .csv also with .gz or .zst after it, or name a folder without a dot."
        )
    return name  # type: ignore[return-value]


def check_format(plan: ExportPlan, out: Path) -> None:
    """Check that the format can hold the shape, and that the file name fits the format.

    Raises:
        UsageError: it cannot, or does not.
    """
    if plan.format in _FLAT and SHAPES[plan.shape].is_nested:
        raise UsageError(
            f"{plan.format.upper()} cannot hold the shape {plan.shape}, whose rows contain lists: "
            "choose parquet or jsonl, or the shape messages."
        )
    if plan.format != "hf" and format_of(out) != plan.format:
        raise UsageError(f"{out.name} does not end in .{plan.format}: rename it.")
    if plan.format in ("parquet", "xlsx") and out.suffix.lower() in COMPRESSION:
        raise UsageError(
            f"{plan.format.capitalize()} is compressed already: leave .gz or .zst out of the name."
        )
