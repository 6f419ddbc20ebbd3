"""What people and programs change of schedules. Inside the tenant's scope."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from imports import control, job_options, saved_mappings
from imports.connectors import registry
from imports.connectors.interface import RemoteSource
from imports.connectors.models import AirtableConnection, GoogleConnection
from imports.engine.schema import FieldMapping
from imports.models import ImportJob, SavedFieldMapping
from imports.options import DEFAULT_WEBHOOK_EVENTS, MATCH_FIELDS, ImportOptions
from imports.schedules.drift import Baseline
from imports.schedules.models import ImportSchedule
from imports.schedules.times import Timing
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import lock_tenant, tenant_scope
from irisx.refusals import Conflict, Invalid

# A run may wait for a person, which the address of a job that somebody began need not hear of.
DEFAULT_OPTIONS = ImportOptions(webhook_events=(*DEFAULT_WEBHOOK_EVENTS, "held"))
RUNS_SHOWN = 14
# Whose access a connection is.
CONNECTOR_OF = {GoogleConnection: "google_sheets", AirtableConnection: "airtable"}


def of_tenant(tenant: Tenant) -> QuerySet[ImportSchedule]:
    """Return the tenant's schedules by name."""
    found = ImportSchedule.objects.filter(tenant=tenant).select_related("tenant", "user", "paused_by", "saved_mapping")
    return found.order_by("name", "id")


def last_runs(schedules: list[ImportSchedule]) -> dict[UUID, list[ImportJob]]:
    """Return the last runs of each schedule, newest first, by the schedule's id. Two queries."""
    newest = ImportJob.objects.filter(schedule=OuterRef("pk"), deleted_at=None).order_by("-id").values("pk")
    ids = ImportSchedule.objects.filter(pk__in=[schedule.pk for schedule in schedules]).values_list(
        "pk", ArraySubquery(newest[:RUNS_SHOWN])
    )
    ids_of = dict(ids)
    jobs = ImportJob.objects.select_related("schedule").in_bulk(
        [job_id for found in ids_of.values() for job_id in found]
    )
    return {schedule_id: [jobs[job_id] for job_id in found] for schedule_id, found in ids_of.items()}


def create(
    tenant: Tenant,
    *,
    user: User,
    name: str,
    source: RemoteSource,
    timing: Timing,
    options: ImportOptions,
    field_mapping: FieldMapping | None = None,
    saved_mapping: SavedFieldMapping | None = None,
    baseline: Baseline | None = None,
) -> ImportSchedule:
    """Have a source imported again and again, read with this user's access, for the first time when its time comes.

    The columns follow a saved mapping or one of its own. Raises Invalid or Conflict for what cannot be.
    """
    registry.connector(source.connector)
    _check_options(tenant, options)
    mapping = _checked_mapping(tenant, field_mapping, saved_mapping)
    limit = settings.SCHEDULES_PER_TENANT
    lock_tenant(tenant)  # or two who count at once would both find a place
    if ImportSchedule.objects.filter(tenant=tenant).count() >= limit:
        raise Conflict("too_many_schedules", f"There are {limit} recurring imports. Delete one first.", limit=limit)
    schedule = ImportSchedule(
        tenant=tenant,
        user=user,
        name=name,
        connector=source.connector,
        source=source.as_json(),
        options=stored_options(options),
        field_mapping=mapping.as_json(),
        saved_mapping=saved_mapping,
        frequency=timing.frequency,
        cron=timing.cron,
        baseline=(baseline or Baseline.of_mapping(mapping)).as_json(),
    )
    schedule.next_run_at = timing.next_run(schedule.zone, after=timezone.now())
    schedule.save(force_insert=True)
    return schedule


