"""Runs that were held: a person accepts what has changed, or discards the run."""

from __future__ import annotations

from imports import control, remote, services
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.schedules.drift import Baseline, Hold
from imports.schedules.models import ImportSchedule
from irisx.accounts.models import User
from irisx.refusals import Conflict


def accept(job: ImportJob, *, accepted_by: User, field_mapping: FieldMapping | None = None) -> None:
    """Let a held run go on, under the mapping that was suggested or the given one; the next runs are held against it.

    Raises Conflict if it is held no more, Invalid for a mapping that cannot be.
    """
    _require_held(job)
    services.confirm(job, field_mapping=field_mapping or job.mapping, confirmed_by=accepted_by)


def discard(job: ImportJob) -> None:
    """Import nothing of a held run. The schedule goes on at its next time, held against the last good run as before."""
    _require_held(job)
    control.cancel(job)


def agree(job: ImportJob) -> None:
    """Make what a held run found, and how it was read and mapped, what its schedule's next runs follow.

    Part of the transaction that confirms the job.
    """
    if job.held is None or job.schedule_id is None:
        return
    found = Hold.from_json(job.held).found
    headers = tuple(column["header"] for column in job.columns)
    if headers != found.headers:
        # Somebody has read it again, from another row or range. What its key columns hold the next run tells.
        found = Baseline(headers, job.total_rows)
    schedules = ImportSchedule.objects.filter(pk=job.schedule_id)
    # The saved mapping, if it followed one, is about other columns.
    schedules.update(field_mapping=job.field_mapping, saved_mapping=None, baseline=found.as_json())
    if (source := remote.source_of(job)) is not None:
        schedules.update(source=source.as_json())


def _require_held(job: ImportJob) -> None:
    if not job.is_held:
        raise Conflict("not_held", "This import is not held any more.")
