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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.readers.content import unsupported_type
from imports.engine.readers.source import Limits

MEMBERS_MAX = 1_000
# Sheets shrink to a tenth or a thirtieth; only emptiness shrinks to less than this.
RATIO_MAX = 200
RATIO_MATTERS_BYTES = 100 * 1024 * 1024
PIECE_BYTES = 256 * 1024
CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK_TYPE = re.compile(rb"(?:spreadsheetml|ms-excel)\.(?:sheet|template|addin)[\w.]*main", re.IGNORECASE)
# Workbooks need no document type; one is there to define entities that grow without end or name other files.
DOCUMENT_TYPE = re.compile(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\b([^<>]*\bt=["']e["'][^<>]*)>""")
UNCOMPUTED_CELL = re.compile(rb"""<(?:\w+:)?c\b([^<>]*)><(?:\w+:)?f\b(?:[^<>]*/>|[^<]*</(?:\w+:)?f>)</(?:\w+:)?c>""")
CELL_ROW = re.compile(rb"""\br=["'][A-Z]+(\d+)["']""")
# As much as one cell's tags take: what straddles two pieces is looked at with the second.
OVERLAP_BYTES = 1024


@dataclass(slots=True)
class SheetCells:
    """Cells of one sheet that a parser returns as blank."""

    errors: int = 0
    first_error_row: int | None = None
    uncomputed: int = 0  # formulas without a stored value
    first_uncomputed_row: int | None = None


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What the parts of a workbook hold."""

    sheets: dict[str, SheetCells]  # path in the archive → odd cells
    has_control_characters: bool


def look_at_archive(path: Path, limits: Limits) -> ArchiveFacts:
    """Check the archive of a workbook. Raises SourceRejected if it is damaged, hostile or no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_directory(members, path.stat().st_size, limits)
            _check_type(archive)
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
    message = f"The workbook unpacks to more than {allowed:,.0f} MB. Save the sheet as CSV, or split it."
    return SourceRejected("unsafe_file", message, limit=limits.unpacked_bytes)


def _check_directory(members: list[zipfile.ZipInfo], size_bytes: int, limits: Limits) -> None:
    if len(members) > MEMBERS_MAX:
        message = f"The workbook consists of {len(members):,} parts; at most {MEMBERS_MAX:,} are read. Save it as CSV."
        raise SourceRejected("unsafe_file", message, limit=MEMBERS_MAX)
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise unpacks_too_large(limits)
    if unpacked > RATIO_MATTERS_BYTES and unpacked > RATIO_MAX * size_bytes:
        raise SourceRejected("unsafe_file", "The workbook is almost empty but unpacks to a huge size. Save it as CSV.")
    if any(member.flag_bits & 0x1 for member in members):
        raise password_protected()


def password_protected() -> SourceRejected:
    """Return the refusal of an encrypted file."""
    message = "The file is protected with a password. Save it without the password and upload it again."
    return SourceRejected("password_protected", message)


def _check_type(archive: zipfile.ZipFile) -> None:
    names = {name.lower(): name for name in archive.namelist()}
    content_types = names.get(CONTENT_TYPES.lower())
    if content_types is None or not WORKBOOK_TYPE.search(archive.open(content_types).read(PIECE_BYTES)):
        raise unsupported_type()


def _look_at_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], limits: Limits) -> ArchiveFacts:
    sheets: dict[str, SheetCells] = {}
    has_control = False
    unpacked = 0
    for member in members:
        name = member.filename.lower().lstrip("/")
        if not name.endswith((".xml", ".rels", ".bin")):
            continue
        cells = SheetCells()
        if "worksheets/" in name and name.endswith(".xml"):
            sheets[name] = cells
        before = b""
        for piece in _pieces(archive, member):
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
            before = piece[-OVERLAP_BYTES:]
    return ArchiveFacts(sheets, has_control)


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
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


def _row_of(match: re.Match[bytes]) -> int | None:
    row = CELL_ROW.search(match[1])
    return int(row[1]) if row else None
