"""What changes corrections: taking them in, and starting, ending and giving up the runs that import them.

Corrections are taken for a job that is at its end, however it ended. A job that failed may be retried meanwhile: both
write the job's counts under its row's lock, and no row belongs to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import F
from django.utils import timezone
from procrastinate.tasks import Task

from imports import services as job_services
from imports.corrections import edits, mending
from imports.corrections.mending import CorrectedRow
from imports.corrections.models import DRAFT, Correction, CorrectionRun, open_run
from imports.cursors import engine_cursor
from imports.engine.errors import EngineError
from imports.error_log import import_key, unknown_keys
from imports.holding import scope_unless_held
from imports.models import ImportJob
from imports.progress import publisher
from imports.webhooks import events
from imports.webhooks.models import WebhookEvent
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.ids import uuid7
from irisx.queue import defer
from irisx.refusals import Conflict

Status = CorrectionRun.Status


class Accepted(NamedTuple):
    """What became of corrections that were sent."""

    accepted: int  # rows that are being imported
    already_resolved: int  # rows that need nothing: mended before, or in and sent back as they were
    run_no: int  # of the run; 0 if there is nothing to import


def accept(
    job: ImportJob, batches: Iterable[Sequence[CorrectedRow]], *, user: User | None, run_id: UUID | None = None
) -> Accepted:
    """Queue the import of a job's corrected rows. A row that comes twice has what both changed.

    All of them or none: raises Invalid for rows that are not the job's, Conflict while the job is under way, or
    held by a worker that hangs.
    `run_id` is the id that the run is to have. Where there is one already, this tells of it and does nothing.
    """
    with scope_unless_held(job.tenant_id):
        if run_id and (run := CorrectionRun.objects.filter(tenant_id=job.tenant_id, pk=run_id).first()):
            return Accepted(run.total_rows, run.already_resolved, run.run_no)
        # Two that send at once get numbers one after the other.
        job = ImportJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        _require_finished(job)
        run_no = job.run_no + 1
        seen: set[int] = set()
        for batch in batches:
            seen.update(row.row_index for row in batch)
            _keep(job, run_no, _to_import(job, batch))
        accepted = Correction.objects.filter(tenant_id=job.tenant_id, import_job=job, run_no=run_no).count()
        if not accepted:
            return Accepted(0, len(seen), 0)
        _queue(job, run_no, accepted, user=user, run_id=run_id, already_resolved=len(seen) - accepted)
        return Accepted(accepted, len(seen) - accepted, run_no)


def send_drafts(job: ImportJob, *, user: User | None) -> int:
    """Queue the import of the rows that were mended in the browser. Return how many; 0 if somebody was quicker.

    Raises Conflict while a worker changes rows of the job: a part of its edit could not be undone any more.
    """
    with scope_unless_held(job.tenant_id):
        job = ImportJob.objects.select_for_update(no_key=True).get(pk=job.pk)
        _require_finished(job)
        edits.refuse_while_at_work(job)
        edits.forget(job)
        drafts = Correction.objects.filter(tenant_id=job.tenant_id, import_job=job, run_no=DRAFT)
        sent = drafts.filter(is_mended=True, is_skipped=False).update(run_no=job.run_no + 1, edit_id=None, before=None)
        if sent:
            _queue(job, job.run_no + 1, sent, user=user)
        return sent


def _require_finished(job: ImportJob) -> None:
    if not job.is_finished:
        raise Conflict("import_not_finished", "This import is not at its end. Send corrections once it is.")


def _to_import(job: ImportJob, batch: Sequence[CorrectedRow]) -> list[CorrectedRow]:
    """Return those rows of a batch that something is to be done for, with the cells that were changed.

    Whatever failed is tried again, also as it was. Of rows that came in or were skipped, those that somebody changed.
    """
    rows = mending.rows_of(job, [row.row_index for row in batch])
    unknown = [row.row_index for row in batch if row.row_index not in rows]
    if unknown:
        raise unknown_keys([import_key(job, row_index) for row_index in unknown])
    changed = []
    for sent in batch:
        row = rows[sent.row_index]
        values = {header: text for header, text in sent.values.items() if text != row.values.get(header, "")}
        if row.is_failed or (values and row.is_mendable):
            changed.append(CorrectedRow(sent.row_index, row.row_number, values))
    return changed


def _keep(job: ImportJob, run_no: int, rows: Sequence[CorrectedRow]) -> None:
    """Store rows of a run. Of a row that is there already, cells are added."""
    if not rows:
        return
    with engine_cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO import_corrections (tenant_id, import_job_id, run_no, row_index, row_number, values)
            SELECT %(tenant_id)s, %(job_id)s, %(run_no)s, row_index, row_number, values::jsonb
            FROM unnest(%(row_indexes)s::int[], %(row_numbers)s::int[], %(values)s::text[])
                AS sent (row_index, row_number, values)
            ON CONFLICT (import_job_id, run_no, row_index) DO UPDATE
            SET values = import_corrections.values || excluded.values
            """,
            {
                "tenant_id": job.tenant_id,
                "job_id": job.pk,
                "run_no": run_no,
                **_columns_of(_merged(rows)),
            },
        )


def _merged(rows: Sequence[CorrectedRow]) -> list[CorrectedRow]:
    """Return each row once: one statement may not write a row twice."""
    merged: dict[int, CorrectedRow] = {}
    for row in rows:
        before = merged.get(row.row_index)
        merged[row.row_index] = row._replace(values=before.values | row.values) if before else row
    return [*merged.values()]


