"""Edits of many rows at once: written at once where they are few, by a worker where somebody would have to wait.

A worker goes through the rows in file order. A batch of them and the place behind it are one transaction, under the
edit's row: two that work on one edit take turns, and one that dies leaves it where it stood. Undo takes that row away,
and who works on the edit stops.
"""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.utils import timezone
from procrastinate.tasks import Task

from imports import services as job_services
from imports.corrections import drafts
from imports.corrections.drafts import BATCH_ROWS, Change, Group, Saved
from imports.corrections.models import CorrectionEdit
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.queue import defer
from irisx.refusals import Conflict

Status = CorrectionEdit.Status


def begin(job: ImportJob, group: Group, change: Change) -> Saved | CorrectionEdit:
    """Change the rows of a group that have a text: now where they are few, else by a worker, as the edit returned.

    Inside the tenant's scope. Raises Conflict while a worker changes rows of this import.
    """
    # Locked: of two that begin at once the second sees the first, and so does who imports what is mended.
    job = ImportJob.objects.select_for_update(no_key=True).get(pk=job.pk)
    refuse_while_at_work(job)
    total_rows = drafts.count_rows(job, group, change)
    if total_rows <= BATCH_ROWS:
        return drafts.change_rows(job, change, drafts.rows_with(job, group, change))
    forget(job)
    edit = CorrectionEdit.objects.create(
        tenant_id=job.tenant_id,
        import_job=job,
        error_type=group.type,
        field=group.field,
        total_rows=total_rows,
        **change._asdict(),
    )
    _queue(edit)
    return edit


def latest(job: ImportJob) -> CorrectionEdit | None:
    """Return the last edit of many rows of a job, at work or done; None if there is none to be undone. One query."""
    return CorrectionEdit.objects.filter(tenant_id=job.tenant_id, import_job=job).first()


def refuse_while_at_work(job: ImportJob) -> None:
    """Raise Conflict while a worker changes rows of a job."""
    edit = latest(job)
    if edit is not None and edit.is_at_work:
        raise Conflict(
            "edit_at_work", f"{edit.total_rows:,} rows are being changed. Wait until that is done, or stop it."
        )


def forget(job: ImportJob) -> None:
    """Let go of what could be undone; what it wrote stays."""
    CorrectionEdit.objects.filter(tenant_id=job.tenant_id, import_job=job).delete()


def undo(job: ImportJob, edit_id: UUID) -> int:
    """Take an edit back, also one that is at work. Return how many rows changed."""
    # Waits for the batch that is open; there is no next one.
    CorrectionEdit.objects.filter(tenant_id=job.tenant_id, import_job=job, pk=edit_id).delete()
    return drafts.undo(job, edit_id)


# The worker's part ---------------------------------------------------------------------------------------------------


def work(edit_id: UUID, *, seconds: float) -> None:
    """Work on an edit for about so long, and queue the rest. It may be started twice, and goes on where it stands."""
    deadline = time.monotonic() + seconds
    with tenant_scope(ALL):
        edit = CorrectionEdit.objects.filter(pk=edit_id).first()
    while edit is not None and edit.is_at_work:
        with tenant_scope(edit.tenant_id):
            edit = _do_batch(edit_id)
            if edit is not None and edit.is_at_work and time.monotonic() >= deadline:
                _queue(edit)
                return


def _do_batch(edit_id: UUID) -> CorrectionEdit | None:
    """Change the next rows of an edit, and return it as it is then; None if somebody has undone it."""
    edits = CorrectionEdit.objects.select_related("import_job__tenant").select_for_update(of=("self",))
    edit = edits.filter(pk=edit_id, status=Status.WORKING).first()
    if edit is None:
        return None
    job, change = edit.import_job, Change(edit.kind, edit.header, edit.text, edit.new)
    group = Group(edit.error_type, edit.field)
    indexes = drafts.rows_with(job, group, change, after=edit.row_index, limit=BATCH_ROWS)
    saved = drafts.change_rows(job, change, indexes, edit_id=edit.pk)
    edit.row_index = indexes[-1] if indexes else edit.row_index
    edit.done_rows += len(indexes)
    edit.changed_rows += saved.rows
    edit.mended_rows += saved.mended
    edit.touched_at = timezone.now()
    if len(indexes) < BATCH_ROWS:
        edit.status = Status.DONE
    edit.save(update_fields=["row_index", "done_rows", "changed_rows", "mended_rows", "touched_at", "status"])
    return edit


def go_on() -> None:
    """Queue edits again that nobody has worked on for a while. For the sweeper; a second task for one does no harm."""
    left_since = timezone.now() - job_services.WAITING_LEASE
    with tenant_scope(ALL):
        left = CorrectionEdit.objects.filter(status=Status.WORKING, touched_at__lt=left_since)
        for edit in left.select_for_update(skip_locked=True):
            edit.touched_at = timezone.now()
            edit.save(update_fields=["touched_at"])
            _queue(edit)


def _queue(edit: CorrectionEdit) -> None:
    defer(_task(), edit_id=str(edit.pk))


def _task() -> Task[Any, Any, Any]:
    """Return the task that works on an edit for a while. Looked up late: the task's module imports this one."""
    from imports.tasks import change_rows

    return change_rows
