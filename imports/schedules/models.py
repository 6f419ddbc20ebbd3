"""What is stored of imports that come again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from imports.schedules.times import Frequency, Timing
from irisx.accounts.models import Tenant, User
from irisx.ids import uuid7


class ImportSchedule(models.Model):
    """An import that comes again: its source, how it is imported, and when.

    It changes through imports/schedules/ alone. Its jobs are ImportJob.schedule.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    # Whose connection reads the source, and who hears of it. None: they are gone, and somebody else has to take over.
    user = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False, related_name="+")
    name = models.CharField(max_length=200)
    # A connector of imports/connectors, and what it is to read, in its own words.
    connector = models.CharField(max_length=50)
    source = models.JSONField()
    # ImportOptions, as JSON.
    options = models.JSONField(db_default={}, default=dict)
    # The columns as agreed: {header: field key | null | {…}}. Of a saved mapping, while there is one, that one counts.
    field_mapping = models.JSONField(db_default={}, default=dict)
    saved_mapping = models.ForeignKey(
        "imports.SavedFieldMapping", models.SET_NULL, null=True, db_index=False, related_name="schedules"
    )

    frequency = models.CharField(max_length=10, choices=Frequency)
    # By the tenant's clocks.
    cron = models.CharField(max_length=100)
    # null: paused. In the past: due, as soon as nothing of the last run is open any more.
    next_run_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False, related_name="+")
    # The connection was taken back: nothing is tried until it is renewed.
    needs_renewal = models.BooleanField(db_default=False, default=False)

    # The run that is reading its source now: the id that its job will have, which is what keeps two who do the same
    # run from making two jobs; and until when its worker counts as alive.
    run_job_id = models.UUIDField(null=True)
    run_lease_until = models.DateTimeField(null=True)
    # What the last good run found: Baseline of drift.py.
    baseline = models.JSONField()
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "import_schedules"
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency__in=["hourly", "daily", "weekly", "cron"]),
                name="import_schedules_frequency_is_known",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None, next_run_at__isnull=False) | Q(paused_at__isnull=False, next_run_at=None),
                name="import_schedules_paused_or_next",
            ),
            models.CheckConstraint(
                condition=Q(run_job_id=None, run_lease_until=None)
                | Q(run_job_id__isnull=False, run_lease_until__isnull=False),
                name="import_schedules_run_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "name", "id"], name="import_schedules_of_tenant"),
            # What is due, and runs that were left: of all tenants.
            models.Index(fields=["next_run_at"], condition=Q(next_run_at__isnull=False), name="import_schedules_due"),
            models.Index(
                fields=["run_lease_until"], condition=Q(run_job_id__isnull=False), name="import_schedules_runs"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def timing(self) -> Timing:
        return Timing(Frequency(self.frequency), self.cron)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tenant.time_zone)
