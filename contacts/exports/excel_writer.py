"""Contacts as an Excel workbook of one sheet, where every cell is text: no formula, no link, no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from contacts.exports import query
from contacts.exports.columns import ExportColumn
from irisx.refusals import Invalid

MAX_CONTACTS = 1_048_575
"""What a sheet can hold under its header: Microsoft, "Excel specifications and limits"."""

# Rows go to a temporary file as they come, with their text in them: no row and no table of texts stays in memory.
_OPTIONS = {"constant_memory": True}


def too_many() -> Invalid:
    """Return the refusal of more contacts than a sheet can hold."""
    return Invalid(
        "too_many_for_excel",
        f"An Excel sheet holds at most {MAX_CONTACTS:,} contacts. Export one list, set a limit, or choose CSV.",
        limit=MAX_CONTACTS,
    )


def write(file: IO[bytes], columns: Sequence[ExportColumn], scope: query.Scope) -> int:
    """Write the contacts and return how many they are. Call inside the tenant's scope. Raises Invalid if too many."""
    count = 0
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.use_zip64()
        sheet = book.add_worksheet("Contacts")
        _write_row(sheet, 0, [column.header for column in columns])
        for cells in query.rows(*query.texts(columns, scope, harmless=False)):
            count += 1
            if count > MAX_CONTACTS:
                raise too_many()
            _write_row(sheet, count, cells)
    return count


def _write_row(sheet: Worksheet, row: int, cells: Iterable[str]) -> None:
    for column, text in enumerate(cells):
        # As text, whatever it looks like; write() would make formulas, links and numbers of some.
        if text and sheet.write_string(row, column, text) != 0:
            raise ValueError(f"A cell of row {row + 1} is longer than a sheet can hold.")
