"""The sweeper: takes over imports whose runner died or froze, and starts what waits for nobody.

It goes by the rows of jobs and runs, never by the queue: tasks may be lost or doubled.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from imports import control, services
from imports.corrections import services as corrections
from imports.corrections.models import CorrectionRun
from imports.holding import Held
from imports.models import ImportJob
from imports.pace import Pace
from irisx.accounts.tenancy import ALL, Locked, impatient_scope, tenant_scope
from irisx.queue import defer

logger = logging.getLogger(__name__)


def sweep() -> None:
    """Take over jobs whose runner is gone or silent, do what was asked of jobs, and start queued ones with a place.

    It looks at our rows, not into the queue. Any number of sweepers may run at once.
    """
    for left in _left():
        take_over(left)
    control.answer_left_requests()
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
