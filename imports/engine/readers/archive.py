"""Looks into the ZIP archive that a workbook is, before anything unpacks it.

The directory of an archive states sizes that need not be true, so the parts that a parser will read are unpacked here
once, in small pieces that are dropped at once, and counted.
"""

from __future__ import annotations

import codecs
import copy
import re
import sys
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.readers.number_formats import DigitFormat
from imports.engine.readers.opendocument import CONTENT, ZEROS_ASKED_FOR, shown_zeros, zero_formats
from imports.engine.readers.source import Limits
from imports.engine.readers.workbook_parts import digit_formats, sheet_parts

MEMBERS_MAX = 1_000
# Sheets shrink to a tenth or a thirtieth; only emptiness shrinks to less than this.
RATIO_MAX = 200
RATIO_MATTERS_BYTES = 100 * 1024 * 1024
PIECE_BYTES = 256 * 1024
ODS_MANIFEST = "meta-inf/manifest.xml"
CONTENT_TYPES = "[Content_Types].xml"
SPREADSHEET_TYPE = re.compile(rb"^application/vnd\.oasis\.opendocument\.spreadsheet(?:-template)?\s*$")
WORKBOOK_TYPE = re.compile(rb"(?:spreadsheetml|ms-excel)\.(?:sheet|template|addin)[\w.]*main", re.IGNORECASE)
# Workbooks need no document type; one is there to define entities that grow without end or name other files.
DOCUMENT_TYPE = re.compile(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\b([^<>]*\bt=["']e["'][^<>]*)>""")
UNCOMPUTED_CELL = re.compile(
    rb"""<(?:\w+:)?c\b([^<>]*)><(?:\w+:)?f\b(?:[^<>]*/>|[^<]*</(?:\w+:)?f>)"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"""
)
HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b([^<>]*\bhidden=["'](?:1|true)["'][^<>]*)>""")
ROW_NUMBER = re.compile(rb"""\br=["'](\d+)["']""")
CELL_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
CELL_ROW = re.compile(rb"""\br=["'][A-Z]+(\d+)["']""")
# Of so many columns is known which cells show more digits: 2 MB each in the longest sheet.
DIGIT_COLUMNS_MAX = 16
DIGIT_STYLE_ROWS_MAX = 1_048_576
# As much as one cell's tags take: what straddles two pieces is looked at with the second.
OVERLAP_BYTES = 1024


@dataclass(slots=True)
class SheetCells:
    """What a parser does not tell of one sheet's cells."""

    errors: int = 0  # they come as blank
    first_error_row: int | None = None
    uncomputed: int = 0  # formulas without a stored value; they come as blank
    first_uncomputed_row: int | None = None
    hidden_rows: int = 0
    first_hidden_row: int | None = None
    # Column, from 0 → number of the style of each row's cell, where that shows more digits than the number has; else 0.
    digit_styles: dict[int, array[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What the parts of a workbook hold."""

    sheets: dict[str, SheetCells]  # path in the archive → its cells
    parts: dict[str, str]  # name of a sheet → path in the archive
    digit_formats: dict[int, DigitFormat]  # number of a style → how it shows numbers
    has_control_characters: bool

    def cells_of(self, sheet: str) -> SheetCells:
        """Return what there is to tell of a sheet."""
        return self.sheets.get(self.parts.get(sheet, ""), SheetCells())


def look_at_archive(path: Path, limits: Limits) -> ArchiveFacts:
    """Check the archive of a workbook. Raises SourceRejected if it is damaged or hostile."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members, path.stat().st_size, limits)
            return _look_at_members(archive, members, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise damaged_file() from error


def damaged_file() -> SourceRejected:
    """Return the refusal of a file that is cut off or broken."""
    message = (
        "The file is damaged or was not uploaded whole. Open it in your spreadsheet program, save it, and try again."
    )
    return SourceRejected("damaged_file", message)


def unpacks_too_large(limits: Limits) -> SourceRejected:
    """Return the refusal of an archive that unpacks to more than is allowed."""
    allowed = limits.unpacked_bytes / 1024 / 1024
    message = f"The file unpacks to more than {allowed:,.0f} MB. Save the sheet as CSV, or split it."
    return SourceRejected("unsafe_file", message, limit=limits.unpacked_bytes)


def _check_directory(members: list[zipfile.ZipInfo], size_bytes: int, limits: Limits) -> None:
    if len(members) > MEMBERS_MAX:
        message = f"The workbook consists of {len(members):,} parts; at most {MEMBERS_MAX:,} are read. Save it as CSV."
        raise SourceRejected("unsafe_file", message, limit=MEMBERS_MAX)
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise unpacks_too_large(limits)
    check_ratio(unpacked, size_bytes)
    if any(member.flag_bits & 0x1 for member in members):
        raise password_protected()


def check_ratio(unpacked_bytes: int, size_bytes: int) -> None:
    """Refuse what unpacks to far more than tables do."""
    if unpacked_bytes > RATIO_MATTERS_BYTES and unpacked_bytes > RATIO_MAX * size_bytes:
        raise SourceRejected("unsafe_file", "The file is almost empty but unpacks to a huge size. Save it as CSV.")


def password_protected() -> SourceRejected:
    """Return the refusal of an encrypted file."""
    message = "The file is protected with a password. Save it without the password and upload it again."
    return SourceRejected("password_protected", message)


def holds_workbook(path: Path) -> bool:
    """Tell whether a ZIP archive is a workbook: of Excel's, or an OpenDocument spreadsheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _is_workbook(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise damaged_file() from error


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    names = {name.lower(): name for name in archive.namelist()}
    for part, kind in ((CONTENT_TYPES.lower(), WORKBOOK_TYPE), ("mimetype", SPREADSHEET_TYPE)):
        if part in names:
            with archive.open(names[part]) as file:
                return kind.search(file.read(PIECE_BYTES)) is not None
    return False


def _look_at_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits) -> ArchiveFacts:
    sheets: dict[str, SheetCells] = {}
    formats = digit_formats(archive)
    formatted = _cells_of_styles(formats)
    has_control = asks_for_zeros = False
    unpacked = 0
    for member in members:
        name = member.filename.lower().lstrip("/")
        if not name.endswith((".xml", ".rels", ".bin")):
            continue
        cells = SheetCells()
        if "worksheets/" in name and name.endswith(".xml"):
            sheets[name] = cells
        before = b""
        for piece in pieces_of(archive, member):
            unpacked += len(piece)
            if unpacked > limits.unpacked_bytes:
                raise unpacks_too_large(limits)
            seen = before + piece
            if not name.endswith(".bin"):
                _check_xml(seen)
            # “_x0000_” is how a sheet writes a control character.
            has_control = has_control or b"_x00" in seen
            if name in sheets:
                _count_cells(cells, seen, len(before))
                if formatted:
                    _note_digit_styles(cells, formatted, seen)
            elif name == ODS_MANIFEST and b"encryption-data" in seen:
                raise password_protected()
            elif name in (CONTENT, "styles.xml"):
                asks_for_zeros = asks_for_zeros or ZEROS_ASKED_FOR.search(seen) is not None
            before = piece[-OVERLAP_BYTES:]
    if asks_for_zeros and CONTENT in archive.namelist():
        zeros = {name: SheetCells(digit_styles=columns) for name, columns in shown_zeros(archive).items()}
        return ArchiveFacts(zeros, dict(zip(zeros, zeros, strict=True)), zero_formats(), has_control)
    return ArchiveFacts(sheets, sheet_parts(archive), formats, has_control)


def pieces_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member really unpacks to, whatever size the directory states."""
    member = copy.copy(member)
    # zipfile stops at the stated size; parsers go on to the end of the compressed bytes.
    member.file_size = sys.maxsize
    with archive.open(member) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _check_xml(piece: bytes) -> None:
    if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        piece = piece.replace(b"\x00", b"")
    # Hardly any piece has an exclamation mark, and a plain search is far cheaper than a pattern.
    if b"!" in piece and DOCUMENT_TYPE.search(piece):
        message = (
            "The workbook defines XML entities, as no spreadsheet program does, and was not opened. Save it as CSV."
        )
        raise SourceRejected("unsafe_file", message)


def _count_cells(cells: SheetCells, seen: bytes, before: int) -> None:
    """Count the odd cells that end in the part of `seen` that was not there before."""
    # Most pieces have none, and a plain search is far cheaper than a pattern that begins with a common tag.
    if b't="e"' in seen or b"t='e'" in seen:
        for match in ERROR_CELL.finditer(seen):
            if match.end() > before:
                cells.errors += 1
                cells.first_error_row = cells.first_error_row or _row_of(match)
    if b"f" in seen and (b"<f" in seen or b":f" in seen):
        for match in UNCOMPUTED_CELL.finditer(seen):
            if match.end() > before:
                cells.uncomputed += 1
                cells.first_uncomputed_row = cells.first_uncomputed_row or _row_of(match)
    if b"hidden=" in seen:
        for match in HIDDEN_ROW.finditer(seen):
            if match.end() > before:
                cells.hidden_rows += 1
                number = ROW_NUMBER.search(match[1])
                cells.first_hidden_row = cells.first_hidden_row or (int(number[1]) if number else None)


def _cells_of_styles(formats: dict[int, DigitFormat]) -> re.Pattern[bytes] | None:
    """Return the pattern of cells that have one of these styles; None if there are none."""
    # The place of a style fits into two bytes; spreadsheets have at most 65,490.
    numbers = b"|".join(str(number).encode() for number in formats if number < 2**16)
    if not numbers:
        return None
    return re.compile(rb"""<(?:\w+:)?c\b(?=[^<>]*\bs=["'](""" + numbers + rb""")["'])([^<>]*)>""")


def _note_digit_styles(cells: SheetCells, formatted: re.Pattern[bytes], seen: bytes) -> None:
    for match in formatted.finditer(seen):
        place = CELL_PLACE.search(match[2])
        if place is None:
            continue
        column, row = _column_number(place[1]), int(place[2])
        if row > DIGIT_STYLE_ROWS_MAX or (
            column not in cells.digit_styles and len(cells.digit_styles) >= DIGIT_COLUMNS_MAX
        ):
            continue
        styles = cells.digit_styles.setdefault(column, array("H"))
        if row > len(styles):
            styles.extend([0] * (row - len(styles)))
        styles[row - 1] = int(match[1])


def _column_number(letters: bytes) -> int:
    """Return the place of a column, from 0: 26 for “AA”."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _row_of(match: re.Match[bytes]) -> int | None:
    row = CELL_ROW.search(match[1])
    return int(row[1]) if row else None
