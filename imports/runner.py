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
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import BooleanField, F, Func, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Now

from imports import services, sources
from imports.corrections import services as corrections
from imports.corrections.models import CorrectionRun
from imports.cursors import engine_cursor
from imports.engine import loader
from imports.engine.errors import EngineError, SourceUnavailable
from imports.engine.matching import Outcome, Pairs, Plan, plan_chunk
from imports.engine.schema import DuplicateStrategy
from imports.models import ImportJob
from imports.progress import publisher
from imports.sources import ChunkSource, PreparedChunk
from irisx.accounts.tenancy import ALL, Scope, lock_tenant, tenant_scope
from irisx.ids import uuid7s
from irisx.queue import defer

logger = logging.getLogger(__name__)

CAREFUL_FACTOR = 64
"""How much smaller chunks get after a runner died: 5,000 rows, then 64, then 1."""

CHUNK_TRIES = 3

CHUNK_CELLS_MAX = 200_000
"""Bounds what a runner has in memory: 5,000 rows of up to 40 columns, fewer rows of a wider source. Where cells are
long, imports.sources.CHUNK_BYTES_MAX ends a chunk before that."""

Watch = Callable[[ImportJob], None]
"""Told of the job after each commit, as committed."""

Held = ImportJob | CorrectionRun
"""A row that a runner holds while it works: checkpoint, fence and lease in one."""


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


