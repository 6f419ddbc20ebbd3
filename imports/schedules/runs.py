"""Runs of schedules: each that is due is begun once, read, and goes on as a job; or is held for a person.

Whose minute has come gets the id of the job that is to be made, in one conditional update. Until that job is there, the
schedule's lease says that a worker is at it: where the lease has run out, the next look gives the same run to another.
However many work on one run, its job is made once, and only who finds the run still open goes on with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from imports import job_options, notices, remote, services, storage
from imports.connectors import registry
from imports.connectors.interface import NotAuthorized, RemoteSource
from imports.engine.errors import EngineError
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.options import ImportOptions
from imports.schedules import drift
from imports.schedules.drift import Baseline, Hold
from imports.schedules.models import ImportSchedule
from imports.webhooks import events
from imports.webhooks.models import WebhookEvent
from irisx.accounts.models import User
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.ids import uuid7
from irisx.queue import defer
from irisx.refusals import Conflict, Refusal

logger = logging.getLogger(__name__)

Status = ImportJob.Status

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
# Until a worker takes the task up.
WAITING_LEASE = 4 * LEASE
# Of a schedule: what is not at its end yet. The next run waits for it, and then comes once, however many were due.
UNFINISHED = (Status.PENDING, *ImportJob.OPEN)


class OwnerGone(Refusal):
    """Nobody's access is left to read the source with."""

    status = 409
    reconnect_code = "schedule_owner_gone"


# Beginning -----------------------------------------------------------------------------------------------------------


def start_due() -> None:
    """Begin each run that is due, and give those to another that were left. May run in several workers at once."""
    now = timezone.now()
    with tenant_scope(ALL):
        due = list(_due(now).values_list("pk", "tenant_id"))
    for schedule_id, tenant_id in due:
        if not _is_connected_again(schedule_id, tenant_id):
            continue
        with tenant_scope(tenant_id):
            _start(schedule_id, now)


def _due(now: datetime) -> QuerySet[ImportSchedule]:
    """Return schedules whose time has come and of which nothing is open, and those whose run was left."""
    unfinished = ImportJob.objects.filter(schedule=OuterRef("pk"), status__in=UNFINISHED, deleted_at=None)
    comes_now = Q(next_run_at__lte=now, run_job_id=None) & ~Exists(unfinished)
    return ImportSchedule.objects.filter(comes_now | Q(run_lease_until__lt=now)).order_by("next_run_at", "pk")


def _start(schedule_id: UUID, now: datetime) -> None:
    """Begin a run, or begin it again under the same id. Of several who try, one does; what is due is looked at anew."""
    locked = ImportSchedule.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    for found in locked.filter(pk=schedule_id).filter(pk__in=_due(now).values("pk")).select_related("tenant"):
        if found.run_job_id is None:
            found.run_job_id = uuid7()
            # All that was missed since is this one run.
            found.next_run_at = found.timing.next_run(found.zone, after=now)
        _hand_over(found, now)


def run_now(schedule: ImportSchedule) -> None:
    """Begin a run that nobody waited for; the next one stays when it is. Inside the tenant's scope.

    Raises Conflict while the last one is not at its end.
    """
    locked = ImportSchedule.objects.select_for_update(no_key=True).filter(pk=schedule.pk).first()
    if locked is None:
        raise Conflict("schedule_gone", "The schedule was deleted meanwhile.")
    if locked.run_job_id is not None:
        raise Conflict("already_running", "Its source is being read right now.")
    open_job = unfinished_job(locked)
    if open_job is not None and open_job.held is not None and open_job.status == Status.PENDING:
        raise Conflict("schedule_held", "The last run is held. Accept or discard it first.", import_id=str(open_job.pk))
    if open_job is not None:
        raise Conflict("already_running", "The last run is not at its end yet.", import_id=str(open_job.pk))
    locked.run_job_id = uuid7()
    _hand_over(locked, timezone.now())
    schedule.refresh_from_db()


def unfinished_job(schedule: ImportSchedule) -> ImportJob | None:
    """Return the run that is not at its end yet."""
    return ImportJob.objects.filter(schedule=schedule, status__in=UNFINISHED, deleted_at=None).first()