def change(
    schedule: ImportSchedule,
    *,
    user: User,
    name: str | None = None,
    source: RemoteSource | None = None,
    timing: Timing | None = None,
    options: ImportOptions | None = None,
    field_mapping: FieldMapping | None = None,
    saved_mapping: SavedFieldMapping | None = None,
    paused: bool | None = None,
) -> None:
    """Change what is given. Where the access that read the source is gone, this user's takes its place.

    Another source or mapping begins anew: its first run is held against the columns of the mapping alone.
    """
    locked = of_tenant(schedule.tenant).select_for_update(no_key=True, of=("self",)).filter(pk=schedule.pk).first()
    if locked is None:
        raise Conflict("schedule_gone", "The schedule was deleted meanwhile.")
    if name is not None:
        locked.name = name
    if options is not None:
        _check_options(locked.tenant, options)
        locked.options = stored_options(options)
    if field_mapping is not None or saved_mapping is not None:
        locked.field_mapping = _checked_mapping(locked.tenant, field_mapping, saved_mapping).as_json()
        locked.saved_mapping = saved_mapping
    if source is not None:
        registry.connector(source.connector)
        locked.connector, locked.source = source.connector, source.as_json()
    if source is not None or field_mapping is not None or saved_mapping is not None:
        locked.baseline = Baseline.of_mapping(FieldMapping.from_json(locked.field_mapping)).as_json()
    if timing is not None:
        locked.frequency, locked.cron = timing.frequency, timing.cron
    if paused is not None:
        _pause(locked, user if paused else None)
    if timing is not None or paused is not None:
        _plan(locked)
    if locked.needs_renewal or locked.user is None or not locked.user.is_active:
        # Whether it works is found out by the next run.
        locked.user, locked.needs_renewal = user, False
    locked.save()
    schedule.refresh_from_db()


def _pause(schedule: ImportSchedule, by: User | None) -> None:
    if by is None:
        schedule.paused_at = schedule.paused_by = None
    elif schedule.paused_at is None:
        schedule.paused_at, schedule.paused_by = timezone.now(), by


def _plan(schedule: ImportSchedule) -> None:
    """Set when it runs next. What a pause left out is not made up for."""
    is_paused = schedule.paused_at is not None
    schedule.next_run_at = None if is_paused else schedule.timing.next_run(schedule.zone, after=timezone.now())


def delete(schedule: ImportSchedule) -> None:
    """Import a source no more. What was imported, and the jobs, stay; a run that is held is cancelled."""
    for job in ImportJob.objects.filter(schedule=schedule, deleted_at=None, status=ImportJob.Status.PENDING):
        control.cancel(job)
    schedule.delete()


def keep_to_new_clocks(sender: Any, instance: Tenant, created: bool, **_: Any) -> None:
    """Have a tenant's schedules keep to its clocks, whoever changed its time zone. For the signal post_save.

    Where the clocks are the same it changes nothing. A run that is due stays due.
    """
    if created:
        return
    with tenant_scope(instance):
        ahead = of_tenant(instance).filter(paused_at=None, next_run_at__gt=timezone.now())
        for schedule in ahead.select_for_update(no_key=True, of=("self",)):
            _plan(schedule)
            schedule.save(update_fields=["next_run_at"])


def go_on_with_access(sender: Any, instance: GoogleConnection | AirtableConnection, **_: Any) -> None:
    """Have the schedules of somebody who has connected a service again go on with it. For the signal post_save."""
    if instance.needs_reconnect:
        return
    connector = CONNECTOR_OF[type(instance)]
    with tenant_scope(instance.tenant_id):
        lost = ImportSchedule.objects.filter(tenant=instance.tenant_id, user=instance.user_id, connector=connector)
        lost.filter(needs_renewal=True).update(needs_renewal=False)


def options_of(schedule: ImportSchedule) -> ImportOptions:
    return ImportOptions.parse(schedule.options)


def stored_options(options: ImportOptions) -> dict[str, Any]:
    """Return import options as JSON; ImportOptions.parse() reads them."""
    return {**options.as_dict(), "list_id": options.list_id and str(options.list_id)}


def _check_options(tenant: Tenant, options: ImportOptions) -> None:
    if options.external_id:
        raise Invalid(
            "invalid_option",
            "external_id names one import, and a recurring one makes many. Leave it out.",
            field="external_id",
        )
    job_options.check_options(tenant, options)


def _checked_mapping(
    tenant: Tenant, field_mapping: FieldMapping | None, saved_mapping: SavedFieldMapping | None
) -> FieldMapping:
    mapping = FieldMapping.from_json(saved_mapping.mapping) if saved_mapping else field_mapping
    if mapping is None:
        raise Invalid(
            "mapping_missing",
            "Send field_mapping, the mapping_id of a saved mapping, or the import_id of an import to repeat.",
            field="field_mapping",
        )
    saved_mappings.check_targets(tenant, mapping)
    if not mapping.targets & set(MATCH_FIELDS):
        raise Invalid("required_field_not_mapped", "Required field 'email' or 'phone' not mapped")
    return mapping