# How many rows at once -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Pace:
    """Decides where chunks end: 100 rows, 200, 400, … 5,000; few at a time where a runner died before."""

    careful_rows: int = 0
    careful_until: int = 0
    columns: int = 1  # of the source

    @classmethod
    def of_job(cls, job: Held) -> Pace:
        source = job.import_job if isinstance(job, CorrectionRun) else job
        return cls(job.careful_rows, job.careful_until, max(1, len(source.columns)))

    def hi(self, lo: int, total_rows: int) -> int:
        """Return the end of the chunk that begins at row `lo`."""
        if self.is_careful(lo):
            return min(lo + self.careful_rows, self.careful_until, total_rows)
        rows = max(settings.CHUNK_ROWS_MIN, min(lo + settings.CHUNK_ROWS_MIN, settings.CHUNK_ROWS_MAX))
        return min(lo + min(rows, max(1, CHUNK_CELLS_MAX // self.columns)), total_rows)

    def is_careful(self, lo: int) -> bool:
        return self.careful_rows > 0 and lo < self.careful_until

    def takes_alone(self, lo: int, total_rows: int) -> bool:
        """Tell whether row `lo` is a chunk of its own, because a runner died of it or of others beside it."""
        return self.is_careful(lo) and self.hi(lo, total_rows) == lo + 1

    def take_care(self, lo: int, hi: int) -> None:
        """Go on in smaller chunks from `lo` to `hi`, between which something went wrong."""
        self.careful_rows = max(1, math.ceil((hi - lo) / CAREFUL_FACTOR))
        self.careful_until = max(hi, self.careful_until)


class Sink(Protocol):
    """Takes chunks in order."""

    def write(self, chunk: PreparedChunk, *, is_last_of_slice: bool) -> None:
        """Store one chunk, all of it or nothing. Raises Stop if the job is over or paused then, LostJob if not ours."""


def run(
    source: ChunkSource,
    sink: Sink,
    *,
    lo: int,
    pace: Pace,
    is_out_of_time: Callable[[], bool] = lambda: False,
) -> None:
    """Feed the sink from row `lo` until the source ends, time is out, or the sink says stop.

    The next chunk is prepared in a thread while the present one loads. A chunk that fails for a reason in its rows is
    taken again in smaller ones, until the row that spoils it stands alone; that row fails, the rest goes on.
    """
    spent: list[PreparedChunk] = []

    def read_ahead(lo: int, hi: int) -> PreparedChunk:
        # To let go of ten thousand cells takes milliseconds in which PostgreSQL waits, unless it is done here.
        spent.clear()
        return source.read(lo, hi)

    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as ahead:
        upcoming: tuple[int, int, Future[PreparedChunk]] | None = None
        while lo < source.total_rows:
            hi = source.end_of_chunk(lo, pace.hi(lo, source.total_rows))
            is_last_of_slice = is_out_of_time()
            try:
                is_prepared = upcoming is not None and upcoming[:2] == (lo, hi)
                chunk = upcoming[2].result() if upcoming and is_prepared else source.read(lo, hi)
                upcoming = None
                if hi < source.total_rows and not is_last_of_slice and not pace.is_careful(hi):
                    next_hi = source.end_of_chunk(hi, pace.hi(hi, source.total_rows))
                    upcoming = (hi, next_hi, ahead.submit(read_ahead, hi, next_hi))
                _write(sink, chunk, is_last_of_slice=is_last_of_slice)
                spent.append(chunk)
            except (LostJob, Stop, EngineError, OperationalError, InterfaceError, psycopg.OperationalError, OSError):
                raise
            except Exception as error:  # whatever a row can do to us: find it, and let the others in
                upcoming = None
                logger.warning("Rows %d to %d could not be loaded: %s", lo, hi - 1, type(error).__name__)
                if hi - lo > 1:
                    pace.take_care(lo, hi)
                    continue
                refused = source.refuse(lo, f"The row could not be stored ({type(error).__name__}). Check its values.")
                _write(sink, refused, is_last_of_slice=is_last_of_slice)
            lo = hi
            if is_last_of_slice:
                return


_TRY_AGAIN = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def _write(sink: Sink, chunk: PreparedChunk, *, is_last_of_slice: bool) -> None:
    """Write a chunk; again where PostgreSQL chose us to end a deadlock."""
    for attempt in range(1, CHUNK_TRIES + 1):
        try:
            sink.write(chunk, is_last_of_slice=is_last_of_slice)
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

    def write(self, chunk: PreparedChunk, *, is_last_of_slice: bool) -> None:
        """Store one chunk and move the checkpoint, or do what was asked of the job instead.

        Raises Stop if the job is over or paused after that, LostJob if it is not ours any more.
        """
        with tenant_scope(self._target.tenant_id), engine_cursor() as cursor:
            # The order is the promise: rows are copied before any lock is held, the fence comes before any write.
            loader.stage(cursor, chunk.staged)
            lock_tenant(self._target.tenant_id)
            job = self._pass_fence(chunk.lo)
            if not services.answer_requests(job):
                self._load(cursor, job, chunk, is_last_of_slice=is_last_of_slice)
        self._watch(job)
        if job.status != ImportJob.Status.PROCESSING:
            raise Stop

    def _pass_fence(self, lo: int) -> ImportJob:
        """Return the locked job if it is still ours and stands at row `lo`. Raises LostJob."""
        # As text: putting the statement together by a queryset takes longer than all else here.
        jobs = ImportJob.objects.raw(
            "SELECT * FROM import_jobs WHERE id = %s AND epoch = %s AND row_index = %s AND status = %s "
            "FOR NO KEY UPDATE",
            [self._job_id, self._epoch, lo, ImportJob.Status.PROCESSING],
        )
        for job in jobs:
            return job
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
        pairs: Pairs = {}
        unpaired = chunk.records
        if target.strategy is DuplicateStrategy.UPDATE and chunk.records:
            pairs = loader.update_pairs(cursor, chunk.records, chunk.entangled, target, began=began, now=now)
            unpaired = [record for record in chunk.records if record.row_index not in pairs]
        plan = plan_chunk(
            chunk.records,
            chunk.ids,
            loader.find_contacts(cursor, unpaired, target) if unpaired else [],
            strategy=target.strategy,
            match_fields=target.match_fields,
            now=now,
            entangled=chunk.entangled,
            pairs=pairs,
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


def claim(job_id: UUID, epoch: int) -> ImportJob | None:
    """Take a started job that still has this epoch, and raise it. None if somebody else did, or it is at its end."""
    with tenant_scope(ALL):
        claimed = ImportJob.objects.filter(
            pk=job_id, epoch=epoch, status=ImportJob.Status.PROCESSING, deleted_at=None
        ).update(
            epoch=F("epoch") + 1,
            lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS),
            backend_pid=Func(function="pg_backend_pid"),
            backend_start=RawSQL("(SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())", []),
            started_at=Coalesce(F("started_at"), Now()),
            pace_since=Coalesce(F("pace_since"), Now()),
        )
        return ImportJob.objects.select_related("tenant").get(pk=job_id) if claimed else None


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
        sink = DatabaseSink(job, list(source.headers), watch)
        lo, pace = job.row_index, Pace.of_job(job)
        if pace.takes_alone(lo, job.total_rows):
            _note_attempt(job)
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
    sweep()
    with tenant_scope(tenant_id):
        running = ImportJob.objects.filter(tenant_id=tenant_id, status=ImportJob.Status.PROCESSING, deleted_at=None)
        left = running.filter(backend_pid=None).values_list("pk", "epoch").first()
    if left is not None:
        run_slice(*left, seconds=settings.SLICE_SECONDS)
    return left is not None


# Taking over from the dead -------------------------------------------------------------------------------------------

POISON_ATTEMPTS = 2


def is_poisonous(job: Held) -> bool:
    """Tell whether more than one runner took a job's next row alone and did not come back from it."""
    return job.attempts >= POISON_ATTEMPTS


def sweep() -> None:
    """Take over jobs whose runner is gone or silent, do what was asked of jobs, and start queued ones with a place.

    It looks at our rows, not into the queue. Any number of sweepers may run at once.
    """
    for left in _left():
        take_over(left)
    services.answer_left_requests()
    corrections.start_waiting()
    with tenant_scope(ALL):
        waiting = set(
            ImportJob.objects.filter(status=ImportJob.Status.QUEUED, deleted_at=None).values_list(
                "tenant_id", flat=True
            )
        )
    for tenant_id in waiting:
        # Locked by somebody, frozen perhaps: whoever ends starts the next one, or a later sweep does.
        with suppress(Locked), impatient_scope(tenant_id):
            services.start_next(tenant_id)


class Locked(Exception):
    """Somebody holds a lock that the sweeper needs, and may never let it go."""


@contextmanager
def impatient_scope(tenant: Scope) -> Iterator[None]:
    """Open a tenant_scope() that waits a second for a lock, no longer. Raises Locked then, with nothing changed.

    The sweeper ends the wait of others: behind a frozen runner's locks it would wait with them.
    """
    try:
        with tenant_scope(tenant):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise
        raise Locked from error


def _left() -> list[Held]:
    """Return what runs and nobody works on: the lease ran out, or the holder's connection is no more."""
    with tenant_scope(ALL):
        jobs = ImportJob.objects.filter(status=ImportJob.Status.PROCESSING, deleted_at=None)
        runs = CorrectionRun.objects.filter(status=CorrectionRun.Status.PROCESSING, import_job__deleted_at=None)
        return [
            *jobs.filter(Q(lease_until__lt=Now()) | Q(_holder_is_gone("import_jobs"))),
            *runs.filter(Q(lease_until__lt=Now()) | Q(_holder_is_gone("import_correction_runs"))).select_related(
                "import_job"
            ),
        ]


def _holder_is_gone(table: str) -> RawSQL:
    return RawSQL(  # noqa: S611 (one of two names, both ours)
        f"""
        {table}.backend_pid IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_stat_activity AS activity
            WHERE activity.pid = {table}.backend_pid AND activity.backend_start = {table}.backend_start
        )
        """,
        [],
        output_field=BooleanField(),
    )


def _queue_slice(held: Held, epoch: int) -> None:
    """Put the task for the next slice in the queue, for whoever finds this epoch."""
    if isinstance(held, CorrectionRun):
        corrections.queue_slice(held, epoch)
    else:
        defer(services.slice_task(), job_id=str(held.pk), epoch=epoch)


def take_over(job: Held) -> None:
    """Give what was left to the next runner. A holder that froze inside its transaction loses its connection."""
    if job.backend_pid is None:
        _queue_again(job)
        return
    if _raise_epoch(job):
        return
    logger.warning("Import %s: its runner is frozen inside a transaction; its connection is ended.", job.pk)
    with tenant_scope(ALL), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = %s AND backend_start = %s",
            [job.backend_pid, job.backend_start],
        )
    if not _raise_epoch(job):
        logger.error("Import %s: somebody else holds its row; the next sweep tries again.", job.pk)


def _queue_again(job: Held) -> None:
    """Defer a second task for a started job that no runner claimed; of the two, one will find nothing to do."""
    # Locked: somebody is about to claim it, or to cancel it.
    with suppress(Locked), impatient_scope(ALL):
        unclaimed = type(job)._default_manager.filter(pk=job.pk, epoch=job.epoch, backend_pid=None)
        if unclaimed.filter(lease_until=job.lease_until).update(lease_until=Now() + services.WAITING_LEASE):
            _queue_slice(job, job.epoch)


def _raise_epoch(job: Held) -> bool:
    """Take the job from its runner and queue a task for the next. Return False if somebody holds the row locked."""
    changes: dict[str, Any] = _care_after_death(job) if _is_newer_than_database(job) else {"attempts": 0}
    if isinstance(job, ImportJob):
        changes |= {"pace_since": None, "pace_from": F("row_index")}
    held = type(job)._default_manager.filter(pk=job.pk, epoch=job.epoch, status=ImportJob.Status.PROCESSING)
    try:
        with impatient_scope(ALL):
            taken = held.update(
                epoch=F("epoch") + 1, backend_pid=None, lease_until=Now() + services.WAITING_LEASE, **changes
            )
            if taken:
                logger.warning("Import %s: its runner is gone at row %d; another goes on.", job.pk, job.row_index)
                _queue_slice(job, job.epoch + 1)
    except Locked:
        return False
    return True


def _care_after_death(job: Held) -> dict[str, int]:
    """Return what changes in a job after its runner died: the next takes fewer rows at once, to find the one."""
    pace = Pace.of_job(job)
    pace.take_care(job.row_index, pace.hi(job.row_index, job.total_rows))
    return {"careful_rows": pace.careful_rows, "careful_until": pace.careful_until}


def _is_newer_than_database(job: Held) -> bool:
    """Tell whether the job was claimed since the database came up: else the database's end was its runner's, too."""
    with tenant_scope(ALL), connection.cursor() as cursor:
        cursor.execute("SELECT pg_postmaster_start_time() < %s", [job.backend_start])
        return bool(cursor.fetchone()[0])
