"""Readers turn the bytes of a source into rows: text with the row number of the source."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.readers.content import Content, content_of
from imports.engine.readers.source import (
    Limits,
    ReadingOptions,
    SourceColumn,
    SourceSummary,
    SourceWarning,
)

__all__ = ["Limits", "ReadingOptions", "SourceColumn", "SourceSummary", "SourceWarning", "read_source"]


def read_source(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Write the rows of a file to a rows file and return what the file holds. Raises SourceRejected.

    Parsers of foreign formats can take all memory or abort the process: call this in the child (imports/reading.py).
    """
    size_bytes = path.stat().st_size
    if size_bytes > limits.size_bytes:
        raise file_too_large(size_bytes, limits)
    content = content_of(path)
    # Each reader is imported when its file comes: the child starts anew for every file.
    if content is Content.ZIP:
        from imports.engine.readers.archive import holds_workbook

        if not holds_workbook(path):
            return _read_packed(path, rows_path, options, limits)
    return _read(content, path, rows_path, options, limits)


def _read(content: Content, path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    if content is Content.DELIMITED:
        from imports.engine.readers.delimited import read_delimited

        return read_delimited(path, rows_path, options, limits)
    if content is Content.HTML:
        from imports.engine.readers.html import read_html

        return read_html(path, rows_path, options, limits)
    if content is Content.SPREADSHEET_XML:
        from imports.engine.readers.spreadsheet_xml import read_spreadsheet_xml

        return read_spreadsheet_xml(path, rows_path, options, limits)
    if content is Content.VCARD:
        from imports.engine.readers.vcard import read_vcard

        return read_vcard(path, rows_path, options, limits)
    from imports.engine.readers.excel import read_excel

    return read_excel(path, rows_path, options, limits, is_zip=content is Content.ZIP)


def _read_packed(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Read the table that is in an archive."""
    from imports.engine.readers.content import unsupported_type
    from imports.engine.readers.packed import is_named_as_table, nested, unpack_table

    target = rows_path.with_name(f"{rows_path.name}.unpacked")
    try:
        unpacked = unpack_table(path, target, limits)
        content = content_of(unpacked.path)
        if content in (Content.ZIP, Content.OLE):
            raise nested(unpacked)
        try:
            summary = _read(content, unpacked.path, rows_path, options, limits)
        except SourceRejected as rejected:
            # A line or two of text, called neither a table nor text: an archive of something else.
            if rejected.code == "empty_file" and not is_named_as_table(unpacked):
                raise unsupported_type() from rejected
            raise
    finally:
        target.unlink(missing_ok=True)
    return replace(
        summary,
        file_info={**summary.file_info, "packed_in": "zip", "member": unpacked.name},
        warnings=(*unpacked.warnings, *summary.warnings),
    )


def file_too_large(size_bytes: int, limits: Limits) -> SourceRejected:
    """Return the refusal of a file over the size limit."""
    found, allowed = size_bytes / 1024 / 1024, limits.size_bytes / 1024 / 1024
    message = f"The file has {found:,.1f} MB; at most {allowed:,.0f} MB are allowed. Split it into several files."
    return SourceRejected("file_too_large", message, limit=limits.size_bytes)
