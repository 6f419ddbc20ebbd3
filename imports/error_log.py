"""The error log as a CSV file, to be mended in a spreadsheet and sent back."""

from __future__ import annotations

import csv
import io
import tempfile
from itertools import islice
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, NamedTuple
from uuid import UUID

from imports import results
from imports.engine.formulas import harmless
from imports.models import ErrorLogEntry, ImportJob
from irisx.refusals import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from imports.engine.readers import SourceSummary

KEY_COLUMN = "Import key"
COLUMNS = (KEY_COLUMN, "Row", "Level", "Type", "Field", "Message")
# Of a stored line, what is written; what is left out would be half of the work.
LINE_FIELDS = ("row_index", "row_number", "level", "error_type", "field", "error_message", "row_data")
CONTENT_TYPE = "text/csv; charset=utf-8"

NAMED_KEYS = 10
"""So many of the keys that are unknown are named in a refusal."""

# Lines looked up at once, about two blocks of the rows file; fewer of a wide source, to bound what is in memory.
BATCH_LINES = 2_000
BATCH_CELLS = 100_000


def import_key(job: ImportJob, row_index: int) -> str:
    """Return what finds a row again when its corrected line comes back: "<job id>:<row index>".

    It is no secret: it only counts inside its own tenant. It says where the row is, not which line of the log, so that
    it stays the same when a row has several lines and when the log is written anew.
    """
    return f"{job.pk}:{row_index}"


class ImportKey(NamedTuple):
    """What import_key() wrote, read back."""

    job_id: UUID
    row_index: int


def read_import_key(text: str) -> ImportKey | None:
    """Return what an Import key says; None for text that is none."""
    job_id, _, row_index = text.strip().rpartition(":")
    # Not more digits than an integer of the database holds.
    if not (row_index.isascii() and row_index.isdecimal() and len(row_index) < 10):
        return None
    try:
        return ImportKey(UUID(job_id), int(row_index))
    except ValueError:
        return None


class IsErrorLog(Conflict):
    """The file that was uploaded is the error log of an import: its rows belong there, not into a new one."""

    def __init__(self, job_id: UUID) -> None:
        super().__init__(
            "is_error_log",
            "This file is the error log of an import, with the Import keys of its rows. Send it to the corrections of "
            "that import, or delete the column “Import key” to import the rows as a file of their own.",
            job_id=str(job_id),
        )
        self.job_id = job_id


def job_id_in(summary: SourceSummary) -> UUID | None:
    """Return the import whose error log a file is; None for any other file."""
    for column in summary.columns:
        if column.header == KEY_COLUMN and column.values and (key := read_import_key(column.values[0])):
            return key.job_id
    return None


def row_index_of(job: ImportJob, text: str) -> int:
    """Return the row of this job that an Import key names. Raises Invalid for another job's, and for what is none."""
    key = read_import_key(text)
    if key is None or key.job_id != job.pk:
        raise unknown_keys([text])
    return key.row_index


def unknown_keys(keys: Sequence[str]) -> Invalid:
    """Return the refusal of Import keys that are not of a job's error log."""
    named = ", ".join(f"“{key[:100]}”" for key in keys[:NAMED_KEYS])
    rest = f" and {len(keys) - NAMED_KEYS:,} more" if len(keys) > NAMED_KEYS else ""
    return Invalid(
        "unknown_import_key",
        f"The error log of this import has no row with the Import key {named}{rest}. Nothing was imported; send the "
        "rows of its own error log, with their keys as they were.",
        import_keys=[key[:100] for key in keys[:NAMED_KEYS]],
    )


def filename(job: ImportJob) -> str:
    return f"{PurePath(job.filename).stem or 'import'} errors.csv"


def as_file(job: ImportJob, *, error_type: str = "", for_spreadsheet: bool = False) -> IO[bytes]:
    """Return the open lines of the log as an open temporary file that is gone once closed. Inside the tenant's scope.

    Written as a whole before anything is sent, so that no transaction waits for a slow client.
    `for_spreadsheet` puts a byte order mark in front: without it Excel reads “José” as “JosÃ©”. Programs do without.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        text = io.TextIOWrapper(file, "utf-8-sig" if for_spreadsheet else "utf-8", newline="")
        entries = results.open_entries(job, error_type=error_type).only(*LINE_FIELDS)
        _write(job, entries, text)
        text.detach()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _write(job: ImportJob, entries: QuerySet[ErrorLogEntry], file: IO[str]) -> None:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    headers = [column["header"] for column in job.columns]
    writer.writerow([harmless(text) for text in (*COLUMNS, *headers)])
    rows_file = results.open_rows(job)
    batch_lines = max(1, min(BATCH_LINES, BATCH_CELLS // max(1, len(headers))))
    for batch in _batches(entries.iterator(chunk_size=batch_lines), batch_lines):
        values = results.log_values(rows_file, batch)
        for entry in batch:
            row = values[entry.pk]
            line = (
                import_key(job, entry.row_index),
                str(entry.row_number),
                entry.level,
                entry.error_type,
                entry.field,
                entry.error_message,
                *(row.get(header, "") for header in headers),
            )
            writer.writerow([harmless(text) for text in line])


def _batches(entries: Iterator[ErrorLogEntry], lines: int) -> Iterator[list[ErrorLogEntry]]:
    while batch := list(islice(entries, lines)):
        yield batch
