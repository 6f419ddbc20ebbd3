"""Unpacks a ZIP archive that holds one table: what many systems hand out as an export."""

from __future__ import annotations

import errno
import lzma
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from imports.engine.errors import SourceRejected
from imports.engine.readers.archive import (
    check_ratio,
    damaged_file,
    password_protected,
    pieces_of,
    unpacks_too_large,
)
from imports.engine.readers.content import unsupported_type
from imports.engine.readers.source import Limits, SourceWarning
from imports.engine.readers.table import empty_file

# What programs put beside the files that people pack.
CLUTTER = frozenset({"thumbs.db", "desktop.ini"})
# Signs of a document of another kind that happens to be a ZIP archive: Office, OpenDocument and EPUB, Java.
DOCUMENT_PARTS = frozenset({"[content_types].xml", "mimetype", "meta-inf/manifest.mf"})
TEXT_TABLES = frozenset({".csv", ".tsv", ".tab", ".vcf"})
TABLES = TEXT_TABLES | {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
NAMES_SHOWN = 5
UTF8_NAME = 0x800  # flag of a member whose name is in UTF-8; cp437 else


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The file that was in an archive."""

    path: Path
    name: str  # in the archive
    warnings: tuple[SourceWarning, ...]


def unpack_table(path: Path, target: Path, limits: Limits) -> Unpacked:
    """Write the one table of an archive to `target`. Raises SourceRejected if there is none, or several."""
    try:
        with zipfile.ZipFile(path) as archive:
            chosen, warnings = _choose(archive)
            if chosen.flag_bits & 0x1:
                raise password_protected()
            if chosen.file_size > limits.unpacked_bytes:
                raise unpacks_too_large(limits)
            check_ratio(chosen.file_size, path.stat().st_size)
            size_bytes = 0
            with target.open("wb") as file:
                for piece in pieces_of(archive, chosen):
                    size_bytes += len(piece)
                    if size_bytes > limits.unpacked_bytes:
                        raise unpacks_too_large(limits)
                    file.write(piece)
            check_ratio(size_bytes, path.stat().st_size)
            return Unpacked(target, _shown(chosen), warnings)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError) as error:
        raise damaged_file() from error
    except OSError as error:
        # The directory says that the member begins before the file does. Anything else is a matter of the disk.
        if error.errno != errno.EINVAL:
            raise
        raise damaged_file() from error


def _choose(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, tuple[SourceWarning, ...]]:
    """Return the member to read: the only one, or the only text table among others that are no tables."""
    if DOCUMENT_PARTS & {name.lower() for name in archive.namelist()}:
        raise unsupported_type()
    members = [member for member in archive.infolist() if not _is_clutter(member)]
    if not members:
        raise empty_file("The archive holds no file. Upload the file with the contacts.")
    if len(members) == 1:
        return members[0], ()
    tables = [member for member in members if _ending(member) in TABLES]
    if len(tables) != 1 or _ending(tables[0]) not in TEXT_TABLES:
        raise several_files(members)
    left_out = _listed(members, tables[0])
    message = f"“{_shown(tables[0])}” was read. The archive holds more, which was left out: {left_out}."
    return tables[0], (SourceWarning("archive_members", message, None, needs_review=False),)


def several_files(members: list[zipfile.ZipInfo]) -> SourceRejected:
    """Return the refusal of an archive in which it is not clear what to read; it names what is in it."""
    return SourceRejected(
        "unsupported_type",
        f"{unsupported_type().message} The archive holds several files: {_listed(members)}. Upload the one with the "
        "contacts by itself.",
    )


def is_named_as_table(unpacked: Unpacked) -> bool:
    """Tell whether the member's name says that it is a table, or text that may hold one."""
    return PurePosixPath(unpacked.name.lower()).suffix in TABLES | {".txt"}


def nested(unpacked: Unpacked) -> SourceRejected:
    """Return the refusal of an archive or workbook inside the archive."""
    return SourceRejected(
        "unsupported_type",
        f"{unsupported_type().message} The archive holds “{unpacked.name}”, which is an archive or a workbook itself. "
        "Unpack it and upload that.",
    )


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    return member.is_dir() or "__MACOSX" in name.parts or name.name.startswith(".") or name.name.lower() in CLUTTER


def _ending(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename.lower()).suffix


def _listed(members: list[zipfile.ZipInfo], but: zipfile.ZipInfo | None = None) -> str:
    names = [f"“{_shown(member)}”" for member in members if member is not but]
    more = f" and {len(names) - NAMES_SHOWN:,} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more


def _shown(member: zipfile.ZipInfo) -> str:
    """Return a member's name for people. Windows writes UTF-8 at times without saying so."""
    name = member.filename
    if not member.flag_bits & UTF8_NAME and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return "".join(letter for letter in name if letter.isprintable())[:100]
