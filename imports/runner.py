"""The loop that every import runs in: chunks from a source into a sink, as long as the job is ours.

The job row is checkpoint, fence and lease at once: a chunk's transaction goes
through only if the job still has our epoch and stands at the row that the chunk begins with.
"""

from __future__ import annotations

import gc
import logging
import math
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, Protocol
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from imports import control, holding, services, sources, sweeper
from imports.cursors import engine_cursor
from imports.engine import loader
from imports.engine.errors import EngineError, SourceUnavailable
from imports.engine.matching import Outcome, Plan, left_places, plan_chunk
from imports.engine.schema import DuplicateStrategy
from imports.holding import Held
from imports.models import ImportJob
from imports.pace import Pace
from imports.progress import publisher
from imports.sources import ChunkSource, PreparedChunk
from imports.turns import Holder, Turns
from irisx.accounts.tenancy import ALL, lock_tenant, tenant_scope
from irisx.ids import uuid7s
from irisx.queue import defer

logger = logging.getLogger(__name__)

CHUNK_TRIES = 3

Watch = Callable[[ImportJob], None]
"""Told of the job after each commit, as committed."""


class LostJob(Exception):
    """Somebody else has the job, or it is at its end: this runner stops and has written nothing since."""


class GivenUp(EngineError):
    """The import does not get on, and no row of it is to blame."""

    def __init__(self, row_index: int) -> None:
        super().__init__(
            f"The import stopped again and again after {row_index:,} rows and was given up. Those rows are done; "
            "import the file again for the rest, and tell us if it happens again."
        )


class Stop(Exception):
    """The job came to its end in the last transaction, or to a rest."""


class Sink(Protocol):
    """Takes chunks in order."""

    def open_next(self) -> Callable[[PreparedChunk], None] | None:
        """Return what brings a chunk into the database while the one before it is written, in another thread.

        None: nothing does.
        """

    def write(self, chunk: PreparedChunk, *, is_last_of_slice: bool, meanwhile: Callable[[], None]) -> None:
        """Store one chunk, all of it or nothing. Raises Stop if the job is over or paused then, LostJob if not ours.

        Calls `meanwhile` when only the database has much to do from there on: what it begins takes the interpreter.
        """


def run(
    source: ChunkSource,
    sink: Sink,
    *,
    lo: int,
    pace: Pace,
    is_out_of_time: Callable[[], bool] = lambda: False,
) -> None:
    """Feed the sink from row `lo` until the source ends, time is out, or the sink says stop.

    The next chunk is prepared in a thread, and staged where the sink can, while the present one loads. A chunk that
    fails for a reason in its rows is taken again in smaller ones, until the row that spoils it stands alone; that row
    fails, the rest goes on.
    """
    spent: list[PreparedChunk] = []

    def read_ahead(lo: int, hi: int, stage: Callable[[PreparedChunk], None] | None) -> PreparedChunk:
        # To let go of ten thousand cells takes milliseconds in which PostgreSQL waits, unless it is done here.
        spent.clear()
        chunk = source.read(lo, hi)
        if stage is not None:
            stage(chunk)
        return chunk

    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as ahead:
        upcoming: tuple[int, int, Future[PreparedChunk]] | None = None

        def prepare(lo: int, hi: int, stage: Callable[[PreparedChunk], None] | None) -> None:
            nonlocal upcoming
            # A chunk that is written once more has its next one already.
            upcoming = upcoming or (lo, hi, ahead.submit(read_ahead, lo, hi, stage))

        while lo < source.total_rows:
            hi = source.end_of_chunk(lo, pace.hi(lo, source.total_rows))
            is_last_of_slice = is_out_of_time()
            try:
                is_prepared = upcoming is not None and upcoming[:2] == (lo, hi)
                chunk = upcoming[2].result() if upcoming and is_prepared else source.read(lo, hi)
                upcoming = None
                meanwhile = nothing
                if hi < source.total_rows and not is_last_of_slice and not pace.is_careful(hi):
                    next_hi = source.end_of_chunk(hi, pace.hi(hi, source.total_rows))
                    meanwhile = partial(prepare, hi, next_hi, sink.open_next())
                _write(sink, chunk, is_last_of_slice=is_last_of_slice, meanwhile=meanwhile)
                spent.append(chunk)
            except (LostJob, Stop, EngineError, OperationalError, InterfaceError, psycopg.OperationalError, OSError):
                raise
            except Exception as error:  # whatever a row can do to us: find it, and let the others in
                if upcoming is not None:
                    wait([upcoming[2]])
                upcoming = None
                logger.warning("Rows %d to %d could not be loaded: %s", lo, hi - 1, type(error).__name__)
                if hi - lo > 1:
                    pace.take_care(lo, hi)
                    continue
                refused = source.refuse(lo, f"The row could not be stored ({type(error).__name__}). Check its values.")
                _write(sink, refused, is_last_of_slice=is_last_of_slice, meanwhile=nothing)
            lo = hi
            if is_last_of_slice:
                return


