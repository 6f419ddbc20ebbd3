"""Where a run's rows come from: chunks of prepared records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from contacts import services as contact_services
from contacts.fields import CUSTOM_PREFIX, custom_field
from imports import storage
from imports.engine import loader
from imports.engine.errors import CellIssue, RowError
from imports.engine.matching import ContactId, entangled_places
from imports.engine.normalize.text import quoted
from imports.engine.rows_file import RowsFile
from imports.engine.schema import FieldMapping, Record
from imports.engine.validation import RowPreparer
from imports.models import ImportJob
from imports.options import MATCH_FIELDS
from irisx.ids import uuid7s

CHUNK_BYTES_MAX = 1_500_000
"""Of a chunk's cells as text: a runner has two chunks in memory at once, and of each the cells more than once."""


@dataclass(frozen=True, slots=True)
class PreparedChunk:
    """Rows lo to hi - 1, each a record or a row error."""

    lo: int
    hi: int
    records: list[Record]
    ids: list[ContactId]  # of the contact that each record makes, if it makes one; they rise in file order
    staged: bytes  # the records, ready for the staging table
    errors: list[RowError]
    # Number and cells of row lo + i as read; for the error log.
    row_numbers: list[int]
    cells: list[list[str]]
    entangled: list[int]  # as entangled_places() returns them


class ChunkSource(Protocol):
    """Gives any chunk of rows, as often as it is asked."""

    headers: Sequence[str]
    total_rows: int

    def end_of_chunk(self, lo: int, hi: int) -> int:
        """Return where a chunk ends that begins at row `lo`: at `hi`, or before, where its cells grow too large."""

    def read(self, lo: int, hi: int) -> PreparedChunk:
        """Return rows lo to hi - 1, prepared. Touches no database: it runs in a thread of its own."""

    def refuse(self, row_index: int, reason: str) -> PreparedChunk:
        """Return a chunk of one row that fails for a reason that is not in its cells."""


class RowsFileSource:
    """The rows file of a job."""

    def __init__(self, rows: RowsFile, preparer: RowPreparer, mapping: FieldMapping, *, hold_invalid: bool) -> None:
        self.headers: Sequence[str] = rows.headers
        self.total_rows = rows.total_rows
        self._rows = rows
        self._preparer = preparer
        self._fields = {column.header: column.field for column in mapping.columns}
        self._hold_invalid = hold_invalid

    def end_of_chunk(self, lo: int, hi: int) -> int:
        return self._rows.end_within(lo, hi, CHUNK_BYTES_MAX)

    def read(self, lo: int, hi: int) -> PreparedChunk:
        row_numbers, cells = self._rows.read(lo, hi)
        records, errors = self._preparer.prepare(lo, row_numbers, cells)
        if self._rows.left_out:
            records, errors = self._say_what_is_left_out(records, errors)
            self._show_what_is_left_out(lo, cells)
        ids = uuid7s(len(records))
        staged = loader.staged_text(records, ids)
        return PreparedChunk(lo, hi, records, ids, staged, errors, row_numbers, cells, entangled_places(records))

    def _say_what_is_left_out(
        self, records: list[Record], errors: list[RowError]
    ) -> tuple[list[Record], list[RowError]]:
        """Return records and errors with an issue for each value that no cell could hold."""
        errors = [self._blamed(error) for error in errors]
        kept = []
        for record in records:
            issues = self._issues(record.row_index)
            if issues and self._hold_invalid:
                held = CellIssue("held_invalid", issues[0].field, issues[0].message)
                errors.append(RowError(record.row_index, record.row_number, held))
            else:
                kept.append(record._replace(warnings=(*record.warnings, *issues)) if issues else record)
        return kept, errors

    def _blamed(self, error: RowError) -> RowError:
        """Return the error, of the value that was left out if that is why there is neither e-mail address nor phone."""
        for issue in self._issues(error.row_index):
            if error.issue.type == "no_contact_point" and issue.field in MATCH_FIELDS:
                return replace(error, issue=replace(issue, type=f"invalid_{issue.field}"))
        return error

    def _issues(self, row_index: int) -> list[CellIssue]:
        return [
            CellIssue(
                "invalid_value",
                field,
                f"“{header}” is {quoted(text)}, which is no single value. Send text, a number, true, false or null.",
            )
            for header, text in self._rows.left_out.get(row_index, {}).items()
            if (field := self._fields.get(header))
        ]

    def _show_what_is_left_out(self, lo: int, cells: list[list[str]]) -> None:
        """Put it into the cells, for the error log."""
        for place, row in enumerate(cells):
            for header, text in self._rows.left_out.get(lo + place, {}).items():
                row[self.headers.index(header)] = text

    def refuse(self, row_index: int, reason: str) -> PreparedChunk:
        ((row_number, row),) = self._rows.rows(row_index, row_index + 1)
        error = RowError(row_index, row_number, CellIssue("row_not_loaded", "", reason))
        return PreparedChunk(row_index, row_index + 1, [], [], b"", [error], [row_number], [row], [])


def of_job(job: ImportJob, mapping: FieldMapping | None = None) -> RowsFileSource:
    """Return a job's source under a field mapping, by default the confirmed one. Call inside the tenant's scope."""
    mapping = mapping or job.mapping
    rows = storage.open_rows(job)
    preparer = preparer_of(job, rows.headers, mapping)
    return RowsFileSource(rows, preparer, mapping, hold_invalid=job.options.get("hold_invalid", False))


def preparer_of(job: ImportJob, headers: Sequence[str], mapping: FieldMapping | None = None) -> RowPreparer:
    """Return what makes records of rows under these headers, as of_job() reads them."""
    mapping = mapping or job.mapping
    fields = contact_services.fields_of(job.tenant)
    for column in mapping.columns:
        if column.field and column.field.startswith(CUSTOM_PREFIX) and column.field not in fields:
            # New with this import, or deleted since it was confirmed: the values come in as text.
            fields[column.field] = custom_field(column.field.removeprefix(CUSTOM_PREFIX), column.header)
    return RowPreparer(
        headers,
        _with_date_orders(mapping, job),
        fields,
        default_country=job.options.get("default_country") or job.tenant.default_country,
        hold_invalid=job.options.get("hold_invalid", False),
    )


def _with_date_orders(mapping: FieldMapping, job: ImportJob) -> FieldMapping:
    """Return the mapping with the order of day and month that a column's own dates prove, where nobody said it."""
    proven = {column["header"]: column.get("date_order") for column in job.columns}
    return FieldMapping(
        tuple(replace(column, date_order=column.date_order or proven.get(column.header)) for column in mapping.columns)
    )
