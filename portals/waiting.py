"""What waits for somebody: imports that cannot go on, rows to mend, connections to renew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, Value
from django.utils import timezone

from imports.connectors.models import AirtableConnection, GoogleConnection
from imports.corrections import drafts
from imports.models import ImportJob, ImportJobQuerySet
from imports.schedules.drift import Hold
from imports.schedules.models import ImportSchedule
from irisx.accounts.models import Tenant, User
from portals.recurring_page import timing_in_words
from portals.result_page import title_of
from portals.templatetags.portal import came_in, when
from portals.wording import counted

Status = ImportJob.Status
UrlOf = Callable[..., str]
"""The address of a page about the tenant, by its name and what else stands in it."""

DAYS_NEWS = 28
"""So long an import that failed, or rows of one, wait for somebody; then nobody will come."""


class Waiting(NamedTuple):
    """One thing that somebody has to do."""

    key: str  # keeps the focus where it is while the page renews itself
    name: str
    beside: str
    why: str
    step: str  # the next one, on the button
    url: str


def waiting_of(
    tenant: Tenant, user: User, schedules: Iterable[ImportSchedule], jobs: Iterable[ImportJob], url_of: UrlOf
) -> list[Waiting]:
    """Return what waits; of the jobs those that do, in their order. One query."""
    return [
        *_connections_waiting(tenant, user, url_of),
        *(_renewal_of(schedule, url_of) for schedule in schedules if schedule.needs_renewal),
        *(_waiting_of(job, url_of) for job in jobs if is_waiting(job)),
    ]


def jobs_waiting(tenant: Tenant) -> ImportJobQuerySet:
    """Return the imports that cannot go on without somebody, the newest first.

    Those that were never started wait for as long as they are kept. What failed is old news after DAYS_NEWS.
    """
    ended = Q(status=Status.FAILED) | Q(status=Status.COMPLETED, error_count__gt=0)
    waits = Q(status=Status.PENDING) | ended & Q(created_at__gte=_news_since())
    return ImportJob.objects.for_tenant(tenant).filter(waits).newest_first()


def is_waiting(job: ImportJob) -> bool:
    """Tell of one import what jobs_waiting() asks of all. Change the two together."""
    if job.status == Status.PENDING:
        return True
    ended = job.status == Status.FAILED or (job.status == Status.COMPLETED and job.error_count > 0)
    return ended and job.created_at >= _news_since()


def _news_since() -> datetime:
    return timezone.now() - timedelta(days=DAYS_NEWS)


def _waiting_of(job: ImportJob, url_of: UrlOf) -> Waiting:
    ended = f"Ended {when(job.completed_at)}"
    if job.held is not None and job.status == Status.PENDING:
        why = f"Held: {_lowered(Hold.from_json(job.held).reason)} Nothing was imported."
        return _job_waiting(job, f"Read {when(job.created_at)}", why, "Review columns", url_of("job-held", job.pk))
    if job.status == Status.PENDING:
        by = f", {job.user.display_name}" if job.user else ""
        beside = f"{came_in(job)} {when(job.created_at)}{by}"
        return _job_waiting(job, beside, _not_started(job), "Continue mapping", url_of("job-map", job.pk))
    if job.status == Status.FAILED:
        reason = (job.error_details or {}).get("error") or "It stopped before its last row."
        return _job_waiting(job, ended, reason, "See what happened", url_of("job-result", job.pk))
    causes = job.summary.errors if hasattr(job, "summary") else []
    # Until it is summed up, which is a moment after its end, nothing is known of its causes.
    is_mendable = any(drafts.is_mendable("error", kind, field) for kind, field, _ in causes)
    step = f"{'Correct' if is_mendable else 'See'} {counted(job.error_count, 'row')}"
    return _job_waiting(job, ended, _failed_rows(job, causes), step, url_of("job-result", job.pk))


def _job_waiting(job: ImportJob, beside: str, why: str, step: str, url: str) -> Waiting:
    return Waiting(f"waits-{job.pk}", str(job), beside, why, step, url)


def _not_started(job: ImportJob) -> str:
    unmapped = sum(column["field"] is None for column in job.columns)
    if not unmapped:
        return f"Not started: {counted(job.total_rows, 'row')} to look at before anything is written."
    have = "has" if unmapped == 1 else "have"
    return f"Not started. {unmapped:,} of {counted(len(job.columns), 'column')} {have} no field yet."


def _failed_rows(job: ImportJob, causes: Sequence[tuple[str, str, int]]) -> str:
    done = job.processed_rows - job.error_count
    need = "needs" if job.error_count == 1 else "need"
    words = f"{counted(job.error_count, 'row')} {need} a correction; {done:,} {'is' if done == 1 else 'are'} done."
    return f"{words} First cause: {_lowered(title_of(*causes[0][:2]))}." if causes else words


def _lowered(sentence: str) -> str:
    """Return a sentence as it stands after a colon."""
    return sentence[:1].lower() + sentence[1:]


def _renewal_of(schedule: ImportSchedule, url_of: UrlOf) -> Waiting:
    return Waiting(
        f"waits-{schedule.pk}",
        schedule.name,
        timing_in_words(schedule.timing).capitalize(),
        "The connection that it reads with was taken back. Nothing is read until somebody signs in again.",
        "Connect again",
        url_of("schedule", schedule.pk),
    )


def _connections_waiting(tenant: Tenant, user: User, url_of: UrlOf) -> Iterator[Waiting]:
    """Return the own connections that are refused now. One query."""
    refused = {"tenant": tenant, "user": user, "needs_reconnect": True}
    google = GoogleConnection.objects.filter(**refused).annotate(way=Value("sheet")).values_list("way", flat=True)
    airtable = AirtableConnection.objects.filter(**refused).annotate(way=Value("airtable"))
    for way in google.union(airtable.values_list("way", flat=True)):
        service = {"sheet": "Google", "airtable": "Airtable"}[way]
        yield Waiting(
            f"waits-{way}",
            f"Your connection to {service}",
            "Used by nobody else",
            f"{service} takes it no more. What you keep there is not read until you connect again.",
            "Connect again",
            f"{url_of('new-import')}?via={way}",
        )
