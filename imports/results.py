"""What became of an import's rows: the rows behind each number, and the error log in groups and pages.

The ledger says which row became what, the rows file what was in it. Call everything inside the tenant's scope.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from imports import storage
from imports.engine.loader import NO_CONTACT
from imports.engine.matching import Outcome
from imports.engine.rows_file import RowsFile
from imports.models import ErrorLogEntry, ImportChunk, ImportJob

EXAMPLES_A_GROUP = 3


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row of the source and what became of it."""

    row_index: int
    row: int | None  # the source's own number; None once the rows file is purged
    outcome: Outcome
    contact_id: UUID | None  # of the contact it made, changed or matched
    values: dict[str, str]  # header → text as read; empty once the rows file is purged

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "row_index": self.row_index,
            "outcome": self.outcome.name.lower(),
            "contact_id": str(self.contact_id) if self.contact_id else None,
            "values": self.values,
        }


class SourceRow(NamedTuple):
    """A row as it was read."""

    row_number: int
    values: dict[str, str]


class _Place(NamedTuple):
    """Where the ledger keeps a row."""

    run_no: int  # of the run that made it what it is: 0 for the import itself
    lo: int  # the first row of its chunk
    row_index: int
    outcome: Outcome


# Rows behind a number ------------------------------------------------------------------------------------------------


def outcome_named(name: str) -> Outcome:
    """Return the outcome that the API and the screens call so; raises KeyError."""
    return Outcome[name.upper()]


def count_of(job: ImportJob, outcome: Outcome | None) -> int:
    """Return how many rows had this outcome so far (None: any), from the job's counts."""
    if outcome is None:
        return job.processed_rows
    counts = {
        Outcome.CREATED: job.created_count,
        Outcome.UPDATED: job.updated_count,
        Outcome.UNCHANGED: job.unchanged_count,
        Outcome.SKIPPED: job.skipped_count,
        Outcome.FAILED: job.error_count,
    }
    return counts[outcome]


def rows(job: ImportJob, *, outcome: Outcome | None, offset: int, limit: int) -> list[RowResult]:
    """Return `limit` of the rows with this outcome (None: any), in file order, after the first `offset` of them.

    Of the ledger, this reads one byte a row up to the last one wanted, and the contact ids of the wanted alone.
    """
    if offset >= count_of(job, outcome):
        return []
    places = _places(job, outcome, offset, limit)
    contact_ids = _contact_ids(job, places)
    texts = source_rows(open_rows(job), [place.row_index for place in places])
    return [
        RowResult(
            row_index=place.row_index,
            row=texts[place.row_index].row_number if place.row_index in texts else None,
            outcome=place.outcome,
            contact_id=contact_ids.get(place.row_index),
            values=texts[place.row_index].values if place.row_index in texts else {},
        )
        for place in places
    ]


def _places(job: ImportJob, outcome: Outcome | None, offset: int, limit: int) -> list[_Place]:
    mended = _Mended(job)
    chunks = ImportChunk.objects.filter(tenant_id=job.tenant_id, import_job=job, run_no=0).order_by("lo")
    if outcome is None:
        # Every row counts, so the row's index says where it is.
        chunks = chunks.filter(hi__gt=offset, lo__lt=offset + limit)
        first = chunks.values_list("lo", flat=True).first()
        offset -= first or 0
    found: list[_Place] = []
    for lo, packed in chunks.values_list("lo", "outcomes").iterator(chunk_size=100):
        outcomes = mended.over(lo, bytes(packed))
        count = len(outcomes) if outcome is None else outcomes.count(outcome)
        if offset >= count:
            offset -= count
            continue
        matching = [at for at, byte in enumerate(outcomes) if outcome is None or byte == outcome]
        wanted = matching[offset : offset + limit - len(found)]
        found += [mended.place(lo + at) or _Place(0, lo, lo + at, Outcome(outcomes[at])) for at in wanted]
        offset = 0
        if len(found) == limit:
            break
    return found


class _Mended:
    """What corrections made of rows that had failed or were skipped: the last run that made something of one decides.

    A row that came in stays counted as what it was, whatever value of it is mended later.
    """

    def __init__(self, job: ImportJob) -> None:
        self._places: dict[int, _Place] = {}
        self._counted: set[int] = set()
        if not job.run_no:
            return
        chunks = ImportChunk.objects.filter(tenant_id=job.tenant_id, import_job=job, run_no__gt=0)
        for run_no, lo, packed in chunks.order_by("run_no", "lo").values_list("run_no", "lo", "outcomes"):
            for at, byte in enumerate(bytes(packed)):
                # Of an earlier run that let the row in, too.
                if byte and not self._is_in(lo + at):
                    self._places[lo + at] = _Place(run_no, lo, lo + at, Outcome(byte))
        self._indexes = sorted(self._places)

    def _is_in(self, row_index: int) -> bool:
        place = self._places.get(row_index)
        return place is not None and place.outcome not in _OUTSIDE

    def over(self, lo: int, outcomes: bytes) -> bytes:
        """Return the outcomes of the import's rows from `lo` on as they are now."""
        if not self._places:
            return outcomes
        first, last = bisect_left(self._indexes, lo), bisect_left(self._indexes, lo + len(outcomes))
        changed = bytearray(outcomes)
        for row_index in self._indexes[first:last]:
            if outcomes[row_index - lo] in _OUTSIDE:
                changed[row_index - lo] = self._places[row_index].outcome
                self._counted.add(row_index)
        return bytes(changed)

    def place(self, row_index: int) -> _Place | None:
        """Return where a row stands that is what corrections made it; after over() of its chunk."""
        return self._places[row_index] if row_index in self._counted else None


_OUTSIDE = (Outcome.FAILED, Outcome.SKIPPED)


