"""Tells what a file is by its bytes. Its name says nothing: systems export HTML as .xls, and people rename."""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from pathlib import Path

from imports.engine.errors import SourceRejected

HEAD_BYTES = 4096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What people pick by mistake, by its first bytes. A table may begin with the same letters (“ID3”), but not with control
# characters after them.
FOREIGN = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"OggS", b"ID3",  # pictures, sounds, films
    b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PAR1",  # archives
    b"MZ", b"\x7fELF", b"SQLite format 3",  # programs, databases
)  # fmt: skip
FOREIGN_TEXT = (b"%PDF-", b"{\\rtf", b"MIME-Version:")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype html|html|head|body|table|meta|div)\b",
    re.IGNORECASE | re.DOTALL,
)
VCARD = re.compile(r"\s*BEGIN:VCARD\s*(?:\n|\r|$)", re.IGNORECASE)
CALENDAR = re.compile(r"\s*BEGIN:VCALENDAR", re.IGNORECASE)
JSON = re.compile(r'\s*(?:\{\s*(?:"[^"\n]*"\s*:|\})|\[\s*(?:[{\[\]]|"[^"\n]*"\s*[,\]]|-?\d))')
SPREADSHEET_XML = re.compile(
    r"\s*<(?:[^<]*<){0,20}?(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet"
)
XML = re.compile(r"\s*<\?xml\b|\s*<[A-Za-z][\w:-]*(?:\s[^>]*)?>[^,;\t|]*</")


class Content(StrEnum):
    """The kinds of file that can be read."""

    DELIMITED = "delimited"
    ZIP = "zip"  # perhaps a workbook
    OLE = "ole"  # an old or an encrypted workbook
    HTML = "html"
    SPREADSHEET_XML = "spreadsheet_xml"  # Excel 2003
    VCARD = "vcard"


def content_of(path: Path) -> Content:
    """Return what a file holds. Raises SourceRejected("empty_file" or "unsupported_type")."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        if path.stat().st_size <= HEAD_BYTES:
            raise SourceRejected(
                "empty_file", "The file is empty. Choose a file with column names and at least one row."
            )
        return Content.DELIMITED
    if head.startswith(ZIP):
        return Content.ZIP
    if head.startswith(OLE):
        return Content.OLE
    if head.startswith(FOREIGN_TEXT) or (head.startswith(FOREIGN) and CONTROL.search(head)):
        raise unsupported_type()
    text = _as_text(head)
    if HTML.match(text):
        return Content.HTML
    if SPREADSHEET_XML.match(text):
        return Content.SPREADSHEET_XML
    if VCARD.match(text):
        return Content.VCARD
    if CALENDAR.match(text) or JSON.match(text) or XML.match(text) or _is_binary(text):
        raise unsupported_type()
    return Content.DELIMITED


def unsupported_type() -> SourceRejected:
    """Return the refusal of what is no table; clients match on its message."""
    return SourceRejected("unsupported_type", "Invalid file type. Only CSV and Excel files allowed.")


def _as_text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return head.decode("utf-32", "replace")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").lstrip("\ufeff")
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 8 and min(even, odd) * 4 < max(even, odd):
        return head.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    return head.decode("utf-8-sig", "replace") if head.startswith(b"\xef\xbb\xbf") else head.decode("latin-1")


def _is_binary(text: str) -> bool:
    """Say whether the text has more control characters than a damaged table would."""
    strange = sum(1 for character in text if character < " " and character not in "\t\r\n\x1b\x1f")
    return strange * 10 > len(text)
