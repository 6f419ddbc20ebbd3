"""The rows behind a number: which they were, what stood in them, what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from contacts.models import Contact
from imports import results
from imports.corrections.models import DRAFT, Correction
from imports.engine.matching import Outcome
from imports.models import ErrorLogEntry, ImportJob
from portals.preview_table import OUTCOMES

ROWS_PER_PAGE = 50

SHOWN_COLUMNS = 30
"""Of the file's columns so many are shown; the mapped ones first."""


class Cell(NamedTuple):
    """One cell of a row."""

    text: str  # what came in
    was: str | None = None  # what stood in the file, where somebody mended it


class Line(NamedTuple):
    """One row of the source."""

    number: int | None  # the source's own; None once the rows file is purged
    outcome: str
    contact: Contact | None
    messages: list[str]  # of the error log
    cells: list[Cell]  # in the order of RowPage.headers


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of rows."""

    headers: list[str]
    lines: list[Line]
    total: int
    number: int  # of the page, from 1

    @property
    def first(self) -> int:
        """The place of the page's first row among them, from 1."""
        return (self.number - 1) * ROWS_PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def has_contacts(self) -> bool:
        return any(line.contact for line in self.lines)

    @property
    def has_messages(self) -> bool:
        return any(line.messages for line in self.lines)


def by_outcome(job: ImportJob, outcome: Outcome, *, page: int) -> RowPage:
    """Return a page of the rows with this outcome, in file order."""
    offset = (page - 1) * ROWS_PER_PAGE
    found = results.rows(job, outcome=outcome, offset=offset, limit=ROWS_PER_PAGE)
    messages = _messages(job, [row.row_index for row in found])
    contacts = _contacts(job, (row.contact_id for row in found))
    mended = _mended(job, [row.row_index for row in found if row.outcome is not Outcome.FAILED])
    headers = shown_headers(job)
    lines = [
        Line(
            row.row,
            OUTCOMES[row.outcome.name.lower()],
            contacts.get(row.contact_id) if row.contact_id else None,
            messages.get(row.row_index, []),
            [_cell(row.values.get(header, ""), mended.get(row.row_index, {}).get(header)) for header in headers],
        )
        for row in found
    ]
    return RowPage(headers if any(row.values for row in found) else [], lines, results.count_of(job, outcome), page)


def _cell(text: str, mended: str | None) -> Cell:
    return Cell(text) if mended is None or mended == text else Cell(mended, text)


def _mended(job: ImportJob, indexes: list[int]) -> dict[int, dict[str, str]]:
    """Return what came in of the rows instead of what stood in them: row index → header → text. One query, or none."""
    if not job.run_no:
        return {}
    sent = Correction.objects.filter(tenant_id=job.tenant_id, import_job=job, row_index__in=indexes, run_no__gt=DRAFT)
    mended: dict[int, dict[str, str]] = {}
    for correction in sent.order_by("run_no"):
        mended.setdefault(correction.row_index, {}).update(correction.values)
    return mended


def by_problem(job: ImportJob, error_type: str, field: str, *, page: int) -> RowPage:
    """Return a page of the error log's lines that say the same of the same field ("": of the row), in file order."""
    entries = results.open_entries(job, error_type=error_type).filter(field=field)
    offset = (page - 1) * ROWS_PER_PAGE
    found = list(entries[offset : offset + ROWS_PER_PAGE])
    values = results.log_values(results.open_rows(job), found)
    headers = shown_headers(job)
    lines = [
        Line(
            entry.row_number,
            "",
            None,
            [entry.error_message],
            [Cell(values[entry.pk].get(header, "")) for header in headers],
        )
        for entry in found
    ]
    return RowPage(headers if any(values.values()) else [], lines, entries.count(), page)


def shown_headers(job: ImportJob) -> list[str]:
    """Return the headers of the columns that a list of rows shows: what came in first, then the others."""
    mapped = {column.header for column in job.mapping.columns if column.field}
    headers = [column["header"] for column in job.columns]
    return sorted(headers, key=lambda header: header not in mapped)[:SHOWN_COLUMNS]


def _messages(job: ImportJob, indexes: list[int]) -> dict[int, list[str]]:
    messages: dict[int, list[str]] = {}
    entries: Iterable[ErrorLogEntry] = results.open_entries(job).filter(row_index__in=indexes)
    for entry in entries:
        messages.setdefault(entry.row_index, []).append(entry.error_message)
    return messages


def _contacts(job: ImportJob, ids: Iterable[UUID | None]) -> dict[UUID, Contact]:
    return Contact.objects.filter(tenant_id=job.tenant_id).in_bulk([found for found in ids if found])