def nothing() -> None:
    """Begin nothing: there is no next chunk, or it is not known yet."""


_TRY_AGAIN = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def _write(sink: Sink, chunk: PreparedChunk, *, is_last_of_slice: bool, meanwhile: Callable[[], None]) -> None:
    """Write a chunk; again where PostgreSQL chose us to end a deadlock."""
    for attempt in range(1, CHUNK_TRIES + 1):
        try:
            sink.write(chunk, is_last_of_slice=is_last_of_slice, meanwhile=meanwhile)
        except (OperationalError, psycopg.OperationalError) as error:
            # Django wraps what its own statements raise.
            cause = error.__cause__ if isinstance(error, OperationalError) else error
            if not isinstance(cause, _TRY_AGAIN) or attempt == CHUNK_TRIES:
                raise
        else:
            return


# Into the database ---------------------------------------------------------------------------------------------------


class DatabaseSink:
    """Loads the chunks of one claimed job, each in a transaction that is also its checkpoint."""

    def __init__(self, job: ImportJob, headers: list[str], watch: Watch) -> None:
        self._watch = watch
        self._turns = Turns(job.tenant_id, Holder(job.backend_pid, job.backend_start))
        self._job_id: UUID = job.pk
        self._epoch = job.epoch
        self._total_rows = job.total_rows
        self._headers = headers
        self._target = loader.Target(
            tenant_id=job.tenant_id,
            job_id=job.pk,
            strategy=DuplicateStrategy(job.duplicate_strategy),
            match_fields=tuple(job.duplicate_match_fields),
        )

    def open_next(self) -> Callable[[PreparedChunk], None] | None:
        return self._turns.open_next()

    def close(self) -> None:
        self._turns.close()

    def write(
        self,
        chunk: PreparedChunk,
        *,
        is_last_of_slice: bool,
        meanwhile: Callable[[], None] = nothing,
    ) -> None:
        """Store one chunk and move the checkpoint, or do what was asked of the job instead.

        Raises Stop if the job is over or paused after that, LostJob if it is not ours any more.
        """
        # The order is the promise: rows are copied before any lock is held, the fence comes before any write.
        with self._turns.scope(chunk), engine_cursor() as cursor:
            lock_tenant(self._target.tenant_id)
            job, is_asked = self._pass_fence(chunk.lo)
            if not (is_asked and control.answer_requests(job)):
                meanwhile()
                self._load(cursor, job, chunk, is_last_of_slice=is_last_of_slice)
        self._watch(job)
        if job.status != ImportJob.Status.PROCESSING:
            raise Stop

    def _pass_fence(self, lo: int) -> tuple[ImportJob, bool]:
        """Return the locked job if it is still ours and stands at row `lo`, and whether anything was asked of it.

        Raises LostJob.
        """
        # As text: putting the statement together by a queryset takes longer than all else here.
        jobs = ImportJob.objects.raw(
            "SELECT *, EXISTS (SELECT FROM import_requests WHERE job_id = import_jobs.id) AS is_asked "
            "FROM import_jobs WHERE id = %s AND epoch = %s AND row_index = %s AND status = %s FOR NO KEY UPDATE",
            [self._job_id, self._epoch, lo, ImportJob.Status.PROCESSING],
        )
        for job in jobs:
            return job, job.is_asked  # type: ignore[attr-defined]  # no column of the model's
        raise LostJob

    def _load(
        self,
        cursor: psycopg.Cursor[Any],
        job: ImportJob,
        chunk: PreparedChunk,
        *,
        is_last_of_slice: bool,
    ) -> None:
        if chunk.hi < self._total_rows:
            # Nobody waits for the disk: a database that falls loses whole chunks, each with its checkpoint, and the
            # import goes on before them. The last chunk, or what else ends the import, takes all earlier ones there.
            cursor.execute("SET LOCAL synchronous_commit = off")
        # The list as the locked row has it: it may have been deleted since the slice began.
        target = replace(self._target, list_id=job.target_list_id)
        # Read once the tenant's lock is held: it is later than whatever an earlier writer stored.
        clock = cursor.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
        began = job.started_at or clock
        # Never before the beginning, should somebody have put the clock back: see update_pairs.sql.
        now = max(clock, began)
        settled, left = None, chunk.records
        if target.strategy is DuplicateStrategy.UPDATE and chunk.records:
            settled = loader.update_pairs(cursor, chunk.records, chunk.entangled, target, began=began, now=now)
            left = [chunk.records[place] for place in left_places(settled)]
        plan = plan_chunk(
            chunk.records,
            chunk.ids,
            loader.find_contacts(cursor, left, target) if left else [],
            strategy=target.strategy,
            match_fields=target.match_fields,
            now=now,
            entangled=chunk.entangled,
            settled=settled,
        )
        # Put together while PostgreSQL writes the contacts.
        kept = _writer.submit(_kept_of, chunk, plan, self._headers)
        loader.write_contacts(cursor, plan, target, now)
        changes, log, outcomes, contact_ids = kept.result()
        loader.write_changes(cursor, changes, target)
        loader.write_log(cursor, log, target, now)
        loader.write_ledger(cursor, target, chunk.lo, chunk.hi, outcomes, contact_ids)
        self._checkpoint(job, chunk.hi, outcomes, plan.duplicate_count, now, is_last_of_slice=is_last_of_slice)

    def _checkpoint(
        self,
        job: ImportJob,
        hi: int,
        outcomes: bytes,
        duplicate_count: int,
        now: datetime,
        *,
        is_last_of_slice: bool,
    ) -> None:
        job.row_index = hi
        job.created_count += outcomes.count(Outcome.CREATED)
        job.updated_count += outcomes.count(Outcome.UPDATED)
        job.unchanged_count += outcomes.count(Outcome.UNCHANGED)
        job.skipped_count += outcomes.count(Outcome.SKIPPED)
        job.error_count += outcomes.count(Outcome.FAILED)
        job.duplicate_count += duplicate_count
        job.success_count = job.created_count + job.updated_count + job.unchanged_count
        job.processed_rows = job.success_count + job.skipped_count + job.error_count
        job.progress_percent = 100 * job.processed_rows // job.total_rows
        job.attempts = 0
        job.lease_until = now + timedelta(seconds=settings.LEASE_SECONDS)
        # Whoever holds the row from here on: should it freeze, the sweeper ends that session.
        job.backend_pid, job.backend_start = self._turns.next_holder
        is_done = job.processed_rows == job.total_rows
        if is_last_of_slice and not is_done:
            job.backend_pid = None
            job.lease_until = now + services.WAITING_LEASE
            defer(services.slice_task(), job_id=str(job.pk), epoch=job.epoch)
            # For those who asked meanwhile and did not wait for the tenant's lock.
            services.start_next(job.tenant_id)
        job.save(update_fields=_CHECKPOINT_FIELDS)
        if is_done:
            services.complete(job.pk, epoch=self._epoch)
            job.refresh_from_db()


