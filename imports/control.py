"""What people ask of an import that is under way: to be cancelled, to pause, to go on, to be tried again.

It is written down first, and done by whoever holds the job's row: at once, or after the chunk that is being written.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from imports import services
from imports.holding import scope_unless_held
from imports.models import ImportJob, ImportRequest
from imports.webhooks import events
from imports.webhooks.models import WebhookEvent
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict

Status = ImportJob.Status
What = ImportRequest.What


def cancel(job: ImportJob) -> None:
    """Stop an import for good. Rows that are done stay.

    Takes effect at once, or after the chunk that is being written. Cancelling twice changes nothing. Raises Conflict
    if the import is at its end.
    """
    _ask(job, What.CANCEL)


def pause(job: ImportJob) -> None:
    """Have an import rest, also one that is still in line; its place goes to the tenant's next.

    Takes effect at once, or after the chunk that is being written. Pausing twice changes nothing. Raises Conflict if
    the import was not started or is at its end.
    """
    _ask(job, What.PAUSE)


def resume(job: ImportJob) -> None:
    """Put a paused import back where it stood in line; it goes on from its checkpoint.

    Resuming twice changes nothing. Raises Conflict if the import was not started or is at its end.
    """
    _ask(job, What.RESUME)


def retry(job: ImportJob) -> None:
    """Put a failed import in line again; it goes on from its checkpoint.

    Retrying twice changes nothing. Raises Conflict if the import did not fail, or its file is erased,
    or a worker that mends rows of it hangs.
    """
    with scope_unless_held(job.tenant_id):
        failed = ImportJob.objects.filter(pk=job.pk, status=Status.FAILED, deleted_at=None)
        if failed.filter(rows_path="").exists():
            days = settings.UPLOADED_FILES_KEPT_DAYS
            raise Conflict("file_gone", f"The file is kept for {days} days and was erased. Upload it again.")
        queued = failed.update(
            status=Status.QUEUED, epoch=F("epoch") + 1, attempts=0, error_details=None, completed_at=None
        )
        job.refresh_from_db()
        if not queued and job.status not in (Status.QUEUED, Status.PROCESSING):
            raise Conflict("not_failed", "This import did not fail; there is nothing to retry.")
        if queued:
            services.start_next(job.tenant_id, wait_seconds=services.CHUNK_SECONDS)
            services.tell_watchers(job)
        job.refresh_from_db()


def _ask(job: ImportJob, what: str) -> None:
    """Write down what somebody asks, and do it if nobody is writing for the job; else its runner does it next.

    Nothing here waits for a worker that hangs: it may hold the job's row and the tenant's lock.
    """
    with tenant_scope(job.tenant_id):
        job.refresh_from_db()
        if job.status == Status.CANCELLED and what == What.CANCEL:
            return
        if job.is_finished:
            raise Conflict("already_finished", f"This import is at its end already; there is nothing to {what}.")
        if job.status == Status.PENDING and what != What.CANCEL:
            raise Conflict("not_started", f"This import was not started yet; there is nothing to {what}.")
        ImportRequest.objects.create(tenant_id=job.tenant_id, job=job, what=what)
        answer_unless_held(job.pk)
        if what == What.RESUME:
            services.start_next(job.tenant_id, wait_seconds=services.CHUNK_SECONDS)
        job.refresh_from_db()


def answer_unless_held(job_id: UUID) -> None:
    """Do what was asked of a job, unless somebody holds its row. Inside the tenant's scope."""
    job = ImportJob.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=job_id).first()
    if job is not None and answer_requests(job):
        services.tell_watchers(job)


# What is asked → (what becomes of the job, if it is one of these).
_ANSWERS = {
    What.CANCEL: (Status.CANCELLED, (Status.PENDING, *ImportJob.OPEN)),
    What.PAUSE: (Status.PAUSED, (Status.QUEUED, Status.PROCESSING)),
    What.RESUME: (Status.QUEUED, (Status.PAUSED,)),
}


def asked_of(job: ImportJob) -> What | None:
    """Return what was asked of a job and is not done yet. One query."""
    return _what_counts(_requests_of(job))


def _requests_of(job: ImportJob) -> list[ImportRequest]:
    """Return what was asked, in the order in which it was."""
    return list(ImportRequest.objects.filter(tenant_id=job.tenant_id, job=job).order_by("pk"))


def _what_counts(requests: list[ImportRequest]) -> What | None:
    """Return which of several requests counts: a cancel before all others, else the last one."""
    asked = [What(request.what) for request in requests]
    if What.CANCEL in asked:
        return What.CANCEL
    return asked[-1] if asked else None


def answer_requests(job: ImportJob) -> bool:
    """Do what was asked of a job whose row the caller has locked. Return whether its status is another now."""
    requests = _requests_of(job)
    what = _what_counts(requests)
    if what is None:
        return False
    status, statuses_before = _ANSWERS[what]
    # Those that were read: one that came in since is for the next look.
    ImportRequest.objects.filter(pk__in=[request.pk for request in requests]).delete()
    if job.status not in statuses_before:
        return False
    job.status = status
    # Whoever worked on it, or has a task for it, has lost it.
    job.epoch += 1
    job.lease_until = job.backend_pid = None
    job.completed_at = timezone.now() if job.is_finished else None
    job.save(update_fields=["status", "epoch", "lease_until", "backend_pid", "completed_at"])
    if job.is_finished:
        events.record(job.pk, WebhookEvent(status))
    services.start_next(job.tenant_id)
    job.refresh_from_db()
    return True


def answer_left_requests() -> None:
    """Do what was asked of jobs whose runners did not come to it. For the sweeper."""
    with tenant_scope(ALL):
        left = set(ImportRequest.objects.values_list("tenant_id", "job_id"))
    for tenant_id, job_id in left:
        with tenant_scope(tenant_id):
            answer_unless_held(job_id)
