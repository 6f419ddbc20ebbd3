"""Exports that a worker writes: asked for, taken up, taken up again where a worker died, kept for a week.

Who writes an export holds a lock of its connection, not of a transaction: it is free again as soon as the process is
gone, and nothing else has to be renewed meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone
from procrastinate.tasks import Task

from contacts import exports
from contacts.models import EXPORTS_KEPT, ExportJob
from irisx import files
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.queue import defer
from irisx.refusals import Conflict, NotFound, Refusal, TooMany, Unavailable

logger = logging.getLogger(__name__)

Status = ExportJob.Status

MAX_ATTEMPTS = 3
# A pending one that no worker has taken up so long gets a second task: the first was lost with who fetched it.
LOST_AFTER = timedelta(minutes=10)


def create(tenant: Tenant, *, user: User | None, selection: exports.Selection) -> ExportJob:
    """Have a worker write an export, and return its pending job.

    Raises Invalid as exports.check() does, and TooMany while as many of the tenant's are not at their end.
    """
    with tenant_scope(tenant):
        exports.check(tenant, selection)
        limit = settings.OPEN_EXPORTS_PER_TENANT
        if ExportJob.objects.for_tenant(tenant).filter(status__in=ExportJob.OPEN).count() >= limit:
            message = f"{limit} exports of yours are not at their end. Wait for one of them."
            raise TooMany("quota_exceeded", message, limit=limit)
        job = ExportJob.objects.create(
            tenant=tenant,
            user=user,
            format=selection.format,
            list_id=selection.list_id,
            limit=selection.limit,
            fields=list(selection.fields),
            keeps_order=selection.keeps_order,
            search=selection.search,
            import_id=selection.import_id,
        )
        defer(_task(), export_id=str(job.pk))
        job.refresh_from_db()
        return job


def selection_of(job: ExportJob) -> exports.Selection:
    return exports.Selection(
        exports.Format(job.format),
        job.list_id,
        job.limit,
        tuple(job.fields),
        job.keeps_order,
        job.search,
        job.import_id,
    )


def open_file(job: ExportJob) -> IO[bytes]:
    """Return the file of a completed export, open. Raises Conflict before, and NotFound once it is purged."""
    if job.status == Status.FAILED:
        raise Conflict("export_failed", "This export failed, so there is no file. Ask for another.")
    if job.status != Status.COMPLETED:
        raise Conflict("export_not_ready", "This export is not written yet. Ask again in a moment.")
    try:
        return files.open_kept(job.file_path)
    except FileNotFoundError as error:
        raise NotFound("not_found", "The file of this export is not there any more. Ask for another.") from error


# The worker's part ---------------------------------------------------------------------------------------------------


def run(export_id: UUID) -> None:
    """Write an export's file. Called twice, the second call finds that it is being written, or is.

    If it fails for a reason that will not pass, the job says so; after any other, or if the process dies, sweep() has
    it taken up again.
    """
    with _lock(export_id) as is_ours:
        job = _taken_up(export_id) if is_ours else None
        if job is None:
            return
        selection = selection_of(job)
        name = f"exports/{job.pk.hex[-2:]}/{job.pk}.{exports.ENDINGS[selection.format]}"
        try:
            with files.file_for(name) as file:
                count = exports.write(job.tenant, selection, file)
                size_bytes = file.tell()
        except Unavailable:
            raise
        except Refusal as refusal:
            _end(job, status=Status.FAILED, error_details=refusal.as_json())
        else:
            _end(job, status=Status.COMPLETED, file_path=name, contact_count=count, size_bytes=size_bytes)


def _taken_up(export_id: UUID) -> ExportJob | None:
    """Return the job, now in processing; None if it is at its end or gone."""
    with tenant_scope(ALL):
        job = ExportJob.objects.select_related("tenant").filter(pk=export_id, status__in=ExportJob.OPEN).first()
        if job is None:
            return None
        ExportJob.objects.filter(pk=export_id).update(status=Status.PROCESSING, attempts=F("attempts") + 1)
        return job


def _end(job: ExportJob, **changes: Any) -> None:
    with tenant_scope(job.tenant_id):
        ExportJob.objects.filter(pk=job.pk).update(completed_at=timezone.now(), **changes)


def sweep() -> None:
    """Have exports taken up again whose worker is gone; give up on those that took too many workers with them."""
    lost = timezone.now() - LOST_AFTER
    with tenant_scope(ALL):
        open_jobs = list(ExportJob.objects.filter(status__in=ExportJob.OPEN))
    for job in open_jobs:
        if job.status == Status.PENDING and job.created_at > lost:
            continue
        with _lock(job.pk) as is_free:
            if is_free and job.attempts < MAX_ATTEMPTS:
                with tenant_scope(job.tenant_id):
                    defer(_task(), export_id=str(job.pk))
            elif is_free:
                message = "This export could not be written. Ask for another, and tell us if it happens again."
                _end(job, status=Status.FAILED, error_details={"code": "export_failed", "error": message})


def purge() -> None:
    """Erase exports a week after they were asked for. It may run twice, and goes on where it stopped."""
    with tenant_scope(ALL):
        old = list(ExportJob.objects.filter(created_at__lt=timezone.now() - EXPORTS_KEPT))
    for job in old:
        # The file first: a crash between the two leaves a row, and the next run clears it.
        files.remove(job.file_path)
        with tenant_scope(job.tenant_id):
            ExportJob.objects.filter(pk=job.pk).delete()


@contextmanager
def _lock(export_id: UUID) -> Iterator[bool]:
    """Hold an export's place for as long as the block lasts; give False where another process or call has it."""
    # The random half of the id, as PostgreSQL's bigint.
    key = int.from_bytes(export_id.bytes[8:], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        # A connection that broke has let go by itself.
        if is_ours and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def _task() -> Task[Any, Any, Any]:
    # Looked up late: the task's module imports this one.
    from contacts.tasks import run_export

    return run_export
