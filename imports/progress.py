"""How far a job is, for those who watch: the snapshot's shape, the group names, and the publisher.

The stored job is the truth; a message is a hint. What is lost costs a moment, never a wrong number.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import threading
import time
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone
from redis.exceptions import RedisError

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


def snapshot(job: ImportJob) -> dict[str, Any]:
    """Return the `data` of a message: status, percent, counts, place in the queue, seconds left (an estimate, or None).

    One query for a queued job, none for others.
    """
    return {
        "status": str(job.status),
        "progress_percent": job.progress_percent,
        **{name: getattr(job, name) for name in COUNTS},
        "queue_position": queue_position(job),
        "estimated_seconds": estimated_seconds(job),
    }


def message(job: ImportJob) -> dict[str, Any]:
    """Return what a subscriber is sent about a job: "progress", or how it ended, with the snapshot."""
    kind = str(job.status) if job.is_finished else "progress"
    return {"type": kind, "jobId": str(job.pk), "data": snapshot(job)}


@database_sync_to_async
def load(job_id: UUID) -> dict[str, Any]:
    """Read a job and return its snapshot. The caller has looked whether the job may be seen."""
    with tenant_scope(ALL):
        return snapshot(ImportJob.objects.get(pk=job_id))


def queue_position(job: ImportJob) -> int | None:
    """Return the place in the tenant's queue, from 1; None unless the job is queued."""
    if job.status != ImportJob.Status.QUEUED:
        return None
    # In the order of ids, in which services.start_next() takes them.
    ahead = ImportJob.objects.filter(tenant_id=job.tenant_id, status=ImportJob.Status.QUEUED, deleted_at=None)
    return ahead.filter(pk__lt=job.pk).count() + 1


def estimated_seconds(job: ImportJob) -> int | None:
    """Return how long the rest will take at the pace so far; None before there is a pace, 0 at the end."""
    if job.is_finished:
        return 0
    if job.status != ImportJob.Status.PROCESSING or not job.processed_rows or job.started_at is None:
        return None
    so_far = (timezone.now() - job.started_at).total_seconds()
    return max(1, round(so_far * (job.total_rows - job.processed_rows) / job.processed_rows))


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

    def publish(self, job: ImportJob) -> None:
        """Send the job's snapshot soon. Call it after the commit, with the job as committed. Never blocks or raises."""
        with self._changed:
            self._waiting[job.pk] = message(job)
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
