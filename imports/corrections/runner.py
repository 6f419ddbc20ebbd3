"""Corrections as a second source of the one runner: rows of a run in, and counts of the job moved by them.

A chunk's transaction takes the tenant's lock, then the run's row (the fence), then the job's. Everything that is
decided about a row is decided under these locks: a row that was mended meanwhile is left alone, so none comes in twice.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from imports import holding
from imports import services as job_services
from imports.corrections import mending, services
from imports.corrections.mending import MendableRow, Mender
from imports.corrections.models import DRAFT, Correction, CorrectionRun
from imports.cursors import engine_cursor
from imports.engine import loader
from imports.engine.errors import CellIssue, EngineError, RowError
from imports.engine.matching import COLUMNS, Outcome, Plan, columns_of, entangled_places, plan_chunk
from imports.engine.schema import CUSTOM_PREFIX, DuplicateStrategy, Record
from imports.models import ErrorLogEntry, ImportJob
from imports.pace import CHUNK_CELLS_MAX, Pace
from imports.progress import publisher
from imports.runner import GivenUp, LostJob, Stop, is_poisonous, nothing, run, tune_interpreter
from imports.sources import PreparedChunk
from irisx.accounts.tenancy import ALL, lock_tenant, tenant_scope
from irisx.ids import uuid7s

Watch = Callable[[ImportJob, CorrectionRun | None], None]
"""Told of the job and of its run after each commit, as committed; None once the run is at its end."""

WINDOW_ROWS = 20_000
"""So many rows are read into memory for one slice at most; fewer of a wide source."""

LEDGER_SPAN = 10_000
"""A line of the ledger has a byte for each row between its first and its last: corrected rows lie far apart."""

_COUNTS = {
    Outcome.CREATED: "created_count",
    Outcome.UPDATED: "updated_count",
    Outcome.UNCHANGED: "unchanged_count",
    Outcome.SKIPPED: "skipped_count",
    Outcome.FAILED: "error_count",
}


# Where the rows come from --------------------------------------------------------------------------------------------


class CorrectionsSource:
    """The rows of a run from its checkpoint on, as many as one slice may hold. Rows are counted within the run."""

    def __init__(self, run: CorrectionRun) -> None:
        """Read the rows. Call inside the tenant's scope; read() and refuse() touch no database."""
        job = run.import_job
        self._mender = Mender(job)
        self.headers: Sequence[str] = self._mender.headers
        self._first = run.row_index
        window = max(1, min(WINDOW_ROWS, CHUNK_CELLS_MAX // max(1, len(self.headers))))
        corrections = Correction.objects.filter(tenant_id=run.tenant_id, import_job=job, run_no=run.run_no)
        found = list(corrections.order_by("row_index")[self._first : self._first + window])
        self.row_indexes = [correction.row_index for correction in found]
        self._row_numbers = [correction.row_number for correction in found]
        rows = mending.rows_of(job, self.row_indexes)
        self._cells = [self._mender.cells_of(rows[one.row_index], one.values) for one in found]
        self.total_rows = self._first + len(found)

    def end_of_chunk(self, lo: int, hi: int) -> int:
        """Return `hi`: all rows of the slice are in memory already."""
        return hi

    def read(self, lo: int, hi: int) -> PreparedChunk:
        """Return rows lo to hi - 1 of the run, prepared; records and errors have the row indexes of the job."""
        own = slice(lo - self._first, hi - self._first)
        row_numbers, cells = self._row_numbers[own], self._cells[own]
        records, errors = self._mender.prepare(self.row_indexes[own], row_numbers, cells)
        # Which of them are staged, and how, is known under the tenant's lock only.
        ids, entangled = uuid7s(len(records)), entangled_places(records)
        return PreparedChunk(lo, hi, records, ids, b"", errors, row_numbers, cells, entangled)

    def refuse(self, row_index: int, reason: str) -> PreparedChunk:
        """Return a chunk of one row of the run that fails for a reason that is not in its cells."""
        place = row_index - self._first
        error = RowError(self.row_indexes[place], self._row_numbers[place], CellIssue("row_not_loaded", "", reason))
        return PreparedChunk(
            row_index, row_index + 1, [], [], b"", [error], [self._row_numbers[place]], [self._cells[place]], []
        )

    def indexes(self, chunk: PreparedChunk) -> list[int]:
        """Return the row indexes that a chunk's rows have in the job."""
        return self.row_indexes[chunk.lo - self._first : chunk.hi - self._first]


# What becomes of them ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Results:
    """What became of a chunk's rows, and what the error log says of them from now on."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)  # by row index; rows that were left alone are missing
    contact_ids: dict[int, bytes] = field(default_factory=dict)
    resolved: list[UUID] = field(default_factory=list)  # lines of the error log
    replaced: list[UUID] = field(default_factory=list)  # lines that others stand for now
    lines: list[tuple[int, int, str, CellIssue]] = field(default_factory=list)  # row index, row number, level, issue
    moves: list[tuple[Outcome, Outcome]] = field(default_factory=list)  # of rows that count as something else now
    duplicate_count: int = 0
    mended_rows: set[int] = field(default_factory=set)


class CorrectionsSink:
    """Loads the chunks of one claimed run into the job that they come from."""

    def __init__(self, run: CorrectionRun, source: CorrectionsSource, watch: Watch) -> None:
        self._run_id: UUID = run.pk
        self._epoch = run.epoch
        self._total_rows = run.total_rows
        self._source = source
        self._watch = watch
        job = run.import_job
        self._target = loader.Target(
            tenant_id=run.tenant_id,
            job_id=job.pk,
            strategy=DuplicateStrategy(job.duplicate_strategy),
            match_fields=tuple(job.duplicate_match_fields),
            run_no=run.run_no,
        )

    def open_next(self) -> None:
        """Return None: which rows are staged, and how, is known under the tenant's lock only."""

    def write(
        self,
        chunk: PreparedChunk,
        *,
        is_last_of_slice: bool,
        meanwhile: Callable[[], None] = nothing,
    ) -> None:
        """Store one chunk and move the checkpoint. Raises Stop if the run is over, LostJob if it is not ours."""
        # What was read for this slice ends here: the next slice reads on.
        is_last_of_slice = is_last_of_slice or chunk.hi == self._source.total_rows
        with tenant_scope(self._target.tenant_id), engine_cursor() as cursor:
            lock_tenant(self._target.tenant_id)
            run, job = self._pass_fence(chunk.lo)
            meanwhile()
            clock = cursor.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
            # Never before the job's beginning, should somebody have put the clock back: see update_pairs.sql.
            now = max(clock, job.started_at or clock)
            results = self._load(cursor, job, chunk, now)
            _count(job, results)
            self._checkpoint(run, job, chunk.hi, len(results.mended_rows), now, is_last_of_slice=is_last_of_slice)
        is_over = run.status != CorrectionRun.Status.PROCESSING
        self._watch(job, None if is_over else run)
        if is_over or is_last_of_slice:
            raise Stop

    def _pass_fence(self, lo: int) -> tuple[CorrectionRun, ImportJob]:
        """Return run and job, locked, if the run is still ours and stands at its row `lo`. Raises LostJob."""
        held = CorrectionRun.objects.filter(
            pk=self._run_id, epoch=self._epoch, row_index=lo, status=CorrectionRun.Status.PROCESSING
        )
        run = held.select_for_update(no_key=True).first()
        if run is None:
            raise LostJob
        jobs = ImportJob.objects.filter(pk=run.import_job_id, deleted_at=None)
        job = jobs.select_for_update(no_key=True).first()
        if job is None:
            raise LostJob
        return run, job

    def _load(self, cursor: psycopg.Cursor[Any], job: ImportJob, chunk: PreparedChunk, now: datetime) -> _Results:
        target = replace(self._target, list_id=job.target_list_id)
        indexes = self._source.indexes(chunk)
        rows = mending.rows_of(job, indexes)
        cells = dict(zip(indexes, chunk.cells, strict=True))
        results = _Results()
        for error in chunk.errors:
            _leave_wrong(results, rows[error.row_index], error.issue, self._row_data(cells[error.row_index]))
        self._import_anew(cursor, target, rows, chunk, now, results)
        self._write_left_out(cursor, target, job, rows, chunk, now, results)
        _write_log(cursor, target, results, {index: self._row_data(cells[index]) for index in indexes}, now)
        _write_ledger(cursor, target, results)
        # What was mended here is no longer to be mended there.
        drafts = Correction.objects.filter(tenant_id=target.tenant_id, import_job=job, run_no=DRAFT)
        drafts.filter(row_index__in=results.mended_rows).delete()
        return results

    def _row_data(self, cells: Sequence[str]) -> dict[str, str]:
        return dict(zip(self._source.headers, cells, strict=True))

    def _import_anew(
        self,
        cursor: psycopg.Cursor[Any],
        target: loader.Target,
        rows: dict[int, MendableRow],
        chunk: PreparedChunk,
        now: datetime,
        results: _Results,
    ) -> None:
        """Import the rows that have not come in, as the job would have."""
        cells = dict(zip(self._source.indexes(chunk), chunk.cells, strict=True))
        anew = [
            (record, contact_id)
            for record, contact_id in zip(chunk.records, chunk.ids, strict=True)
            if rows[record.row_index].is_failed or rows[record.row_index].is_skipped
        ]
        if not anew:
            return
        records, ids = [record for record, _ in anew], [contact_id for _, contact_id in anew]
        plan = _write_contacts(cursor, target, records, ids, now)
        results.duplicate_count += plan.duplicate_count
        said = {entry.row_index: entry for entry in plan.log if entry.level == "error"}
        for record, outcome, contact in zip(records, plan.outcomes, plan.contact_ids, strict=True):
            row = rows[record.row_index]
            if outcome is Outcome.FAILED:
                _leave_wrong(results, row, said[row.row_index].issue, self._row_data(cells[row.row_index]))
                continue
            _move(results, row, outcome)
            results.contact_ids[row.row_index] = contact or loader.NO_CONTACT
            results.mended_rows.add(row.row_index)
            results.resolved += [line.pk for line in row.lines]
            if outcome is not Outcome.SKIPPED:
                results.lines += [(row.row_index, row.row_number, "warning", issue) for issue in record.warnings]
        results.lines += [
            (entry.row_index, entry.row_number, entry.level, entry.issue)
            for entry in plan.log
            if entry.level != "error"
        ]

    def _write_left_out(
        self,
        cursor: psycopg.Cursor[Any],
        target: loader.Target,
        job: ImportJob,
        rows: dict[int, MendableRow],
        chunk: PreparedChunk,
        now: datetime,
        results: _Results,
    ) -> None:
        """Write mended values into the contacts of rows that came in without them, and nothing else of those rows.

        Whatever else the contact has may be newer than the file. The row stays counted as what it was.
        """
        cells = dict(zip(self._source.indexes(chunk), chunk.cells, strict=True))
        records, ids = [], []
        came_in = [
            (record, contact_id)
            for record, contact_id in zip(chunk.records, chunk.ids, strict=True)
            if not rows[record.row_index].is_failed
            and not rows[record.row_index].is_skipped
            and rows[record.row_index].invalid_values
        ]
        contacts = mending.contacts_of(job, [record.row_index for record, _ in came_in]) if came_in else {}
        for record, new_id in came_in:
            row = rows[record.row_index]
            wrong = {issue.field: issue for issue in record.warnings}
            mended = row.invalid_values.keys() - wrong.keys()
            for key, line in row.invalid_values.items():
                if key in mended:
                    results.resolved.append(line.pk)
                elif _is_news(line, wrong[key], self._row_data(cells[row.row_index])):
                    results.replaced.append(line.pk)
                    results.lines.append((row.row_index, row.row_number, "warning", wrong[key]))
            if mended == row.invalid_values.keys():
                results.mended_rows.add(row.row_index)
            # A contact that was deleted meanwhile stays so.
            if mended and row.row_index in contacts:
                records.append(_reduced(record, mended, contacts[row.row_index]))
                ids.append(new_id)
        if not records:
            return
        plan = _write_contacts(cursor, replace(target, strategy=DuplicateStrategy.UPDATE), records, ids, now)
        for record, outcome, contact in zip(records, plan.outcomes, plan.contact_ids, strict=True):
            results.outcomes[record.row_index] = outcome
            results.contact_ids[record.row_index] = contact or loader.NO_CONTACT
        results.lines += [(entry.row_index, entry.row_number, entry.level, entry.issue) for entry in plan.log]

    def _checkpoint(
        self,
        run: CorrectionRun,
        job: ImportJob,
        hi: int,
        mended: int,
        now: datetime,
        *,
        is_last_of_slice: bool,
    ) -> None:
        run.row_index = hi
        run.mended_rows += mended
        run.attempts = 0
        run.lease_until = now + timedelta(seconds=settings.LEASE_SECONDS)
        fields = ["row_index", "mended_rows", "attempts", "lease_until", "backend_pid"]
        is_done = hi == self._total_rows
        if is_last_of_slice and not is_done:
            run.backend_pid = None
            run.lease_until = now + job_services.WAITING_LEASE
            services.queue_slice(run, run.epoch)
        run.save(update_fields=fields)
        if is_done:
            services.complete(run, job)


def _write_contacts(
    cursor: psycopg.Cursor[Any], target: loader.Target, records: list[Record], ids: list[bytes], now: datetime
) -> Plan:
    loader.stage(cursor, loader.staged_text(records, ids))
    known = loader.find_contacts(cursor, records, target)
    plan = plan_chunk(records, ids, known, strategy=target.strategy, match_fields=target.match_fields, now=now)
    loader.write_contacts(cursor, plan, target, now)
    loader.write_changes(cursor, loader.changes_text(plan), target)
    return plan


def _reduced(record: Record, fields: set[str], contact_id: UUID) -> Record:
    """Return a record of the contact with these fields alone."""
    if "full_name" in fields:
        fields = fields | {"first_name", "last_name"}
    first_name, last_name, email, phone, company, title = (
        value if name in fields else "" for name, value in zip(COLUMNS, columns_of(record), strict=True)
    )
    keys = {key.removeprefix(CUSTOM_PREFIX) for key in fields}
    return record._replace(
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        company=company,
        title=title,
        attributes={key: value for key, value in record.attributes.items() if key in keys},
        irisx_id=contact_id,
        warnings=(),
    )


# What is said of them ------------------------------------------------------------------------------------------------


def _leave_wrong(results: _Results, row: MendableRow, issue: CellIssue, row_data: dict[str, str]) -> None:
    """Let a row that is wrong still stay failed, or become it, with what is wrong now.

    One that came in stays as it is.
    """
    if not row.is_failed and not row.is_skipped:
        return
    _move(results, row, Outcome.FAILED)
    results.contact_ids[row.row_index] = loader.NO_CONTACT
    if row.is_skipped:
        results.resolved += [line.pk for line in row.lines]
    else:
        errors = [line for line in row.lines if line.level == "error"]
        if not any(_is_news(line, issue, row_data) for line in errors):
            return
        results.replaced += [line.pk for line in errors]
    results.lines.append((row.row_index, row.row_number, "error", issue))


def _is_news(line: ErrorLogEntry, issue: CellIssue, row_data: dict[str, str]) -> bool:
    before = (line.error_type, line.field, line.error_message, line.row_data)
    return before != (issue.type, issue.field, issue.message, row_data)


def _move(results: _Results, row: MendableRow, outcome: Outcome) -> None:
    results.outcomes[row.row_index] = outcome
    # It is counted anew by what it matches now.
    results.duplicate_count -= row.is_skipped
    before = Outcome.SKIPPED if row.is_skipped else Outcome.FAILED
    results.moves.append((before, outcome))


def _count(job: ImportJob, results: _Results) -> None:
    """Move the job's counts to what its rows are now."""
    for before, after in results.moves:
        setattr(job, _COUNTS[before], getattr(job, _COUNTS[before]) - 1)
        setattr(job, _COUNTS[after], getattr(job, _COUNTS[after]) + 1)
    job.duplicate_count += results.duplicate_count
    job.success_count = job.created_count + job.updated_count + job.unchanged_count
    job.save(update_fields=[*_COUNTS.values(), "duplicate_count", "success_count"])


def _write_log(
    cursor: psycopg.Cursor[Any],
    target: loader.Target,
    results: _Results,
    row_data: dict[int, dict[str, str]],
    now: datetime,
) -> None:
    lines = ErrorLogEntry.objects.filter(tenant_id=target.tenant_id)
    lines.filter(pk__in=results.resolved).update(resolved_at=now)
    lines.filter(pk__in=results.replaced).delete()
    found = sorted(results.lines, key=lambda line: line[0])
    logged = [
        loader.LogLine(line_id, row_index, row_number, level, issue, row_data[row_index])
        for line_id, (row_index, row_number, level, issue) in zip(uuid7s(len(found)), found, strict=True)
    ]
    loader.write_log(cursor, loader.log_text(logged), target, now)


def _write_ledger(cursor: psycopg.Cursor[Any], target: loader.Target, results: _Results) -> None:
    """Record what became of the rows, under the run's number. A zero stands for a row that was left alone."""
    for span in _spans(sorted(results.outcomes)):
        lo, hi = span[0], span[-1] + 1
        outcomes, contact_ids = bytearray(hi - lo), bytearray(16 * (hi - lo))
        for row_index in span:
            place = row_index - lo
            outcomes[place] = results.outcomes[row_index]
            contact_ids[16 * place : 16 * place + 16] = results.contact_ids[row_index]
        loader.write_ledger(cursor, target, lo, hi, bytes(outcomes), bytes(contact_ids))


def _spans(indexes: Sequence[int]) -> list[list[int]]:
    """Return rising row indexes in parts that lie close enough together for one line of the ledger."""
    spans = [[*indexes[:1]]] if indexes else []
    for _, row_index in pairwise(indexes):
        if row_index - spans[-1][0] < LEDGER_SPAN:
            spans[-1].append(row_index)
        else:
            spans.append([row_index])
    return spans


# Holding a run -------------------------------------------------------------------------------------------------------


def claim(run_id: UUID, epoch: int) -> CorrectionRun | None:
    """Take a started run that still has this epoch, and raise it. None if somebody else did, or it is at its end."""
    with tenant_scope(ALL):
        runs = CorrectionRun.objects.filter(pk=run_id, import_job__deleted_at=None)
        return runs.select_related("import_job__tenant").get() if holding.take(runs, epoch) else None


def run_slice(run_id: UUID, epoch: int, *, seconds: float | None = None, watch: Watch = publisher.publish) -> None:
    """Work on a run for about so long (None: to the end of what is read at once), and queue the next slice.

    It may be started twice, and by anybody: only the first finds the run with this epoch.
    """
    tune_interpreter()
    held = claim(run_id, epoch)
    if held is None:
        return
    watch(held.import_job, held)
    deadline = math.inf if seconds is None else time.monotonic() + seconds
    try:
        if held.attempts >= settings.MAX_ATTEMPTS:
            raise GivenUp(held.row_index)
        with tenant_scope(held.tenant_id):
            source = CorrectionsSource(held)
        sink = CorrectionsSink(held, source, watch)
        lo, pace = held.row_index, Pace.of_job(held)
        if pace.takes_alone(lo, held.total_rows):
            services.mark_attempt(held)
        if is_poisonous(held):
            reason = "The import stopped at this row again and again. Check its values, and import it by itself."
            sink.write(source.refuse(lo, reason), is_last_of_slice=False)
            lo += 1
        run(source, sink, lo=lo, pace=pace, is_out_of_time=lambda: time.monotonic() >= deadline)
    except (LostJob, Stop):
        return
    except EngineError as error:
        services.fail(held, error=error)


def run_to_end(run_id: UUID) -> CorrectionRun:
    """Work on a run in this process until it is at its end, whoever finishes it. Return it as it ended."""
    while True:
        with tenant_scope(ALL):
            held = CorrectionRun.objects.select_related("import_job").get(pk=run_id)
        if held.status not in CorrectionRun.OPEN:
            return held
        if held.status == CorrectionRun.Status.PROCESSING and held.backend_pid is None:
            run_slice(run_id, held.epoch)
        else:
            # Another of the job's is at work, or a worker was quicker.
            time.sleep(0.2)