_CHECKPOINT_FIELDS = [
    "row_index",
    "created_count",
    "updated_count",
    "unchanged_count",
    "skipped_count",
    "error_count",
    "duplicate_count",
    "success_count",
    "processed_rows",
    "progress_percent",
    "attempts",
    "lease_until",
    "backend_pid",
    "backend_start",
]


_writer = ThreadPoolExecutor(1, thread_name_prefix="writer")


def _kept_of(chunk: PreparedChunk, plan: Plan, headers: list[str]) -> tuple[bytes, bytes, bytes, bytes]:
    """Return what is kept of a chunk: changes and error log for the loader, outcomes and contact ids for the ledger."""
    log = loader.log_text(log_lines(chunk, plan, headers))
    return loader.changes_text(plan), log, *ledger_of(chunk, plan)


def log_lines(chunk: PreparedChunk, plan: Plan, headers: list[str]) -> list[loader.LogLine]:
    """Return the chunk's lines for the error log, in file order. Duplicates leave their cells to the rows file."""
    found: list[tuple[int, int, str, Any]] = [
        (error.row_index, error.row_number, "error", error.issue) for error in chunk.errors
    ]
    found += [(entry.row_index, entry.row_number, entry.level, entry.issue) for entry in plan.log]
    for record, outcome in zip(chunk.records, plan.outcomes, strict=True):
        # Of a row that was skipped or failed nothing was written: what else is wrong in it changes nothing.
        if record.warnings and outcome not in (Outcome.SKIPPED, Outcome.FAILED):
            found += [(record.row_index, record.row_number, "warning", issue) for issue in record.warnings]
    found.sort(key=lambda line: line[0])
    return [
        loader.LogLine(
            line_id,
            row_index,
            row_number,
            level,
            issue,
            None if level == "duplicate" else dict(zip(headers, chunk.cells[row_index - chunk.lo], strict=False)),
        )
        for line_id, (row_index, row_number, level, issue) in zip(uuid7s(len(found)), found, strict=True)
    ]


