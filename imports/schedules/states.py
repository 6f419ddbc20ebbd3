"""How a schedule stands, in one word."""

from __future__ import annotations

from django.db import models

from imports.models import ImportJob
from imports.schedules.models import ImportSchedule


class State(models.TextChoices):
    """What a schedule does now, or waits for; what a person has to do comes first."""

    HELD = "held", "Held"
    NEEDS_RENEWAL = "needs_renewal", "Sign in again"
    PAUSED = "paused", "Paused"
    READING = "reading", "Reading"
    IMPORTING = "importing", "Importing"
    FAILED = "failed", "Failed"
    WAITING = "waiting", "Healthy"


def state_of(schedule: ImportSchedule, last_run: ImportJob | None) -> State:
    """Return the state of a schedule whose last run is this."""
    if last_run is not None and last_run.is_held:
        return State.HELD
    if schedule.needs_renewal:
        return State.NEEDS_RENEWAL
    if schedule.run_job_id is not None:
        return State.READING
    if last_run is not None and not last_run.is_finished:
        return State.IMPORTING
    if schedule.paused_at is not None:
        return State.PAUSED
    if last_run is not None and last_run.status == ImportJob.Status.FAILED:
        return State.FAILED
    return State.WAITING