def _hand_over(schedule: ImportSchedule, now: datetime) -> None:
    """Queue the run of a schedule whose row is locked."""
    from imports.tasks import run_schedule

    schedule.run_lease_until = now + WAITING_LEASE
    schedule.save(update_fields=["run_job_id", "run_lease_until", "next_run_at"])
    defer(run_schedule, schedule_id=str(schedule.pk), job_id=str(schedule.run_job_id))


def _is_connected_again(schedule_id: UUID, tenant_id: int) -> bool:
    """Tell whether a schedule's connection works, as far as we know. One that was taken back is not tried before."""
    with tenant_scope(tenant_id):
        schedule = ImportSchedule.objects.select_related("tenant", "user").filter(pk=schedule_id).first()
    if schedule is None or not schedule.needs_renewal:
        return schedule is not None
    try:
        _access(schedule)
    except Refusal:
        return False
    with tenant_scope(tenant_id):
        ImportSchedule.objects.filter(pk=schedule_id).update(needs_renewal=False)
    return True


def _access(schedule: ImportSchedule) -> User:
    """Return whose access reads the source. Raises NotAuthorized where they have none any more, or OwnerGone."""
    user = schedule.user
    if user is None or not user.is_active:
        raise OwnerGone(
            OwnerGone.reconnect_code,
            "The person whose account read this source is gone. Save the schedule to read it with yours.",
        )
    registry.connector(schedule.connector).authorize(schedule.tenant, user)
    return user


# Reading -------------------------------------------------------------------------------------------------------------


def run(schedule_id: UUID, job_id: UUID) -> None:
    """Read a schedule's source into the job of this id, and let it go on or hold it.

    It may run twice, and beside itself. Call outside of any tenant_scope().
    """
    with tenant_scope(ALL):
        open_runs = ImportSchedule.objects.select_related("tenant", "user", "saved_mapping")
        schedule = open_runs.filter(pk=schedule_id, run_job_id=job_id).first()
    if schedule is None:
        return
    with _lease(schedule, job_id):
        try:
            job = _job_of(schedule, job_id)
            found = baseline_of(job, mapping_of(schedule))
        except (Refusal, EngineError) as error:
            _fail(schedule, job_id, error)
        else:
            _go_on(schedule, job, found)


@contextmanager
def _lease(schedule: ImportSchedule, job_id: UUID) -> Iterator[None]:
    """Keep a run ours for as long as we are at it, whatever the source takes."""
    is_over = Event()

    def renew() -> None:
        while not is_over.wait(settings.LEASE_SECONDS / 3):
            try:
                _renew(schedule, job_id)
            except (OperationalError, InterfaceError) as error:
                # Whoever takes the run over meanwhile does what we do.
                logger.warning("Schedule %s: its lease was not renewed: %s", schedule.pk, type(error).__name__)
        connection.close()

    _renew(schedule, job_id)
    thread = Thread(target=renew, name="schedule-lease")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _renew(schedule: ImportSchedule, job_id: UUID) -> None:
    with tenant_scope(schedule.tenant_id):
        open_run = ImportSchedule.objects.filter(pk=schedule.pk, run_job_id=job_id)
        open_run.update(run_lease_until=timezone.now() + LEASE)


def _job_of(schedule: ImportSchedule, job_id: UUID) -> ImportJob:
    """Return the pending job of a run: made now, or by who had the run before."""
    if (made := _made(schedule, job_id)) is not None:
        return made
    try:
        return remote.create_job(
            schedule.tenant,
            user=_access(schedule),
            source=RemoteSource.from_json(schedule.source),
            options=ImportOptions.parse(schedule.options),
            job_id=job_id,
        )
    except IntegrityError:
        if (made := _made(schedule, job_id)) is None:
            raise
        return made


def _made(schedule: ImportSchedule, job_id: UUID) -> ImportJob | None:
    with tenant_scope(schedule.tenant_id):
        return ImportJob.objects.select_related("tenant", "user").filter(pk=job_id).first()


# Going on ------------------------------------------------------------------------------------------------------------


def _go_on(schedule: ImportSchedule, job: ImportJob, found: Baseline) -> None:
    """Start the job of a run that is as agreed, hold it otherwise. All in the transaction that ends the run."""
    with tenant_scope(schedule.tenant_id):
        locked = _close(schedule, job.pk)
        if locked is None:
            # Deleted while its source was read, and nobody will look at the job.
            is_deleted = not ImportSchedule.objects.filter(pk=schedule.pk).exists()
        else:
            is_deleted = False
            job.schedule = locked
            job.save(update_fields=["schedule"])
            _start_or_hold(locked, job, found)
    if is_deleted and job.schedule_id is None:
        services.discard(job)


