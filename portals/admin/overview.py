"""What goes on over all tenants: what is stuck and why, what runs, what waits, and who imported most."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from imports import control, platform
from imports.line import rows_left, rows_per_second
from imports.models import ImportJob
from imports.platform import Load
from irisx.accounts.requests import StaffRequest, staff_required
from irisx.refusals import Conflict
from portals import tally, wording
from portals.analytics_page import KeyFigure, percent
from portals.charts import Bar, bars
from portals.result_page import can_retry
from portals.tally import Tally
from portals.wording import counted

DAYS, TENANTS_SHOWN = 7, 10
_UTC = ZoneInfo("UTC")


class JobLine(NamedTuple):
    """An import that runs, is stuck, or failed."""

    job: ImportJob
    job_url: str
    tenant_url: str
    tally: Tally
    pace: str
    left: str
    reason: str  # why it is stuck or failed; "" for one that runs
    put_back_url: str  # "" for one that cannot go on
    cancel_url: str


class TenantLine(NamedTuple):
    """What a tenant imported in the last days."""

    name: str
    url: str
    bars: tuple[Bar, ...]  # rows of each day
    spoken: str
    imports: int
    rows: int
    failed: str


@require_safe
@staff_required
def overview(request: StaffRequest) -> HttpResponse:
    load = platform.load_now()
    reasons = {stuck.job.pk: stuck.reason for stuck in load.stuck}
    lines = [_job_line(job, reasons.get(job.pk, "")) for job in load.running]
    context = {
        "section": "overview",
        "heading": _heading(load),
        "running_words": _running_words(load),
        "now": timezone.now(),
        "key_figures": _key_figures(load),
        "stuck": [line for line in lines if line.reason],
        "running": [line for line in lines if not line.reason],
        "failed": [_job_line(job, (job.error_details or {}).get("error", "")) for job in load.failed],
        "failed_days": platform.FAILED_DAYS,
        "running_limit": settings.RUNNING_IMPORTS_PER_TENANT,
        "tenants": _most_active(),
        "days": DAYS,
        "failed_url": f"{reverse('admin_portal:all-imports')}?status=failed",
    }
    return render(request, "admin_portal/overview.html", context)


@require_POST
@staff_required
def put_back(request: StaffRequest, job_id: UUID) -> HttpResponse:
    return _act(request, job_id, lambda job: platform.put_back(job.pk), "“{job}” is in the queue again.")


@require_POST
@staff_required
def cancel(request: StaffRequest, job_id: UUID) -> HttpResponse:
    return _act(request, job_id, control.cancel, "“{job}” is cancelled; the rows that it wrote stay.")


def _act(request: StaffRequest, job_id: UUID, act: Callable[[ImportJob], None], done: str) -> HttpResponse:
    """Do to an import what is asked, and say on the overview that it was done, or why not."""
    job = get_object_or_404(ImportJob.objects.visible_to(request.user), pk=job_id)
    try:
        act(job)
        messages.success(request, done.format(job=job))
    except Conflict as refusal:
        messages.info(request, refusal.message)
    return redirect("admin_portal:home")


def _heading(load: Load) -> str:
    if load.stuck:
        are = "import is" if len(load.stuck) == 1 else "imports are"
        rest = "the rest flows" if len(load.running) > len(load.stuck) else "nothing else runs"
        return f"{len(load.stuck):,} {are} stuck, {rest}"
    if not load.workers:
        return "No worker runs"
    if load.failed_imports_today:
        return f"{counted(load.failed_imports_today, 'import')} failed today, the rest flows"
    return "Everything flows"


def _running_words(load: Load) -> str:
    stuck = {found.job.pk for found in load.stuck}
    running = [job for job in load.running if job.pk not in stuck]
    if not running:
        return "No other import runs." if stuck else "No import runs."
    tenants = counted(len({job.tenant_id for job in running}), "tenant")
    return f"{counted(len(running), 'import')} {'runs' if len(running) == 1 else 'run'} for {tenants}."


def _key_figures(load: Load) -> list[KeyFigure]:
    failed = percent(100 * load.failed_rows_today / load.rows_today) if load.rows_today else ""
    tasks = counted(load.tasks.count, "task")
    down = f", {counted(load.failing_addresses, 'endpoint')} down" if load.failing_addresses else ""
    return [
        KeyFigure("Rows per second, now", f"{load.rows_per_second:,.0f}", counted(load.workers, "worker")),
        KeyFigure("Imports in line", f"{load.queued_imports:,}", f"{tasks} due{_age(load.tasks)}"),
        KeyFigure("Rows today", f"{load.rows_today:,}", f"{failed} failed" if failed else "none yet"),
        KeyFigure(
            "Webhooks waiting",
            f"{load.webhooks.count:,}",
            f"{'on their way' if load.webhooks.count else 'all are sent'}{_age(load.webhooks)}{down}",
        ),
    ]


def _age(waiting: platform.Waiting) -> str:
    if waiting.since is None:
        return ""
    return f", the oldest for {wording.duration((timezone.now() - waiting.since).total_seconds())}"


def _job_line(job: ImportJob, reason: str) -> JobLine:
    pace = rows_per_second(job, timezone.now())
    return JobLine(
        job=job,
        job_url=reverse("admin_portal:job", args=[job.tenant.slug, job.pk]),
        tenant_url=reverse("admin_portal:history", args=[job.tenant.slug]),
        tally=tally.of_job(job),
        pace=f"{pace:,.0f}" if pace else "–",
        left=wording.about(max(1, round(rows_left(job) / pace))).removeprefix("about ") if pace else "–",
        reason=reason,
        put_back_url=reverse("admin_portal:put-back", args=[job.pk]) if _can_go_on(job) else "",
        cancel_url=reverse("admin_portal:cancel", args=[job.pk]),
    )


def _can_go_on(job: ImportJob) -> bool:
    return job.status == ImportJob.Status.PROCESSING or can_retry(job)


def _most_active() -> list[TenantLine]:
    """Return the tenants that imported most rows in the last days, the most first. One query."""
    today = timezone.now().astimezone(_UTC).date()
    steps = [today - timedelta(days=day) for day in reversed(range(DAYS))]
    jobs = ImportJob.objects.filter(created_at__gte=timezone.now() - timedelta(days=DAYS), deleted_at=None)
    by_day = (
        jobs.annotate(day=TruncDate("created_at", tzinfo=_UTC)).values("tenant__slug", "tenant__name", "day").order_by()
    )
    names: dict[str, str] = {}
    rows: dict[str, dict[object, tuple[int, int, int]]] = {}
    for line in by_day.annotate(imports=Count("pk"), rows=Sum("processed_rows"), failed=Sum("error_count")):
        slug = line["tenant__slug"]
        names[slug] = line["tenant__name"]
        rows.setdefault(slug, {})[line["day"]] = (line["imports"], line["rows"], line["failed"])
    totals = {slug: tuple(map(sum, zip(*days.values(), strict=True))) for slug, days in rows.items()}
    most = sorted(totals, key=lambda slug: -totals[slug][1])[:TENANTS_SHOWN]
    return [
        _tenant_line(slug, names[slug], [rows[slug].get(step, (0, 0, 0))[1] for step in steps], totals[slug])
        for slug in most
    ]


def _tenant_line(slug: str, name: str, rows_by_day: list[int], totals: tuple[int, ...]) -> TenantLine:
    imports, rows, failed = totals
    return TenantLine(
        name=name,
        url=reverse("admin_portal:history", args=[slug]),
        bars=bars(rows_by_day),
        spoken=", ".join(f"{rows:,}" for rows in rows_by_day),
        imports=imports,
        rows=rows,
        failed=percent(100 * failed / rows if rows else None),
    )
