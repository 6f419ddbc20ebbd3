"""Mails about imports: who hears that one ended, failed, or is held.

A mail holds numbers, the name of the import and a link, and nothing that stands in its rows. The names of a sheet's
columns are left out, too: where its header row is missing, the first contact stands in their place.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from imports.models import ImportJob
from imports.schedules.drift import Hold
from imports.webhooks.models import WebhookEvent
from irisx import mail
from irisx.accounts.models import ImportMail, User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.queue import defer

Status = ImportJob.Status

# What is told → the choices under which it is.
_TOLD = {
    WebhookEvent.COMPLETED: (ImportMail.ALL,),
    WebhookEvent.FAILED: (ImportMail.ALL, ImportMail.PROBLEMS),
    WebhookEvent.HELD: (ImportMail.ALL, ImportMail.PROBLEMS),
}
# What is told → the status in which it still is so. A mail that waited for its server may come too late.
_STILL = {
    WebhookEvent.COMPLETED: Status.COMPLETED,
    WebhookEvent.FAILED: Status.FAILED,
    WebhookEvent.HELD: Status.PENDING,
}


def record(job: ImportJob, event: WebhookEvent) -> None:
    """Queue mails to those who want to hear of it. Part of the transaction that it is about: rolled back, it never was.

    Whoever began the import hears of it. Of a recurring one whose owner is gone everybody of the tenant hears.
    """
    if event not in _TOLD:
        return
    from imports.tasks import mail_notice

    listening = User.objects.filter(is_active=True, import_mail__in=_TOLD[event])
    has_lost_owner = job.schedule_id is not None and (job.user is None or not job.user.is_active)
    people = listening.filter(tenant_id=job.tenant_id) if has_lost_owner else listening.filter(pk__in=[job.user_id])
    for user_id in people.order_by("pk").values_list("pk", flat=True):
        defer(mail_notice, job_id=str(job.pk), event=str(event), user_id=user_id)


def mail_notice(job_id: UUID, event: str, user_id: int) -> None:
    """Mail somebody what became of an import; nothing if it is otherwise by now, or they want no such mails."""
    user = User.objects.filter(pk=user_id, is_active=True, import_mail__in=_TOLD[WebhookEvent(event)]).first()
    if user is None:
        return
    with tenant_scope(ALL):
        jobs = ImportJob.objects.visible_to(user).select_related("tenant", "schedule")
        job = jobs.filter(pk=job_id, status=_STILL[WebhookEvent(event)]).first()
    if job is None:
        return
    mail.send(user.email, subject=_subject(job, event), template=f"import_{event}", context=_context(job, user))


def _subject(job: ImportJob, event: str) -> str:
    name = f"“{job.schedule or job}”"
    if event == WebhookEvent.HELD:
        return f"{name} is held"
    if event == WebhookEvent.FAILED:
        return f"{name} failed"
    if job.error_count:
        return f"{name} is imported, {job.error_count:,} of {job.total_rows:,} rows need you"
    return f"{name} is imported"


def _context(job: ImportJob, user: User) -> dict[str, Any]:
    """Return what the templates of templates/mail/import_*.txt show."""
    counts = [
        ("Created", job.created_count),
        ("Updated", job.updated_count),
        ("Unchanged", job.unchanged_count),
        ("Skipped", job.skipped_count),
        ("Failed", job.error_count),
    ]
    return {
        "job": job,
        "user": user,
        "rows": _rows(job.total_rows),
        "done": _rows(job.processed_rows) if job.processed_rows else "",
        "counts": [(name, f"{count:,}") for name, count in counts if count],
        "hold": Hold.from_json(job.held) if job.held else None,
        "link": settings.SITE_URL + _path(job, user),
        "choice_url": settings.SITE_URL + reverse("customer:account"),
        "kept_days": settings.UPLOADED_FILES_KEPT_DAYS,
    }


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _path(job: ImportJob, user: User) -> str:
    """Return the address of the import's page in the portal that the user has."""
    if user.tenant_id is None:
        return reverse("admin_portal:job", args=[job.tenant.slug, job.pk])
    return reverse("customer:job", args=[job.pk])
