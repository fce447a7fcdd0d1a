"""The formats of an export: which file has which, what they hold, and what they change."""

from pathlib import Path
from typing import get_args

from queries.errors import UsageError
from queries.export.plan import ExportPlan, Format
from queries.export.shapes import SHAPES

COMPRESSED = {".gz": "gzip", ".zst": "zstd"}
"""What a last suffix says of lines of JSON or CSV."""

CSV_NOTE = (
    "In CSV a text that begins with =, +, -, @, a tab or a line's end has an apostrophe before it: "
    "a spreadsheet would run it as a formula."
)
LINES_NOTE = (
    "JSON has no infinite numbers and no bytes that are not UTF-8: they are texts like "
    '"Infinity", and U+FFFD.'
)
NOTES: dict[Format, tuple[str, ...]] = {"csv": (CSV_NOTE,), "jsonl": (LINES_NOTE,)}
"""What a format changes about values."""


def format_of(out: Path) -> Format:
    """The format that the name of a file says; a folder has no suffix.

    Raises:
        UsageError: it is none of ours.
    """
    suffixes = [suffix.lower() for suffix in out.suffixes]
    if not suffixes:
        return "hf"
    found = suffixes[-2:-1] if suffixes[-1] in COMPRESSED else suffixes[-1:]
    name = "".join(found).removeprefix(".")
    if name not in get_args(Format) or name == "hf":
        raise UsageError(
            f"{out.name} does not say its format: name it .parquet, .jsonl or .csv, the last two "
            "also with .gz or .zst after it, or name a folder without a dot."
        )
    return name  # type: ignore[return-value]


def check_format(plan: ExportPlan, out: Path) -> None:
    """Refuse a format that cannot hold the shape, and a name that says another one.

    Raises:
        UsageError: says which, and the way out.
    """
    if plan.format == "csv" and SHAPES[plan.shape].is_nested:
        raise UsageError(
            f"CSV cannot hold the shape {plan.shape}, whose rows have lists in them: take parquet "
            "or jsonl, or the shape messages."
        )
    if plan.format != "hf" and format_of(out) != plan.format:
        raise UsageError(f"{out.name} does not end in .{plan.format}: name it so.")
    if plan.format == "parquet" and out.suffix.lower() in COMPRESSED:
        raise UsageError("Parquet is compressed inside: leave .gz or .zst away.")
