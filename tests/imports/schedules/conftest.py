from __future__ import annotations

import json
from datetime import UTC, datetime, time

import pytest
import time_machine
from django.db import connection

from imports import runner
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.schedules import runs, schedules
from imports.schedules.drift import Baseline
from imports.schedules.times import Timing
from imports.tasks import run_schedule
from irisx.accounts.tenancy import ALL, tenant_scope
from tests import sheets as sheets_in_place

# A Friday, in the middle of the night.
START = datetime(2026, 5, 1, 0, 30, tzinfo=UTC)
SIX = Timing.daily(at=time(6))


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sheets(monkeypatch):
    """A sheet of three people, in place of Google's."""
    return sheets_in_place.put_in_place(monkeypatch)


@pytest.fixture
def schedule(acme, alice, sheets, clock):
    """Alice's sheet, which is to be imported every day at six, as it was at the last good run."""
    mapping = {"E-Mail": "email", "First Name": "first_name", "Phone": "phone"}
    baseline = Baseline(tuple(mapping), 3, {"E-Mail": 3, "Phone": 3})
    return of_sheet(acme, alice, mapping, name="Partner leads", baseline=baseline)


def of_sheet(tenant, user, mapping, **values):
    """Make a schedule of a sheet that nobody has read."""
    with tenant_scope(tenant):
        return schedules.create(
            tenant,
            user=user,
            **{
                "name": "Leads",
                "source": sheets_in_place.SOURCE,
                "timing": SIX,
                "options": schedules.DEFAULT_OPTIONS,
                "field_mapping": FieldMapping.from_json(mapping),
                **values,
            },
        )


def look() -> None:
    """Do what a worker does each minute: look what is due, read it, and import what was started."""
    runs.start_due()
    work()


def work() -> None:
    for arguments in taken_tasks():
        run_schedule(**arguments)
    with tenant_scope(ALL):
        started = list(ImportJob.objects.filter(status="processing").values_list("pk", flat=True))
    for job_id in started:
        runner.run_to_end(job_id)


def taken_tasks() -> list[dict[str, str]]:
    """Take the queued runs out of the queue, as a worker does, and return what they are about."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE task_name = 'imports.run_schedule' "
            "AND status = 'todo' RETURNING args"
        )
        return [
            json.loads(arguments) if isinstance(arguments, str) else arguments for (arguments,) in cursor.fetchall()
        ]


def again(schedule):
    with tenant_scope(ALL):
        return type(schedule).objects.select_related("tenant", "user").get(pk=schedule.pk)


def runs_of(schedule) -> list[ImportJob]:
    """Return a schedule's runs, oldest first."""
    with tenant_scope(ALL):
        return list(ImportJob.objects.filter(schedule=schedule).select_related("tenant").order_by("id"))
