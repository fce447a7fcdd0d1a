"""Reads XLSX as a spreadsheet does, by the standard (ECMA-376) alone."""

import re
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree
from zipfile import ZipFile

Cell = str | float | bool | None

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(file: Path | BinaryIO) -> list[list[Cell]]:
    """The values of the first sheet, row by row, each as long as the first.

    Raises:
        AssertionError: a cell has a formula or a link.
    """
    with ZipFile(file) as archive:
        shared = _shared_texts(archive)
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{_MAIN}f")), "a formula"
    assert not list(sheet.iter(f"{_MAIN}hyperlink")), "a link"
    rows: list[list[Cell]] = []
    for row in sheet.iter(f"{_MAIN}row"):
        values = {_column(cell.get("r", "")): _value(cell, shared) for cell in row}
        width = len(rows[0]) if rows else max(values) + 1
        rows.append([values.get(index) for index in range(width)])
    return rows


def literal_cells(file: Path | BinaryIO) -> set[str]:
    """The names, as B7, of the cells that stay texts when somebody edits them."""
    with ZipFile(file) as archive:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    formats = styles.find(f"{_MAIN}cellXfs")
    assert formats is not None
    literal = {str(n) for n, style in enumerate(formats) if style.get("quotePrefix") == "1"}
    return {cell.get("r", "") for cell in sheet.iter(f"{_MAIN}c") if cell.get("s") in literal}


def _shared_texts(archive: ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    table = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return [_text(item) for item in table]


def _text(node: ElementTree.Element) -> str:
    text = "".join(part.text or "" for part in node.iter(f"{_MAIN}t"))
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda escape: chr(int(escape[1], 16)), text)


def _column(name: str) -> int:
    index = 0
    for letter in re.sub(r"\d", "", name):
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _value(cell: ElementTree.Element, shared: list[str]) -> Cell:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    text = cell.findtext(f"{_MAIN}v")
    if text is None:
        return None
    if kind == "s":
        return shared[int(text)]
    return text == "1" if kind == "b" else float(text)
