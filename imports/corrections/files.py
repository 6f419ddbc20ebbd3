"""The corrected error log as a file, saved by whatever spreadsheet: reading its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from imports import error_log, reading, storage
from imports.corrections import services
from imports.corrections.mending import CorrectedRow, headers_of
from imports.corrections.services import Accepted
from imports.engine.formulas import original
from imports.engine.readers import ReadingOptions
from imports.engine.readers.header import unique_headers
from imports.engine.rows_file import RowsFile, open_rows_file
from imports.error_log import KEY_COLUMN, IsErrorLog
from imports.models import ImportJob
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Invalid

BATCH_ROWS = 2_000

# Reading guessed, and a wrong guess would put values into the wrong cells, or leave rows out.
DOUBTFUL = frozenset({"unclosed_quote", "long_row"})


def accept_file(
    job: ImportJob,
    path: Path,
    *,
    user: User | None,
    reading_options: ReadingOptions | None = None,
    run_id: UUID | None = None,
) -> Accepted:
    """Queue the import of the rows of a job's corrected error log: all of them or none.

    Call outside of any tenant_scope(): a child process reads the file. Raises SourceRejected for a file that cannot be
    read, Invalid for one that is no error log of this job, Conflict while the job is under way.
    """
    with storage.scratch_folder() as folder:
        rows_path = folder / "rows"
        summary = reading.read_in_child(path, rows_path, reading_options or ReadingOptions())
        for warning in summary.warnings:
            if warning.code in DOUBTFUL:
                raise Invalid(warning.code, warning.message, row=warning.row)
        rows = open_rows_file(rows_path)
        # Readers of text take back what makes a formula harmless; a workbook saved from such a text has it as it is.
        unescape = original if summary.type == "excel" else str
        return services.accept(job, _batches(job, rows, unescape), user=user, run_id=run_id)


def accept_upload(
    tenant: Tenant,
    log: IsErrorLog,
    path: Path,
    *,
    user: User | None,
    reading_options: ReadingOptions | None = None,
    run_id: UUID | None = None,
) -> tuple[ImportJob, Accepted]:
    """Take an error log that came in as a new file for what it is. Return its job, and what became of its rows."""
    with tenant_scope(tenant):
        job = ImportJob.objects.for_tenant(tenant).select_related("tenant").filter(pk=log.job_id).first()
    if job is None:
        raise Invalid(
            "unknown_import_key",
            "The Import keys in this file are of an import that is not there. Delete the column “Import key” to import "
            "the rows as a file of their own.",
        )
    accepted = accept_file(job, path, user=user, reading_options=reading_options, run_id=run_id)
    with tenant_scope(tenant):
        job.refresh_from_db()
    return job, accepted


def _batches(job: ImportJob, rows: RowsFile, unescape: Callable[[str], str]) -> Iterator[list[CorrectedRow]]:
    """Yield the rows of a corrected error log. Columns that are not the job's are left alone."""
    if KEY_COLUMN not in rows.headers:
        raise Invalid(
            "no_import_key",
            "The file has no column “Import key”, which tells which row is which. Download the error log, correct the "
            "values in it, and send that file.",
        )
    key_at = rows.headers.index(KEY_COLUMN)
    headers = headers_of(job)
    names = {original(name): place for place, name in enumerate(rows.headers)}
    # A column of the source that is called like one of ours got a number when the log was read.
    read_as = unique_headers([*error_log.COLUMNS, *headers], len(error_log.COLUMNS) + len(headers))
    places = {
        header: names[name]
        for header, name in zip(headers, read_as[len(error_log.COLUMNS) :], strict=True)
        if name in names
    }
    for lo in range(0, rows.total_rows, BATCH_ROWS):
        batch = []
        for row_number, cells in zip(*rows.read(lo, lo + BATCH_ROWS), strict=True):
            row_index = _row_index(job, cells[key_at], row_number)
            values = {header: unescape(cells[place]) for header, place in places.items()}
            batch.append(CorrectedRow(row_index, 0, values))
        yield batch


def _row_index(job: ImportJob, text: str, row_number: int) -> int:
    """Return the row that a line's Import key names. Raises Invalid if it is none of the job's."""
    if not text.strip():
        raise Invalid(
            "import_key_missing",
            f"Row {row_number:,} of the file has no Import key. Corrections are of rows in the error log; import new "
            "rows as a file of their own.",
            row=row_number,
        )
    return error_log.row_index_of(job, text)