def _contact_ids(job: ImportJob, places: Sequence[_Place]) -> dict[int, UUID]:
    """Return row_index → contact, for the rows that have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.row_index, substr(chunk.contact_ids, 16 * (wanted.row_index - wanted.lo) + 1, 16)
            FROM unnest(%s::int[], %s::int[], %s::int[]) AS wanted (run_no, lo, row_index)
            JOIN import_chunks AS chunk
              ON chunk.import_job_id = %s AND chunk.run_no = wanted.run_no AND chunk.lo = wanted.lo
            WHERE chunk.tenant_id = %s
            """,
            [
                [place.run_no for place in places],
                [place.lo for place in places],
                [place.row_index for place in places],
                job.pk,
                job.tenant_id,
            ],
        )
        ids = {row_index: bytes(packed) for row_index, packed in cursor.fetchall()}
    return {row_index: UUID(bytes=packed) for row_index, packed in ids.items() if packed != NO_CONTACT}


def contact_ids_of_rows(job: ImportJob, indexes: Iterable[int]) -> dict[int, UUID]:
    """Return row_index → the contact that the row made, changed or matched last, for the rows that have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (wanted.row_index)
                wanted.row_index, substr(chunk.contact_ids, 16 * (wanted.row_index - chunk.lo) + 1, 16)
            FROM unnest(%s::int[]) AS wanted (row_index)
            JOIN import_chunks AS chunk
              ON chunk.import_job_id = %s AND chunk.lo <= wanted.row_index AND chunk.hi > wanted.row_index
            WHERE chunk.tenant_id = %s AND substr(chunk.contact_ids, 16 * (wanted.row_index - chunk.lo) + 1, 16) <> %s
            ORDER BY wanted.row_index, chunk.run_no DESC
            """,
            [list(indexes), job.pk, job.tenant_id, NO_CONTACT],
        )
        return {row_index: UUID(bytes=bytes(packed)) for row_index, packed in cursor.fetchall()}


# The rows file -------------------------------------------------------------------------------------------------------


def open_rows(job: ImportJob) -> RowsFile | None:
    """Return the job's rows file; None once it is purged."""
    if not job.rows_path:
        return None
    try:
        return storage.open_rows(job)
    except FileNotFoundError:
        return None


def source_rows(rows_file: RowsFile | None, indexes: Iterable[int]) -> dict[int, SourceRow]:
    """Return row_index → the row as read, for these rows. Empty if there is no rows file any more."""
    if rows_file is None:
        return {}
    headers = rows_file.headers
    return {
        row_index: SourceRow(row_number, dict(zip(headers, cells, strict=True)))
        for row_index, row_number, cells in rows_file.pick(indexes)
    }


# The error log -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """All lines of an error log that say the same of the same field."""

    level: str  # "error", "duplicate" or "warning"
    type: str
    field: str  # field key; "" if it concerns the whole row
    count: int
    examples: tuple[tuple[int, str], ...]  # (row number, message) of the first ones


def error_groups(job: ImportJob) -> list[ErrorGroup]:
    """Return the open lines of the error log in groups, the largest first, errors before duplicates before warnings."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind.level, kind.error_type, kind.field, kind.count, examples.row_numbers, examples.messages
            FROM (
                SELECT level, error_type, field, count(*) AS count, min(row_index) AS first_row
                FROM import_errors
                WHERE tenant_id = %(tenant_id)s AND import_job_id = %(job_id)s AND resolved_at IS NULL
                GROUP BY level, error_type, field
            ) AS kind
            CROSS JOIN LATERAL (
                SELECT array_agg(row_number) AS row_numbers, array_agg(error_message) AS messages
                FROM (
                    -- From the first row on, in the order of the index: ends as soon as it has enough.
                    SELECT row_number, error_message
                    FROM import_errors
                    WHERE tenant_id = %(tenant_id)s AND import_job_id = %(job_id)s AND resolved_at IS NULL
                      AND level = kind.level AND error_type = kind.error_type AND field = kind.field
                      AND row_index >= kind.first_row
                    ORDER BY row_index, id
                    LIMIT %(examples)s
                ) AS first_ones
            ) AS examples
            ORDER BY array_position(ARRAY['error', 'duplicate', 'warning'], kind.level::text), kind.count DESC,
                     kind.error_type, kind.field
            """,
            {"tenant_id": job.tenant_id, "job_id": job.pk, "examples": EXAMPLES_A_GROUP},
        )
        return [
            ErrorGroup(level, kind, field, count, tuple(zip(row_numbers, messages, strict=True)))
            for level, kind, field, count, row_numbers, messages in cursor.fetchall()
        ]


def log_entries(job: ImportJob, *, error_type: str = "") -> QuerySet[ErrorLogEntry]:
    """Return the lines of a job's error log in file order; "" for every type."""
    entries = ErrorLogEntry.objects.filter(tenant_id=job.tenant_id, import_job=job).order_by("row_index", "id")
    return entries.filter(error_type=error_type) if error_type else entries


def open_entries(job: ImportJob, *, error_type: str = "") -> QuerySet[ErrorLogEntry]:
    """Return the lines of a job's error log that nothing was done about yet, in file order."""
    return log_entries(job, error_type=error_type).filter(resolved_at=None)


def log_values(rows_file: RowsFile | None, entries: Iterable[ErrorLogEntry]) -> dict[UUID, dict[str, str]]:
    """Return for each line (by its id) the row as read: as kept with the line, else from the rows file."""
    entries = list(entries)
    texts = source_rows(rows_file, [entry.row_index for entry in entries if entry.row_data is None])
    return {
        entry.pk: entry.row_data or (texts[entry.row_index].values if entry.row_index in texts else {})
        for entry in entries
    }
