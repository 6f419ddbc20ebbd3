"""A tenant's imports that run and those in line behind them: whose turn it is, and how long each will take."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from imports.models import ImportJob

Status = ImportJob.Status


@dataclass(frozen=True, slots=True)
class Line:
    """The tenant's imports at one moment. Those that are paused stand in no line."""

    running: tuple[ImportJob, ...]
    queued: tuple[ImportJob, ...]  # in the order in which services.start_next() takes them
    now: datetime

    def place_of(self, job: ImportJob) -> int | None:
        """Return a queued job's place in line, from 1; None for one that is not in it."""
        return next((place for place, other in enumerate(self.queued, start=1) if other.pk == job.pk), None)

    def seconds_left(self, job: ImportJob) -> int | None:
        """Return how long it is until a queued job's last row is done, at the pace of those that run.

        None if none of them has a pace yet, or the job is not in line.
        """
        place = self.place_of(job)
        paces = [pace for other in self.running if (pace := rows_per_second(other, self.now))]
        if place is None or not paces:
            return None
        seconds = seconds_until_done(
            [rows_left(other) for other in (*self.running, *self.queued)],
            len(self.running) + place - 1,
            # Those that have just begun count like the others.
            rows_per_second=sum(paces) / len(paces) * len(self.running),
            at_once=settings.RUNNING_IMPORTS_PER_TENANT,
        )
        return max(1, round(seconds))


def line_of(tenant_id: int) -> Line:
    """Return the tenant's line as it is now. One query."""
    jobs = ImportJob.objects.filter(
        tenant_id=tenant_id, status__in=[Status.PROCESSING, Status.QUEUED], deleted_at=None
    ).order_by("pk")
    found = jobs.only("status", "total_rows", "row_index", "pace_since", "pace_from")
    by_status: dict[str, list[ImportJob]] = {Status.PROCESSING: [], Status.QUEUED: []}
    for job in found:
        by_status[job.status].append(job)
    return Line(tuple(by_status[Status.PROCESSING]), tuple(by_status[Status.QUEUED]), timezone.now())


def rows_left(job: ImportJob) -> int:
    return job.total_rows - job.row_index


def rows_per_second(job: ImportJob, now: datetime) -> float:
    """Return the pace of a running job since it was started or resumed; 0.0 before its first rows."""
    if job.pace_since is None or now <= job.pace_since:
        return 0.0
    return (job.row_index - job.pace_from) / (now - job.pace_since).total_seconds()


def seconds_until_done(rows: Sequence[int], which: int, *, rows_per_second: float, at_once: int) -> float:
    """Return when the import at place `which` is done, if so many at once take turns, in this order, at one pace.

    `rows`: how many are left of each. Those behind it count too, once they run beside it.
    """
    waiting = deque(enumerate(rows))
    at_work: dict[int, int] = {}
    seconds = 0.0
    while True:
        while waiting and len(at_work) < at_once:
            place, its_rows = waiting.popleft()
            at_work[place] = its_rows
        least = min(at_work.values())
        seconds += least * len(at_work) / rows_per_second
        if at_work.get(which) == least:
            return seconds
        at_work = {place: left - least for place, left in at_work.items() if left > least}
