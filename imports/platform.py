"""What runs, waits and is stuck on the whole platform, and putting back in the queue what is stuck."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Aggregate, Count, Min, Q, QuerySet, Sum, Value
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from imports import control, services, sweeper
from imports.engine.errors import EngineError
from imports.holding import scope_unless_held
from imports.line import rows_per_second
from imports.models import ImportJob
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict

Status = ImportJob.Status

STUCK_AFTER = timedelta(minutes=2)
"""Without a checkpoint for so long an import is stuck. The sweeper takes over much sooner, where it can."""

FAILED_SHOWN, FAILED_DAYS = 10, 7

_WORKER_IS_SILENT_AFTER = timedelta(seconds=60)


class EndedByOperator(EngineError):
    """An operator ended this import. Retry it, or upload the file again."""

    code = "ended_by_operator"


class Stuck(NamedTuple):
    """A running import that gets nowhere."""

    job: ImportJob
    reason: str  # a sentence


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things that wait for their turn."""

    count: int
    since: datetime | None  # of the oldest; None where nothing waits


@dataclass(frozen=True, slots=True)
class Load:
    """What goes on at one moment, of all tenants."""

    running: tuple[ImportJob, ...]  # with tenant and user, the oldest first
    stuck: tuple[Stuck, ...]
    failed: tuple[ImportJob, ...]  # the last of the last days, the newest first
    queued_imports: int
    tasks: Waiting
    webhooks: Waiting
    failing_addresses: int
    workers: int
    rows_per_second: float
    rows_today: int
    failed_rows_today: int
    failed_imports_today: int


def load_now() -> Load:
    """Return what goes on now. Four queries, and one more if an import is stuck; inside tenant_scope(ALL)."""
    now = timezone.now()
    jobs = ImportJob.objects.filter(deleted_at=None)
    running = tuple(jobs.filter(status=Status.PROCESSING).select_related("tenant", "user").order_by("started_at", "id"))
    today = jobs.filter(created_at__gte=now.replace(hour=0, minute=0, second=0, microsecond=0)).aggregate(
        rows=Sum("processed_rows", default=0),
        failed_rows=Sum("error_count", default=0),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
    )
    waiting = _waiting(now)
    return Load(
        running=running,
        stuck=tuple(_stuck(running, now)),
        failed=tuple(_failed(now)),
        queued_imports=waiting["imports"].count,
        tasks=waiting["tasks"],
        webhooks=waiting["webhooks"],
        failing_addresses=waiting["failing addresses"].count,
        workers=waiting["workers"].count,
        rows_per_second=sum(rows_per_second(job, now) for job in running),
        rows_today=today["rows"],
        failed_rows_today=today["failed_rows"],
        failed_imports_today=today["failed"],
    )


def put_back(job_id: UUID) -> None:
    """Give a stuck import to the next worker, or put a failed one in line again; each goes on from its checkpoint.

    No row is written twice: whoever held the import finds that it has lost it. Raises Conflict for an import that is
    neither stuck nor failed.
    """
    with tenant_scope(ALL):
        job = ImportJob.objects.select_related("tenant").get(pk=job_id)
    if job.status != Status.PROCESSING:
        control.retry(job)
    elif _is_stuck(job, timezone.now()):
        sweeper.take_over(job)
    else:
        raise Conflict("not_stuck", f"“{job}” is being worked on; there is nothing to put back.")


def fail(job_id: UUID) -> None:
    """End a running import where it stands. Rows that are done stay. Raises Conflict for one that does not run."""
    with scope_unless_held(ALL):
        # Locked: a runner that claims it in between would raise the epoch.
        job = ImportJob.objects.select_for_update(no_key=True).get(pk=job_id)
        if not services.fail(job.pk, epoch=job.epoch, error=EndedByOperator()):
            raise Conflict("not_running", f"“{job}” does not run; there is nothing to end.")


def _is_stuck(job: ImportJob, now: datetime) -> bool:
    # Each chunk renews the lease.
    last_checkpoint = job.lease_until and job.lease_until - timedelta(seconds=settings.LEASE_SECONDS)
    return last_checkpoint is None or last_checkpoint < now - STUCK_AFTER


def _stuck(running: Iterable[ImportJob], now: datetime) -> list[Stuck]:
    stuck = [job for job in running if _is_stuck(job, now)]
    states = _backend_states([job.backend_pid for job in stuck if job.backend_pid is not None])
    return [Stuck(job, _reason(job, states.get((job.backend_pid, job.backend_start)))) for job in stuck]


def _failed(now: datetime) -> Iterable[ImportJob]:
    since = now - timedelta(days=FAILED_DAYS)
    failed = ImportJob.objects.filter(status=Status.FAILED, deleted_at=None, created_at__gte=since)
    return failed.select_related("tenant", "user").order_by("-created_at", "-id")[:FAILED_SHOWN]


class _Backend(NamedTuple):
    """What a database connection does."""

    state: str
    waits_for: str


def _backend_states(pids: list[int]) -> dict[tuple[int | None, datetime | None], _Backend]:
    """Return (pid, start) → what that connection does; those that are gone are missing. No query for none."""
    if not pids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, backend_start, state, wait_event_type FROM pg_stat_activity WHERE pid = ANY(%s)",
            [pids],
        )
        return {(pid, start): _Backend(state or "", waits_for or "") for pid, start, state, waits_for in cursor}


def _reason(job: ImportJob, backend: _Backend | None) -> str:
    if job.backend_pid is None:
        return "No worker took it up"
    if backend is None:
        return "The worker that held it is gone"
    if backend.waits_for == "Lock":
        return "Waits for a lock that somebody else holds"
    if backend.state == "idle in transaction":
        return "Its worker does not answer, in the middle of a chunk"
    if backend.state == "active":
        return "The database works on one of its statements"
    return "Its worker does not answer"


def _waiting(now: datetime) -> dict[str, Waiting]:
    """Return what there is of each kind → how many, and since when. One query for all of them."""
    due = ProcrastinateJob.objects.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=now), status="todo")
    kinds = {
        "tasks": _counted(due, Min("procrastinateevent__at", filter=Q(procrastinateevent__type="deferred"))),
        "imports": _counted(ImportJob.objects.filter(deleted_at=None, status=Status.QUEUED), Min("created_at")),
        "webhooks": _counted(WebhookDelivery.objects.filter(due_at__isnull=False), Min("created_at")),
        "failing addresses": _counted(
            WebhookEndpoint.objects.filter(failing_since__isnull=False, disabled_reason=""), Min("failing_since")
        ),
        "workers": _counted(
            ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - _WORKER_IS_SILENT_AFTER), Min("last_heartbeat")
        ),
    }
    named = [counted.annotate(kind=Value(kind)) for kind, counted in kinds.items()]
    lines = [counted.values_list("kind", "count", "since") for counted in named]
    found = {kind: Waiting(count, since) for kind, count, since in lines[0].union(*lines[1:], all=True)}
    return {kind: found.get(kind, Waiting(0, None)) for kind in kinds}


def _counted(rows: QuerySet[Any], since: Aggregate) -> Any:
    """Return a statement that counts rows; none comes of it where there are none."""
    # All in one group. Each task is joined with its events, so that it comes several times.
    of_all = rows.order_by().values(group=Value(1))
    return of_all.annotate(count=Count("pk", distinct=True), since=since)
