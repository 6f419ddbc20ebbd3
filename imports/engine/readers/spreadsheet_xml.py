"""Reads the XML spreadsheets of Excel 2003, which systems still hand out under the name .xls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from imports.engine.errors import SourceRejected
from imports.engine.readers.archive import damaged_file
from imports.engine.readers.cells import cell_text
from imports.engine.readers.number_formats import DigitFormat, digit_format
from imports.engine.readers.sheets import SAMPLE_ROWS, people_score, several_sheets
from imports.engine.readers.source import Limits, ReadingOptions, SourceSummary, SourceWarning
from imports.engine.readers.table import empty_file, too_many_columns, too_many_rows, write_table

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of one sheet."""

    sheet: str
    number: int  # from 1
    cells: list[str]


def read_spreadsheet_xml(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Write the rows of one sheet and return what it holds."""
    names, samples, errors = _survey(path, limits)
    filled = [name for name in names if any(map(any, samples[name]))]
    if options.sheet is not None and options.sheet not in names:
        message = f"There is no sheet called “{options.sheet}”. Choose one of: {', '.join(names)}."
        raise SourceRejected("unknown_sheet", message, field="sheet")
    if not filled:
        raise empty_file("The workbook has no sheet with rows in it. Add the contacts and upload it again.")
    chosen = options.sheet or max(filled, key=lambda name: people_score(samples[name]))
    message = "The file is an XML spreadsheet of Excel 2003. Check that all rows are there, or save it as .xlsx."
    warnings = [SourceWarning("spreadsheet_xml", message, None, needs_review=True)]
    if options.sheet is None and len(filled) > 1:
        warnings.append(several_sheets(filled, chosen))
    if chosen in errors:
        message = f"Some cells show errors such as #N/A (first in row {errors[chosen]}); they were read as blank."
        warnings.append(SourceWarning("error_cells", message, errors[chosen], needs_review=False))
    table = write_table(
        _records(path, chosen, limits),
        rows_path,
        first_number=1,
        header_row=options.header_row,
        limits=limits,
        clean=None,  # XML holds no control characters
        expects_scientific=True,
    )
    return SourceSummary(
        type="excel",
        file_info={
            "type": "excel",
            "encoding": None,
            "delimiter": None,
            "sheet": chosen,
            "sheets": names,
            "header_row": table.header_row,
        },
        columns=table.columns,
        total_rows=table.total_rows,
        warnings=(*warnings, *table.warnings),
    )


def _survey(path: Path, limits: Limits) -> tuple[list[str], dict[str, list[list[str]]], dict[str, int]]:
    """Return the sheets' names, their first rows, and the first row with an error of those that have one."""
    parser = _Parser(limits)
    samples: dict[str, list[list[str]]] = {}
    for row in _rows(path, parser):
        sample = samples.setdefault(row.sheet, [])
        if len(sample) < SAMPLE_ROWS:
            sample.append(row.cells)
    names = list(dict.fromkeys(parser.sheets))
    return names, {name: samples.get(name, []) for name in names}, parser.errors


def _records(path: Path, sheet: str, limits: Limits) -> Iterator[list[str]]:
    """Yield each row of a sheet from the first on; rows that are not written are blank."""
    number = 0
    for row in _rows(path, _Parser(limits)):
        if row.sheet != sheet:
            continue
        while number + 1 < row.number:
            number += 1
            yield []
        number = row.number
        yield row.cells


def _rows(path: Path, parser: _Parser) -> Iterator[SheetRow]:
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                parser.expat.Parse(piece, False)
                while parser.finished:
                    yield parser.finished.popleft()
            parser.expat.Parse(b"", True)
            yield from parser.finished
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged_file() from error


class _Parser:
    """Collects rows as they end."""

    def __init__(self, limits: Limits) -> None:
        self.finished: deque[SheetRow] = deque()
        self.sheets: list[str] = []
        self.errors: dict[str, int] = {}  # sheet → first row with an error
        self.expat = expat.ParserCreate(namespace_separator=" ")
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._text
        self.expat.StartDoctypeDeclHandler = _refuse_document_type
        self._limits = limits
        self._formats: dict[str, DigitFormat] = {}  # style → how it shows numbers
        self._style = ""
        self._number = 0
        self._cells: list[str] | None = None
        self._cell_style = ""
        self._across = 0
        self._type = ""
        self._content: list[str] | None = None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        given = {name.rpartition(" ")[2]: value for name, value in attributes.items()}
        match tag.rpartition(" ")[2]:
            case "Style":
                self._style = given.get("ID", "")
            case "NumberFormat" if found := digit_format(given.get("Format", "")):
                self._formats[self._style] = found
            case "Worksheet":
                self.sheets.append(given.get("Name", "") or f"Sheet {len(self.sheets) + 1}")
                self._number = 0
            case "Row" if self.sheets:
                self._number = _place(given.get("Index"), self._number + 1)
                if self._number > self._limits.rows:
                    raise too_many_rows(self._limits)
                self._cells = []
            case "Cell" if self._cells is not None:
                column = _place(given.get("Index"), len(self._cells) + 1)
                self._across = _place(given.get("MergeAcross"), 0)
                if column + self._across > self._limits.columns:
                    raise too_many_columns(column + self._across, self._limits)
                self._cells += [""] * (column - len(self._cells) - 1)
                self._cells.append("")
                self._cell_style = given.get("StyleID", "")
            case "Data" if self._cells:
                self._type = given.get("Type", "String")
                self._content = []

    def _end(self, tag: str) -> None:
        match tag.rpartition(" ")[2]:
            case "Data" if self._content is not None and self._cells:
                self._cells[-1] = self._read("".join(self._content))
                self._content = None
            case "Cell" if self._cells:
                self._cells += [""] * self._across
                self._across = 0
            case "Row" if self._cells is not None:
                self.finished.append(SheetRow(self.sheets[-1], self._number, self._cells))
                self._cells = None

    def _text(self, text: str) -> None:
        if self._content is not None:
            self._content.append(text)

    def _read(self, text: str) -> str:
        """Return a cell's text as the sheet shows it."""
        match self._type:
            case "Number":
                try:
                    shown = cell_text(float(text))
                except ValueError:
                    return text
                known = self._formats.get(self._cell_style)
                return known.applied(shown) if known and shown.isdecimal() else shown
            case "DateTime":
                day, _, time = text.partition("T")
                time = time.partition(".")[0]
                return day if time in ("", "00:00:00") else f"{day}T{time}"
            case "Boolean":
                return "TRUE" if text.strip() == "1" else "FALSE"
            case "Error":
                self.errors.setdefault(self.sheets[-1], self._number)
                return ""
            case _:
                return text


def _place(text: str | None, otherwise: int) -> int:
    """Return a number from an attribute, never less than it must be: indexes only go forward."""
    return max(otherwise, int(text)) if text and text.isascii() and text.isdecimal() and len(text) < 10 else otherwise


def _refuse_document_type(*declared: object) -> None:
    raise SourceRejected(
        "unsafe_file",
        "The workbook defines XML entities, as no spreadsheet program does, and was not opened. Save it as CSV.",
    )
