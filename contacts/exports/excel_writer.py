"""Contacts as an Excel workbook of one sheet, where every cell is text: no formula, no link, no number.

Written row by row as they come, in the smallest form that ECMA-376 knows. openpyxl takes several times as long, first
for a file of its own and then for the workbook.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from contacts.exports import query
from contacts.exports.columns import ExportColumn
from irisx.refusals import Invalid

MAX_CONTACTS = 1_048_575
"""What a sheet can hold under its header: Microsoft, "Excel specifications and limits"."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Contacts" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
# Characters that XML cannot hold or would change, and text that a reader would take for one of them written out:
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring).
_SPECIAL = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_MARKUP = re.compile("[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_COMPRESSION = 1  # the fastest: level 6 takes twice as long for a tenth less


def too_many() -> Invalid:
    """Return the refusal of more contacts than a sheet can hold."""
    return Invalid(
        "too_many_for_excel",
        f"An Excel sheet holds at most {MAX_CONTACTS:,} contacts. Export one list, set a limit, or choose CSV.",
        limit=MAX_CONTACTS,
    )


def write(file: IO[bytes], columns: Sequence[ExportColumn], scope: query.Scope) -> int:
    """Write the contacts and return how many they are. Call inside the tenant's scope. Raises Invalid if too many."""
    letters = [column_letters(place) for place in range(len(columns))]
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        for name, content in _PARTS.items():
            archive.writestr(name, _DECLARATION + content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>\n'.encode())
            sheet.write(_row(1, letters, [column.header for column in columns]))
            for number, cells in enumerate(query.rows(*query.texts(columns, scope, harmless=False)), start=2):
                count += 1
                if count > MAX_CONTACTS:
                    raise too_many()
                sheet.write(_row(number, letters, cells))
            sheet.write(b"</sheetData></worksheet>")
    return count


def _row(number: int, letters: Sequence[str], cells: Iterable[str]) -> bytes:
    return f'<row r="{number}">{"".join(_cells(number, letters, cells))}</row>\n'.encode()


def _cells(number: int, letters: Sequence[str], cells: Iterable[str]) -> Iterator[str]:
    for letter, text in zip(letters, cells, strict=True):
        if text:
            if not text.isalnum():
                text = _escaped(text)
            yield f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escaped(text: str) -> str:
    text = _MARKUP.sub(lambda found: _ENTITIES[found[0]], text)
    return _SPECIAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def column_letters(place: int) -> str:
    """Return what Excel calls a column: A, B, … Z, AA, …"""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
