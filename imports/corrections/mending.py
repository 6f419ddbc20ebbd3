"""The rows of a job that can be mended: what is wrong with each, which cells, and whether a correction helps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from imports import results, sources
from imports.engine.errors import CellIssue, RowError
from imports.engine.schema import Record
from imports.engine.validation import RowPreparer
from imports.models import ErrorLogEntry, ImportJob
from imports.options import MATCH_FIELDS

Level = ErrorLogEntry.Level

MENDABLE_WARNING = "invalid_value"
"""The warnings that another value mends; the others tell of something that was decided."""

NOT_MENDABLE = frozenset({"irisx_id"})
"""Fields that decide which contact a row is about: once it is in, another value cannot change that."""


class CorrectedRow(NamedTuple):
    """What somebody sent for one row of a job."""

    row_index: int
    row_number: int  # the source's own, what people see; 0 where it is not known yet
    values: dict[str, str]  # header → text


@dataclass(slots=True)
class MendableRow:
    """A row that the error log tells of, with what is wrong in it still."""

    row_index: int
    row_number: int
    lines: list[ErrorLogEntry] = field(default_factory=list)  # those that are open
    values: dict[str, str] = field(default_factory=dict)  # header → text as it stands; {} once nothing is open

    @property
    def is_failed(self) -> bool:
        return any(line.level == Level.ERROR for line in self.lines)

    @property
    def is_skipped(self) -> bool:
        return any(line.level == Level.DUPLICATE for line in self.lines)

    @property
    def invalid_values(self) -> dict[str, ErrorLogEntry]:
        """Return field key → line, for values that were left out of a row that came in."""
        return {
            line.field: line
            for line in self.lines
            if line.level == Level.WARNING and line.error_type == MENDABLE_WARNING and line.field not in NOT_MENDABLE
        }

    @property
    def is_mendable(self) -> bool:
        return self.is_failed or self.is_skipped or bool(self.invalid_values)


def rows_of(job: ImportJob, indexes: Iterable[int]) -> dict[int, MendableRow]:
    """Return row index → row, for those of the rows that the error log tells of; also of rows with nothing open."""
    entries = ErrorLogEntry.objects.filter(tenant_id=job.tenant_id, import_job=job, row_index__in=list(indexes))
    return rows_from(job, entries.order_by("row_index", "id"))


def rows_from(job: ImportJob, entries: Iterable[ErrorLogEntry]) -> dict[int, MendableRow]:
    """Return row index → row, of all lines of the error log that tell of some rows, in file order."""
    rows: dict[int, MendableRow] = {}
    for entry in entries:
        row = rows.setdefault(entry.row_index, MendableRow(entry.row_index, entry.row_number))
        if entry.resolved_at is None:
            row.lines.append(entry)
    first_lines = [row.lines[0] for row in rows.values() if row.lines]
    # A duplicate's text is in the rows file, which may be erased; another line of the row may have it all the same.
    needs_file = any(line.row_data is None for line in first_lines)
    values = results.log_values(results.open_rows(job) if needs_file else None, first_lines)
    for row in rows.values():
        if row.lines:
            row.values = next((line.row_data for line in row.lines if line.row_data), values[row.lines[0].pk])
    return rows


# Which cells ---------------------------------------------------------------------------------------------------------


def headers_of(job: ImportJob) -> list[str]:
    """Return the columns of a job's source, in its order."""
    return [column["header"] for column in job.columns]


def header_by_field(job: ImportJob) -> dict[str, str]:
    """Return field key → the column that feeds it."""
    return {column.field: column.header for column in job.mapping.columns if column.field}


def wrong_headers(columns: Mapping[str, str], wrong_field: str, error_type: str) -> list[str]:
    """Return the columns to be mended where this is wrong with a row: one, or those that may be.

    `columns`: header_by_field().
    """
    if wrong_field:
        return [columns[wrong_field]] if wrong_field in columns else []
    if error_type == "row_not_loaded":
        return [*columns.values()]
    return [columns[key] for key in MATCH_FIELDS if key in columns]


# Whether it helps ----------------------------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What would become of a row with a correction."""

    is_mended: bool
    message: str  # what is wrong still; "" once it is mended
    field: str  # where


class Mender:
    """Checks and prepares corrected rows of one job, as its import would. Made inside the tenant's scope."""

    def __init__(self, job: ImportJob) -> None:
        self.headers = headers_of(job)
        self._columns = header_by_field(job)
        self._preparer: RowPreparer = sources.preparer_of(job, self.headers)

    def cells_of(self, row: MendableRow, values: Mapping[str, str]) -> list[str]:
        """Return a row's cells with the corrected ones in place."""
        return [values.get(header, row.values.get(header, "")) for header in self.headers]

    def prepare(
        self, row_indexes: Sequence[int], row_numbers: Sequence[int], cells: Sequence[Sequence[str]]
    ) -> tuple[list[Record], list[RowError]]:
        """Return records and row errors, as RowPreparer.prepare() does, of rows that need not follow each other."""
        records, errors = self._preparer.prepare(0, row_numbers, cells)
        return (
            [record._replace(row_index=row_indexes[record.row_index]) for record in records],
            [RowError(row_indexes[error.row_index], error.row_number, error.issue) for error in errors],
        )

    def verdicts(self, rows: Sequence[tuple[MendableRow, Mapping[str, str]]]) -> dict[int, Verdict]:
        """Return row index → what would become of the row with these corrections."""
        cells = [self.cells_of(row, values) for row, values in rows]
        indexes = [row.row_index for row, _ in rows]
        records, errors = self.prepare(indexes, [row.row_number for row, _ in rows], cells)
        issues = {error.row_index: error.issue for error in errors}
        warnings = {record.row_index: record.warnings for record in records}
        return {
            row.row_index: self._verdict(row, values, issues.get(row.row_index), warnings.get(row.row_index, ()))
            for row, values in rows
        }

    def _verdict(
        self, row: MendableRow, values: Mapping[str, str], issue: CellIssue | None, warnings: Sequence[CellIssue]
    ) -> Verdict:
        if issue is not None:
            return Verdict(False, issue.message, issue.field)
        if row.is_failed or row.is_skipped:
            return Verdict(True, "", "")
        # It is in. What was left out of it is mended once it can be read, each value by itself.
        for warning in warnings:
            if warning.field in row.invalid_values and self._columns.get(warning.field) in values:
                return Verdict(False, warning.message, warning.field)
        return Verdict(True, "", "")


def contacts_of(job: ImportJob, indexes: Sequence[int]) -> dict[int, UUID]:
    """Return row index → the contact that the row made or matched, for those whose contact is there still."""
    found = results.contact_ids_of_rows(job, indexes)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contacts WHERE tenant_id = %s AND id = ANY(%s)", [job.tenant_id, [*set(found.values())]]
        )
        there = {contact_id for (contact_id,) in cursor.fetchall()}
    return {row_index: contact_id for row_index, contact_id in found.items() if contact_id in there}
