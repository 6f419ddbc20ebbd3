"""Where a run's rows come from: chunks of prepared records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from contacts import services as contact_services
from contacts.fields import CUSTOM_PREFIX, custom_field
from imports import storage
from imports.engine import loader
from imports.engine.errors import CellIssue, RowError
from imports.engine.rows_file import RowsFile
from imports.engine.schema import FieldMapping, Record
from imports.engine.validation import RowPreparer
from imports.models import ImportJob
from irisx.ids import uuid7


@dataclass(frozen=True, slots=True)
class PreparedChunk:
    """Rows lo to hi - 1, each a record or a row error."""

    lo: int
    hi: int
    records: list[Record]
    ids: list[UUID]  # of the contact that each record makes, if it makes one; they rise in file order
    staged: bytes  # the records, ready for the staging table
    errors: list[RowError]
    # Number and cells of row lo + i as read; for the error log.
    row_numbers: list[int]
    cells: list[list[str]]


class ChunkSource(Protocol):
    """Gives any chunk of rows, as often as it is asked."""

    headers: Sequence[str]
    total_rows: int

    def read(self, lo: int, hi: int) -> PreparedChunk:
        """Return rows lo to hi - 1, prepared. Touches no database: it runs in a thread of its own."""

    def refuse(self, row_index: int, reason: str) -> PreparedChunk:
        """Return a chunk of one row that fails for a reason that is not in its cells."""


class RowsFileSource:
    """The rows file of an uploaded source."""

    def __init__(self, rows: RowsFile, preparer: RowPreparer) -> None:
        self.headers: Sequence[str] = rows.headers
        self.total_rows = rows.total_rows
        self._rows = rows
        self._prepare = preparer.prepare

    def read(self, lo: int, hi: int) -> PreparedChunk:
        prepare = self._prepare
        records: list[Record] = []
        errors: list[RowError] = []
        row_numbers: list[int] = []
        cells: list[list[str]] = []
        for row_index, (row_number, row) in enumerate(self._rows.rows(lo, hi), start=lo):
            prepared = prepare(row_index, row_number, row)
            if isinstance(prepared, Record):
                records.append(prepared)
            else:
                errors.append(prepared)
            row_numbers.append(row_number)
            cells.append(row)
        ids = [uuid7() for _ in records]
        return PreparedChunk(lo, hi, records, ids, loader.staged_text(records, ids), errors, row_numbers, cells)

    def refuse(self, row_index: int, reason: str) -> PreparedChunk:
        ((row_number, row),) = self._rows.rows(row_index, row_index + 1)
        error = RowError(row_index, row_number, CellIssue("row_not_loaded", "", reason))
        return PreparedChunk(row_index, row_index + 1, [], [], b"", [error], [row_number], [row])


def of_job(job: ImportJob, mapping: FieldMapping | None = None) -> RowsFileSource:
    """Return a job's source under a field mapping, by default the confirmed one. Call inside the tenant's scope."""
    mapping = mapping or job.mapping
    fields = contact_services.fields_of(job.tenant)
    for column in mapping.columns:
        if column.field and column.field.startswith(CUSTOM_PREFIX) and column.field not in fields:
            # New with this import, or deleted since it was confirmed: the values come in as text.
            fields[column.field] = custom_field(column.field.removeprefix(CUSTOM_PREFIX), column.header)
    rows = storage.open_rows(job)
    preparer = RowPreparer(
        rows.headers,
        _with_date_orders(mapping, job),
        fields,
        default_country=job.options.get("default_country") or job.tenant.default_country,
        hold_invalid=job.options.get("hold_invalid", False),
    )
    return RowsFileSource(rows, preparer)


def _with_date_orders(mapping: FieldMapping, job: ImportJob) -> FieldMapping:
    """Return the mapping with the order of day and month that a column's own dates prove, where nobody said it."""
    proven = {column["header"]: column.get("date_order") for column in job.columns}
    return FieldMapping(
        tuple(replace(column, date_order=column.date_order or proven.get(column.header)) for column in mapping.columns)
    )
