"""Reads workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) by python-calamine: the sheet that holds people, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from imports.engine.errors import SourceRejected
from imports.engine.readers.archive import (
    ArchiveFacts,
    SheetCells,
    damaged_file,
    look_at_archive,
    password_protected,
)
from imports.engine.readers.cells import Cell, cell_text
from imports.engine.readers.content import unsupported_type
from imports.engine.readers.header import unique_headers
from imports.engine.readers.number_formats import DigitFormat
from imports.engine.readers.sheets import SAMPLE_ROWS, people_score, several_sheets
from imports.engine.readers.source import Limits, ReadingOptions, SourceColumn, SourceSummary, SourceWarning
from imports.engine.readers.table import empty_file, write_table
from imports.engine.rows_file import RowsFileWriter

# Names of streams in an OLE file, which has no other sign of what it is.
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
WORKBOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
# An OLE file is made of whole sectors.
OLE_SECTOR_BYTES = 512


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """The sheet to read."""

    sheet: calamine.CalamineSheet
    names: list[str]  # of all visible worksheets
    warnings: tuple[SourceWarning, ...] = ()
    has_only_errors: bool = False


def read_excel(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits, *, is_zip: bool) -> SourceSummary:
    """Write the rows of one sheet and return what it holds."""
    facts = look_at_archive(path, limits) if is_zip else None
    if not is_zip:
        _check_ole(path)
    workbook = _open(path)
    choice = _choose_sheet(workbook, options.sheet, facts)
    odd = facts.cells_of(choice.sheet.name) if facts else SheetCells()
    if choice.has_only_errors:
        return _read_errors(choice, odd, rows_path)
    header_row, warnings = options.header_row, [*choice.warnings, *_odd_cell_warnings(odd)]
    if header_row is None and _has_one_cell(choice.sheet):
        header_row = 0
        message = "The sheet has one filled cell. It was read as a row, not as a column name."
        warnings.append(SourceWarning("no_header", message, None, needs_review=True))
    table = write_table(
        _shown_digits(choice.sheet, odd, facts.digit_formats if facts else {}),
        rows_path,
        first_number=1,
        header_row=header_row,
        limits=limits,
        # Old workbooks may hold any character; new ones show in their XML whether they do.
        clean=None if facts and not facts.has_control_characters else str,
        expects_scientific=True,
    )
    return SourceSummary(
        type="excel",
        file_info=_file_info(choice, table.header_row),
        columns=table.columns,
        total_rows=table.total_rows,
        warnings=(*warnings, *table.warnings),
    )


def _file_info(choice: SheetChoice, header_row: int | None) -> dict[str, Any]:
    return {
        "type": "excel",
        "encoding": None,
        "delimiter": None,
        "sheet": choice.sheet.name,
        "sheets": choice.names,
        "header_row": header_row,
    }


def _read_errors(choice: SheetChoice, odd: SheetCells, rows_path: Path) -> SourceSummary:
    """Write the rows of a sheet that shows nothing but errors. They are blank, but it is no empty sheet."""
    headers = unique_headers((), choice.sheet.width)
    with RowsFileWriter(rows_path, headers) as writer:
        for row_number, row in enumerate(_records(choice.sheet), 1):
            writer.write(row_number, row)
    message = (
        f"All {odd.errors:,} filled cells of the sheet show errors such as #N/A. Mend the formulas and save it again."
    )
    return SourceSummary(
        type="excel",
        file_info=_file_info(choice, None),
        columns=tuple(SourceColumn(header, ()) for header in headers),
        total_rows=writer.total_rows,
        warnings=(SourceWarning("error_cells", message, odd.first_error_row, needs_review=True),),
    )


def _check_ole(path: Path) -> None:
    """Refuse encrypted files and documents that are no workbook."""
    content = path.read_bytes()
    if ENCRYPTED_STREAM in content:
        raise password_protected()
    if len(content) % OLE_SECTOR_BYTES:
        raise damaged_file()
    if not any(stream in content for stream in WORKBOOK_STREAMS):
        raise unsupported_type()


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        # Given a path it would believe the name's ending, and take a renamed workbook for a damaged one.
        with path.open("rb") as file:
            return calamine.CalamineWorkbook.from_filelike(file)
    except calamine.PasswordError as error:
        raise password_protected() from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise damaged_file() from error


def _sheet(workbook: calamine.CalamineWorkbook, name: str) -> calamine.CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise damaged_file() from error


def _choose_sheet(workbook: calamine.CalamineWorkbook, chosen: str | None, facts: ArchiveFacts | None) -> SheetChoice:
    """Return the chosen sheet, or the one that looks most like a table of people."""
    worksheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in worksheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    if chosen is not None:
        if chosen not in {sheet.name for sheet in worksheets}:
            message = f"There is no sheet called “{chosen}”. Choose one of: {', '.join(names)}."
            raise SourceRejected("unknown_sheet", message, field="sheet")
        return SheetChoice(_sheet(workbook, chosen), names)
    best, best_score, filled = None, -1.0, []
    for name in names:
        # One at a time: a sheet holds all its cells in memory.
        sheet = _sheet(workbook, name)
        score = people_score([list(map(cell_text, row)) for row in islice(_rows(sheet), SAMPLE_ROWS)])
        if score < 0:
            continue
        filled.append(name)
        if score > best_score:
            best, best_score = sheet, score
    if best is None:
        for name in names:
            if facts and facts.cells_of(name).errors:
                return SheetChoice(_sheet(workbook, name), names, has_only_errors=True)
        raise empty_file("The workbook has no sheet with rows in it. Add the contacts and upload it again.")
    if len(filled) == 1:
        return SheetChoice(best, names)
    return SheetChoice(best, names, (several_sheets(filled, best.name),))


def _has_one_cell(sheet: calamine.CalamineSheet) -> bool:
    if sheet.height * sheet.width > SAMPLE_ROWS:
        return False
    return sum(1 for row in _records(sheet) for cell in row if cell.strip()) == 1


def _rows(sheet: calamine.CalamineSheet) -> Iterator[list[Cell]]:
    """Return the rows that hold cells. Some before the first may be missing: those are blank."""
    return iter(()) if sheet.start is None else sheet.iter_rows()


def _records(sheet: calamine.CalamineSheet) -> Iterator[list[str]]:
    """Yield each row of the sheet from the first on, so that row numbers are those that people see."""
    text: Callable[[Cell], str] = cell_text
    merged = _merged_downwards(sheet)
    filling: dict[int, tuple[int, str]] = {}  # column → (last row of the merged cell, its text)
    for number, row in enumerate(_rows(sheet)):
        record = [cell if cell.__class__ is str else text(cell) for cell in row]
        if merged:
            # A cell merged over several rows is in the file once, and means all of them.
            for column, (last, content) in filling.items():
                if number <= last and not record[column]:
                    record[column] = content
            for column, last in merged.get(number, ()):
                filling[column] = (last, record[column])
        yield record


def _shown_digits(
    sheet: calamine.CalamineSheet, cells: SheetCells, formats: dict[int, DigitFormat]
) -> Iterator[list[str]]:
    """Yield each row as _records() does, its numbers with the zeros that their formats show in front."""
    if not cells.digit_styles or sheet.start is None:
        yield from _records(sheet)
        return
    columns = [(column - sheet.start[1], styles) for column, styles in cells.digit_styles.items()]
    for number, record in enumerate(_records(sheet)):
        for column, styles in columns:
            if number < len(styles) and styles[number] and 0 <= column < len(record) and record[column].isdecimal():
                record[column] = formats[styles[number]].applied(record[column])
        yield record


def _merged_downwards(sheet: calamine.CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Return the cells that are merged over several rows: first row → (place in the row, last row)."""
    merged: dict[int, list[tuple[int, int]]] = {}
    if sheet.start is None:
        return merged
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        place = left - sheet.start[1]
        if bottom > top and 0 <= place < sheet.width:
            merged.setdefault(top, []).append((place, bottom))
    return merged