def ledger_of(chunk: PreparedChunk, plan: Plan) -> tuple[bytes, bytes]:
    """Return one byte of outcome and 16 bytes of contact id for each row of the chunk."""
    outcomes: list[int] = list(plan.outcomes)
    contact_ids = [contact_id or loader.NO_CONTACT for contact_id in plan.contact_ids]
    for error in sorted(chunk.errors, key=lambda error: error.row_index):  # each comes to stand where its row is
        outcomes.insert(error.row_index - chunk.lo, Outcome.FAILED)
        contact_ids.insert(error.row_index - chunk.lo, loader.NO_CONTACT)
    return bytes(outcomes), b"".join(contact_ids)


# Holding a job -------------------------------------------------------------------------------------------------------


POISON_ATTEMPTS = 2


def claim(job_id: UUID, epoch: int) -> ImportJob | None:
    """Take a started job that still has this epoch, and raise it. None if somebody else did, or it is at its end."""
    with tenant_scope(ALL):
        jobs = ImportJob.objects.filter(pk=job_id, deleted_at=None)
        began = {name: Coalesce(F(name), Now()) for name in ("started_at", "pace_since")}
        return jobs.select_related("tenant").get() if holding.take(jobs, epoch, **began) else None


def is_poisonous(job: Held) -> bool:
    """Tell whether more than one runner took a job's next row alone and did not come back from it."""
    return job.attempts >= POISON_ATTEMPTS


