"""The error log as a CSV file, to be mended in a spreadsheet and sent back."""

from __future__ import annotations

import csv
import io
import tempfile
from itertools import islice
from pathlib import PurePath
from typing import IO, TYPE_CHECKING

from imports import results
from imports.engine.formulas import harmless
from imports.models import ErrorLogEntry, ImportJob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

COLUMNS = ("Import key", "Row", "Level", "Type", "Field", "Message")
# Of a stored line, what is written; what is left out would be half of the work.
LINE_FIELDS = ("row_index", "row_number", "level", "error_type", "field", "error_message", "row_data")
CONTENT_TYPE = "text/csv; charset=utf-8"

# Lines looked up at once, about two blocks of the rows file; fewer of a wide source, to bound what is in memory.
BATCH_LINES = 2_000
BATCH_CELLS = 100_000


def import_key(job: ImportJob, row_index: int) -> str:
    """Return what finds a row again when its corrected line comes back: "<job id>:<row index>".

    It is no secret: it only counts inside its own tenant. It says where the row is, not which line of the log, so that
    it stays the same when a row has several lines and when the log is written anew.
    """
    return f"{job.pk}:{row_index}"


def filename(job: ImportJob) -> str:
    return f"{PurePath(job.filename).stem or 'import'} errors.csv"


def as_file(job: ImportJob, *, error_type: str = "", for_spreadsheet: bool = False) -> IO[bytes]:
    """Return the log as an open temporary file that is gone once closed. Call inside the tenant's scope.

    Written as a whole before anything is sent, so that no transaction waits for a slow client.
    `for_spreadsheet` puts a byte order mark in front: without it Excel reads “José” as “JosÃ©”. Programs do without.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        text = io.TextIOWrapper(file, "utf-8-sig" if for_spreadsheet else "utf-8", newline="")
        entries = results.log_entries(job, error_type=error_type).only(*LINE_FIELDS)
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
