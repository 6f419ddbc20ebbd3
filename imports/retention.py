"""What is erased of imports in time: uploaded files, uploads that nobody started, deleted jobs and all of theirs."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from imports.corrections.models import Correction
from imports.models import ErrorLogEntry, ImportChange, ImportChunk, ImportJob
from imports.webhooks import events
from imports.webhooks.models import WebhookEvent
from irisx import files
from irisx.accounts.tenancy import ALL, tenant_scope

Status = ImportJob.Status


def purge(*, batch_rows: int = 10_000) -> None:
    """Erase what is kept no longer: uploaded files 7 days after the end, deleted jobs after 30 days, in batches.

    Uploads that nobody confirmed count from their upload, and are cancelled. It may run twice, and goes on where it
    stopped.
    """
    now = timezone.now()
    files_until = now - timedelta(days=settings.UPLOADED_FILES_KEPT_DAYS)
    with tenant_scope(ALL):
        old = ImportJob.objects.exclude(file_path="", rows_path="").filter(
            Q(completed_at__lt=files_until) | Q(status=Status.PENDING, created_at__lt=files_until)
        )
        abandoned = list(old)
    for job in abandoned:
        _cancel_forgotten(job)
        # The files first: a crash between the two leaves a name without a file, and the next run clears it.
        files.remove(job.file_path, job.rows_path)
        with tenant_scope(job.tenant_id):
            ImportJob.objects.filter(pk=job.pk).update(file_path="", rows_path="")
    with tenant_scope(ALL):
        gone = list(ImportJob.objects.filter(deleted_at__lt=now - timedelta(days=settings.DELETED_JOBS_KEPT_DAYS)))
    for job in gone:
        files.remove(job.file_path, job.rows_path)
        for table in (ErrorLogEntry, ImportChange, ImportChunk, Correction):
            while _delete_some(table, job, batch_rows):
                pass
        with tenant_scope(job.tenant_id):
            ImportJob.objects.filter(pk=job.pk).delete()


def _cancel_forgotten(job: ImportJob) -> None:
    """End an upload that nobody confirmed: without its file there is nothing to preview or to start."""
    days = settings.UPLOADED_FILES_KEPT_DAYS
    with tenant_scope(job.tenant_id):
        cancelled = ImportJob.objects.filter(pk=job.pk, status=Status.PENDING).update(
            status=Status.CANCELLED,
            completed_at=timezone.now(),
            error_details={
                "code": "never_started",
                "error": f"Nobody started this import within {days} days, so its file was erased. Upload it again.",
            },
        )
        if cancelled:
            events.record(job.pk, WebhookEvent.CANCELLED)


def _delete_some(
    table: type[ErrorLogEntry | ImportChange | ImportChunk | Correction], job: ImportJob, rows: int
) -> int:
    """Delete so many of a job's rows of one table in a transaction of their own. Return how many there were."""
    with tenant_scope(job.tenant_id), connection.cursor() as cursor:
        name = connection.ops.quote_name(table._meta.db_table)
        cursor.execute(
            f"DELETE FROM {name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {name} "  # noqa: S608 (a model's own name)
            "WHERE tenant_id = %s AND import_job_id = %s LIMIT %s))",
            [job.tenant_id, job.pk, rows],
        )
        return int(cursor.rowcount)