@cache
def tune_interpreter() -> None:
    """Fit Python to this loop, once in a process: without it an import takes half as long again."""
    # The garbage collector passes over all that is loaded by now, and comes more rarely: records are freed without it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    # PostgreSQL's answer is taken up at once, not when the thread that prepares has had its usual 5 ms.
    sys.setswitchinterval(0.00005)


def run_slice(job_id: UUID, epoch: int, *, seconds: float | None = None, watch: Watch = publisher.publish) -> None:
    """Work on a job for about so long (None: to its end), and queue the next slice.

    It may be started twice, and by anybody: only the first finds the job with this epoch.
    """
    # Before the claim: who dies while it takes a breath would have died at work.
    tune_interpreter()
    job = claim(job_id, epoch)
    if job is None:
        return
    watch(job)
    deadline = math.inf if seconds is None else time.monotonic() + seconds
    try:
        if job.attempts >= settings.MAX_ATTEMPTS:
            # Leaving the row out has not helped either.
            raise GivenUp(job.row_index)
        source = _open_source(job)
        lo, pace = job.row_index, Pace.of_job(job)
        if pace.takes_alone(lo, job.total_rows):
            _note_attempt(job)
        with closing(DatabaseSink(job, list(source.headers), watch)) as sink:
            if is_poisonous(job):
                reason = "The import stopped at this row again and again. Check its values, and import it by itself."
                sink.write(source.refuse(lo, reason), is_last_of_slice=False)
                lo += 1
            run(source, sink, lo=lo, pace=pace, is_out_of_time=lambda: time.monotonic() >= deadline)
    except (LostJob, Stop):
        return
    except FileNotFoundError:
        _fail(job, SourceUnavailable("The uploaded file is gone from storage. Upload it again."), watch)
    except EngineError as error:
        _fail(job, error, watch)


def _open_source(job: ImportJob) -> ChunkSource:
    """Return a job's source. What breaks down before the first row counts as an attempt: no row would ever end it."""
    try:
        with tenant_scope(job.tenant_id):
            return sources.of_job(job)
    except (EngineError, FileNotFoundError, OperationalError, InterfaceError):
        raise
    except Exception:
        _note_attempt(job)
        raise


def _note_attempt(job: ImportJob) -> None:
    """Count an attempt at the checkpoint's row before it is made: who dies of it counts nothing."""
    with tenant_scope(job.tenant_id):
        ImportJob.objects.filter(pk=job.pk, epoch=job.epoch).update(attempts=F("attempts") + 1)


def _fail(job: ImportJob, error: EngineError, watch: Watch) -> None:
    with tenant_scope(job.tenant_id):
        if not services.fail(job.pk, epoch=job.epoch, error=error):
            return
        job.refresh_from_db()
    watch(job)


def run_to_end(job_id: UUID, *, watch: Watch = publisher.publish) -> ImportJob:
    """Work on a confirmed job in this process until it is at its end, whoever finishes it. Return it as it ended."""
    while True:
        with tenant_scope(ALL):
            job = ImportJob.objects.select_related("tenant").get(pk=job_id)
        if job.is_finished:
            return job
        if job.status == ImportJob.Status.PROCESSING and job.backend_pid is None:
            run_slice(job_id, job.epoch, watch=watch)
        elif not _work_ahead(job.tenant_id):
            # It waits for one of the tenant's places, or a worker was quicker.
            time.sleep(0.2)


def _work_ahead(tenant_id: int) -> bool:
    """Work for a while on an import that has a place of the tenant's and no runner. Return False if there is none.

    Where no worker runs, nobody else takes over what an earlier command left, and its places would stay taken.
    """
    sweeper.sweep()
    with tenant_scope(tenant_id):
        running = ImportJob.objects.filter(tenant_id=tenant_id, status=ImportJob.Status.PROCESSING, deleted_at=None)
        left = running.filter(backend_pid=None).values_list("pk", "epoch").first()
    if left is not None:
        run_slice(*left, seconds=settings.SLICE_SECONDS)
    return left is not None
