"""How far a job is, for those who watch: the snapshot's shape, the group names, and the publisher.

The stored job is the truth; a message is a hint. What is lost costs a moment, never a wrong number.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import threading
import time
from typing import Any, NamedTuple
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone
from redis.exceptions import RedisError

from imports.corrections.models import CorrectionRun, open_run
from imports.line import Line, line_of, rows_left, rows_per_second
from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope

logger = logging.getLogger(__name__)

COUNTS = (
    "processed_rows",
    "total_rows",
    "success_count",
    "error_count",
    "skipped_count",
    "duplicate_count",
    "created_count",
    "updated_count",
    "unchanged_count",
)
MESSAGES_PER_SECOND = 10
TIMEOUT_SECONDS = 1.0


def group_name(job_id: UUID) -> str:
    """Return the channel layer's group of those who watch a job."""
    return f"import.{job_id}"


def snapshot(job: ImportJob, run: CorrectionRun | None = None) -> dict[str, Any]:
    """Return the `data` of a message: status, percent, counts, place in the queue, seconds left (an estimate, or None).

    While corrections run beside a job that is at its end, `corrections` says how far they are; else there is no such
    key. One query for a queued job, none for others.
    """
    corrections = {"run_no": run.run_no, "processed_rows": run.row_index, "total_rows": run.total_rows} if run else None
    return {
        "status": str(job.status),
        "progress_percent": job.progress_percent,
        **{name: getattr(job, name) for name in COUNTS},
        **outlook(job)._asdict(),
        **({"corrections": corrections} if corrections else {}),
    }


def message(job: ImportJob, run: CorrectionRun | None = None) -> dict[str, Any]:
    """Return what a subscriber is sent about a job: "progress", or how it ended, with the snapshot.

    Of a job with a run of corrections it is "progress" as well: its numbers move, though its status stays.
    """
    kind = str(job.status) if job.is_finished and run is None else "progress"
    return {"type": kind, "jobId": str(job.pk), "data": snapshot(job, run)}


@database_sync_to_async
def load(job_id: UUID) -> dict[str, Any]:
    """Read a job and return its snapshot. The caller has looked whether the job may be seen."""
    with tenant_scope(ALL):
        job = ImportJob.objects.get(pk=job_id)
        return snapshot(job, open_run(job))


class Outlook(NamedTuple):
    """What lies before a job."""

    queue_position: int | None  # in the tenant's line, from 1; None unless the job is queued
    estimated_seconds: int | None  # until its last row is done, at the pace so far; None before there is one, or paused


def outlook(job: ImportJob, line: Line | None = None) -> Outlook:
    """Return what lies before a job. For a queued one this looks at the tenant's line, unless that is given."""
    if job.is_finished:
        return Outlook(None, 0)
    if job.status == ImportJob.Status.QUEUED:
        line = line or line_of(job.tenant_id)
        return Outlook(line.place_of(job), line.seconds_left(job))
    pace = rows_per_second(job, timezone.now())
    if job.status != ImportJob.Status.PROCESSING or not pace:
        return Outlook(None, None)
    return Outlook(None, max(1, round(rows_left(job) / pace)))


class Publisher:
    """Sends messages to those who watch, from a thread of its own: a hung Redis costs an import nothing.

    One slot a job: a newer message replaces one that has not gone out yet, so the last one always goes out.
    """

    def __init__(self) -> None:
        self._waiting: dict[UUID, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_sending = False
        self._last_complaint = -60.0

    def publish(self, job: ImportJob, run: CorrectionRun | None = None) -> None:
        """Send the job's snapshot soon. Call it after the commit, with the job as committed. Never blocks or raises."""
        with self._changed:
            self._waiting[job.pk] = message(job, run)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout_seconds: float = 2.0) -> None:
        """Wait until what was published has gone out, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._is_sending, timeout_seconds)

    def _run(self) -> None:
        # One event loop for the thread's life: the channel layer keeps its connections by loop.
        with asyncio.Runner() as runner:
            while True:
                batch = self._take()
                started = time.monotonic()
                runner.run(self._send(batch))
                with self._changed:
                    self._is_sending = False
                    self._changed.notify_all()
                time.sleep(max(0.0, 1 / MESSAGES_PER_SECOND - (time.monotonic() - started)))

    def _take(self) -> dict[UUID, dict[str, Any]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            batch, self._waiting = self._waiting, {}
            self._is_sending = True
            return batch

    async def _send(self, batch: dict[UUID, dict[str, Any]]) -> None:
        layer = get_channel_layer()
        if layer is None:
            return
        for job_id, text in batch.items():
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await layer.group_send(group_name(job_id), {"type": "import.progress", "message": text})
            except (RedisError, OSError, TimeoutError) as error:
                self._complain(error)

    def _complain(self, error: Exception) -> None:
        """Log, once a minute, that messages are lost: pages poll meanwhile, and the import goes on."""
        if time.monotonic() - self._last_complaint > 60:
            self._last_complaint = time.monotonic()
            logger.warning("Progress messages do not go out (%s); pages poll instead.", type(error).__name__)


publisher = Publisher()
atexit.register(publisher.flush)