def _columns_of(rows: Sequence[CorrectedRow]) -> dict[str, list[Any]]:
    return {
        "row_indexes": [row.row_index for row in rows],
        "row_numbers": [row.row_number for row in rows],
        "values": [orjson.dumps(row.values).decode() for row in rows],
    }


# Runs ----------------------------------------------------------------------------------------------------------------


def _queue(
    job: ImportJob,
    run_no: int,
    total_rows: int,
    *,
    user: User | None,
    run_id: UUID | None = None,
    already_resolved: int = 0,
) -> None:
    CorrectionRun.objects.create(
        id=run_id or uuid7(),
        tenant_id=job.tenant_id,
        import_job=job,
        run_no=run_no,
        user=user,
        total_rows=total_rows,
        already_resolved=already_resolved,
    )
    ImportJob.objects.filter(pk=job.pk).update(run_no=run_no)
    start_next(job)
    tell_watchers(job)


def start_next(job: ImportJob) -> None:
    """Start the next run of a job whose row the caller has locked, unless one is at work.

    Runs take none of the tenant's places for imports: most are of a few rows, and they go on slice by slice like those.
    """
    runs = CorrectionRun.objects.filter(tenant_id=job.tenant_id, import_job=job)
    if runs.filter(status=Status.PROCESSING).exists():
        return
    run = runs.filter(status=Status.QUEUED).order_by("run_no").first()
    if run is not None:
        runs.filter(pk=run.pk).update(status=Status.PROCESSING, lease_until=timezone.now() + job_services.WAITING_LEASE)
        queue_slice(run, run.epoch)


def start_waiting() -> None:
    """Start runs that wait for no other, which whoever ended should have done. For the sweeper."""
    with tenant_scope(ALL):
        queued = CorrectionRun.objects.filter(status=Status.QUEUED, import_job__deleted_at=None)
        waiting = set(queued.values_list("tenant_id", "import_job_id"))
    for tenant_id, job_id in waiting:
        with tenant_scope(tenant_id):
            # Held by somebody who ends a run, or sends another: they start it.
            job = ImportJob.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
            if job is not None:
                start_next(job)


def queue_slice(run: CorrectionRun, epoch: int) -> None:
    """Put the task for the next slice in the queue, for whoever finds this epoch."""
    defer(_slice_task(), run_id=str(run.pk), epoch=epoch)


def _slice_task() -> Task[Any, Any, Any]:
    """Return the task that works on a run for a while. Looked up late: the task's module imports this one."""
    from imports.tasks import run_corrections_slice

    return run_corrections_slice


def complete(run: CorrectionRun, job: ImportJob) -> None:
    """End a run whose last row is done. Part of the transaction of its last chunk, which has both rows locked."""
    _end(run, job, Status.COMPLETED)
    events.record(job.pk, WebhookEvent.CORRECTED)


def fail(run: CorrectionRun, *, error: EngineError) -> bool:
    """End a run that cannot go on, if the caller still holds it. What it had not come to are drafts again."""
    with tenant_scope(run.tenant_id):
        job = ImportJob.objects.select_for_update(no_key=True).get(pk=run.import_job_id)
        held = CorrectionRun.objects.filter(pk=run.pk, epoch=run.epoch, status=Status.PROCESSING)
        run_now = held.select_for_update(no_key=True).first()
        if run_now is None:
            return False
        run_now.error_details = {"code": error.code, "error": error.message}
        _back_to_drafts(run_now)
        _end(run_now, job, Status.FAILED)
        tell_watchers(job)
    return True


def _end(run: CorrectionRun, job: ImportJob, status: str) -> None:
    run.status = status
    run.completed_at = timezone.now()
    run.lease_until = run.backend_pid = None
    run.save(update_fields=["status", "completed_at", "lease_until", "backend_pid", "error_details"])
    start_next(job)


def _back_to_drafts(run: CorrectionRun) -> None:
    """Make drafts of a run's rows that are not done, but for those that somebody has a newer draft of."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO import_corrections (tenant_id, import_job_id, run_no, row_index, row_number, values, is_mended)
            SELECT tenant_id, import_job_id, %(draft)s, row_index, row_number, values, true
            FROM (
                SELECT * FROM import_corrections
                WHERE tenant_id = %(tenant_id)s AND import_job_id = %(job_id)s AND run_no = %(run_no)s
                ORDER BY row_index
                OFFSET %(done)s
            ) AS left_over
            ON CONFLICT (import_job_id, run_no, row_index) DO NOTHING
            """,
            {
                "draft": DRAFT,
                "tenant_id": run.tenant_id,
                "job_id": run.import_job_id,
                "run_no": run.run_no,
                "done": run.row_index,
            },
        )


def tell_watchers(job: ImportJob) -> None:
    """Send the job's snapshot to those who watch it, once what changed is committed."""
    job_services.on_commit_in_scope(job.tenant_id, lambda: publisher.publish(job, open_run(job)))


def mark_attempt(run: CorrectionRun) -> None:
    """Count an attempt at the checkpoint's row before it is made: who dies of it counts nothing."""
    with tenant_scope(run.tenant_id):
        CorrectionRun.objects.filter(pk=run.pk, epoch=run.epoch).update(attempts=F("attempts") + 1)
