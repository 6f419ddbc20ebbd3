"""What the parts of an Excel workbook say that its parser does not: where each sheet is, and how numbers are shown."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator

from imports.engine.readers.number_formats import DigitFormat, digit_format

# Larger ones are no part that a spreadsheet program writes.
PART_BYTES_MAX = 16 * 1024 * 1024
WORKBOOK, RELATIONSHIPS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
SHEET = re.compile(r"<(?:\w+:)?sheet\b([^<>]*)>")
RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\b([^<>]*)>")
NUMBER_FORMAT = re.compile(r"<(?:\w+:)?numFmt\b([^<>]*)>")
CELL_STYLES = re.compile(r"<(?:\w+:)?cellXfs\b[^<>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
CELL_STYLE = re.compile(r"<(?:\w+:)?xf\b([^<>]*)>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet name → path of its part in the archive, lower case; what cannot be made out is left out."""
    targets = {
        found.get("Id", ""): posixpath.normpath(posixpath.join("/xl", found.get("Target", ""))).lstrip("/").lower()
        for found in _elements(RELATIONSHIP, _text_of(archive, RELATIONSHIPS))
    }
    parts = {}
    for found in _elements(SHEET, _text_of(archive, WORKBOOK)):
        related = next((value for name, value in found.items() if name.endswith(":id")), "")
        if related in targets:
            parts[found.get("name", "")] = targets[related]
    return parts


def digit_formats(archive: zipfile.ZipFile) -> dict[int, DigitFormat]:
    """Return the number of a cell style → its format, of those styles that show more digits than the number has."""
    text = _text_of(archive, STYLES)
    formats = {
        found.get("numFmtId", ""): known
        for found in _elements(NUMBER_FORMAT, text)
        if (known := digit_format(found.get("formatCode", "")))
    }
    styles = CELL_STYLES.search(text) if formats else None
    if styles is None:
        return {}
    used = [formats.get(found.get("numFmtId", "")) for found in _elements(CELL_STYLE, styles[1])]
    return {number: known for number, known in enumerate(used) if known}


def _elements(pattern: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    """Yield the attributes of each element that the pattern finds."""
    for match in pattern.finditer(text):
        yield {name: html.unescape(double or single) for name, double, single in ATTRIBUTE.findall(match[1])}


def _text_of(archive: zipfile.ZipFile, wanted: str) -> str:
    """Return a part's text; "" if there is none, or one that is far too large."""
    name = next((name for name in archive.namelist() if name.lower().lstrip("/") == wanted), None)
    if name is None:
        return ""
    with archive.open(name) as file:
        part = file.read(PART_BYTES_MAX + 1)
    if len(part) > PART_BYTES_MAX:
        return ""
    return part.decode("utf-16" if part.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