def _close(schedule: ImportSchedule, job_id: UUID) -> ImportSchedule | None:
    """End a run's reading and return its schedule, locked; None where another has done so, or it was deleted."""
    locked = ImportSchedule.objects.select_for_update(no_key=True).filter(pk=schedule.pk, run_job_id=job_id).first()
    if locked is not None:
        locked.run_job_id = locked.run_lease_until = None
        locked.save(update_fields=["run_job_id", "run_lease_until"])
    return locked


def _start_or_hold(schedule: ImportSchedule, job: ImportJob, found: Baseline) -> None:
    agreed_mapping = mapping_of(schedule)
    suggested = {column["header"]: column["field"] for column in job.columns}
    changes = drift.changes_of(Baseline.from_json(schedule.baseline), found, agreed_mapping, suggested)
    mapping = drift.mapping_for(found.headers, agreed_mapping, changes)
    if changes:
        _hold(job, Hold(tuple(changes), found), mapping)
        return
    try:
        services.confirm(job, field_mapping=mapping, confirmed_by=None)
        ImportSchedule.objects.filter(pk=schedule.pk).update(baseline=found.as_json())
    except Refusal as refusal:
        _end_failed(job, refusal)


def _hold(job: ImportJob, hold: Hold, mapping: FieldMapping) -> None:
    job.held = hold.as_json()
    job.field_mapping = mapping.as_json()
    job.save(update_fields=["held", "field_mapping"])
    events.record(job.pk, WebhookEvent.HELD)
    notices.record(job, WebhookEvent.HELD)


def mapping_of(schedule: ImportSchedule) -> FieldMapping:
    """Return the agreed columns: those of the saved mapping, or its own. A query where there is a saved one."""
    saved = schedule.saved_mapping_id and schedule.saved_mapping
    return FieldMapping.from_json(saved.mapping if saved else schedule.field_mapping)


def baseline_of(job: ImportJob, mapping: FieldMapping) -> Baseline:
    """Return what a job found: its columns, its rows, and how many cells of its key columns are filled.

    Reads the rows. Call outside of any tenant_scope(), unless the store for files is near.
    """
    headers = tuple(column["header"] for column in job.columns)
    fed = drift.mapping_for(headers, mapping).columns
    keys = [index for index, column in enumerate(fed) if column.field in drift.KEY_FIELDS]
    filled = dict.fromkeys((headers[index] for index in keys), 0)
    for _, cells in storage.open_rows(job).rows():
        for index in keys:
            filled[headers[index]] += bool(index < len(cells) and cells[index].strip())
    return Baseline(headers, job.total_rows, filled)


# Failing -------------------------------------------------------------------------------------------------------------


def _fail(schedule: ImportSchedule, job_id: UUID, error: Refusal | EngineError) -> None:
    """End a run whose source was not to be read, with a failed job that says why."""
    with tenant_scope(schedule.tenant_id):
        locked = _close(schedule, job_id)
        if locked is None:
            return
        job = ImportJob.objects.filter(pk=job_id).first() or ImportJob(
            pk=job_id,
            tenant=schedule.tenant,
            user=schedule.user,
            source_type=schedule.connector,
            filename=schedule.name,
        )
        # The list may be what is gone, and nobody becomes a member of it.
        job_options.set_options(job, replace(ImportOptions.parse(schedule.options), list_id=None))
        job.schedule = locked
        job.save()
        if isinstance(error, NotAuthorized | OwnerGone):
            ImportSchedule.objects.filter(pk=schedule.pk).update(needs_renewal=True)
        _end_failed(job, error)


def _end_failed(job: ImportJob, error: Refusal | EngineError) -> None:
    """End a pending job that cannot be started, and tell who wants to know."""
    code = error.reconnect_code if isinstance(error, NotAuthorized | OwnerGone) else error.code
    ImportJob.objects.filter(pk=job.pk, status=Status.PENDING).update(
        status=Status.FAILED,
        completed_at=timezone.now(),
        error_details={"code": code, "error": error.message},
    )
    job.refresh_from_db()
    events.record(job.pk, WebhookEvent.FAILED)
    notices.record(job, WebhookEvent.FAILED)