def _odd_cell_warnings(odd: SheetCells) -> Iterator[SourceWarning]:
    if odd.errors:
        cells = "1 cell shows an error" if odd.errors == 1 else f"{odd.errors:,} cells show errors"
        message = f"{cells} such as #N/A{_first(odd.first_error_row)}; they were read as blank."
        yield SourceWarning("error_cells", message, odd.first_error_row, needs_review=False)
    if odd.uncomputed:
        cells = "1 formula has" if odd.uncomputed == 1 else f"{odd.uncomputed:,} formulas have"
        message = (
            f"{cells} no stored value{_first(odd.first_uncomputed_row)} and were read as blank. Open the workbook in a "
            "spreadsheet program and save it, so that the values are in the file."
        )
        yield SourceWarning("uncomputed_formulas", message, odd.first_uncomputed_row, needs_review=False)
    if odd.hidden_rows:
        rows = "1 row is" if odd.hidden_rows == 1 else f"{odd.hidden_rows:,} rows are"
        message = (
            f"{rows} hidden in the sheet{_first(odd.first_hidden_row)}, by a filter perhaps; they were read as well. "
            "Delete them from the sheet if they are not meant."
        )
        yield SourceWarning("hidden_rows", message, odd.first_hidden_row, needs_review=False)


def _first(row: int | None) -> str:
    return f" (first in row {row})" if row else ""
