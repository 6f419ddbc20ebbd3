"""Recurring imports under workers that look at the same moment, and die at their minute."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from imports.models import ImportJob
from imports.schedules.drift import Baseline
from imports.tasks import start_due_schedules
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import contacts_of, counts, make_schedule
from tests.faults import points
from tests.waiting import wait_until

ADDRESSES = ["derek@example.com", "ines@example.com", "maya@example.com"]


def make_due(tenant, user):
    """Make a schedule whose time came three days ago."""
    mapping = {"E-Mail": "email", "First Name": "first_name", "Phone": "phone"}
    return make_schedule(
        tenant,
        user=user,
        field_mapping=mapping,
        baseline=Baseline(tuple(mapping), 3, {}).as_json(),
        next_run_at=timezone.now() - timedelta(days=3),
    )


def runs_of(schedule) -> list[ImportJob]:
    with tenant_scope(ALL):
        return list(ImportJob.objects.filter(schedule=schedule))


def is_done(schedule) -> bool:
    return any(job.is_finished for job in runs_of(schedule))


def assert_ran_once(schedule, tenant) -> None:
    with tenant_scope(ALL):
        schedule.refresh_from_db()
        (job,) = ImportJob.objects.all()
    assert (job.status, job.schedule_id) == ("completed", schedule.pk)
    assert counts(job) == {"total": 3, "processed": 3, "created": 3}
    assert sorted(contact.email for contact in contacts_of(tenant)) == ADDRESSES
    assert schedule.run_job_id is None
    assert schedule.next_run_at > timezone.now()


def test_of_two_workers_that_look_in_the_same_minute_one_begins_the_run(workers, acme, alice):
    schedule = make_due(acme, alice)
    for _ in range(4):
        start_due_schedules.defer(timestamp=0)
    first, second = workers.start_worker(), workers.start_worker()

    wait_until(lambda: is_done(schedule))
    first.terminate()
    second.terminate()

    assert_ran_once(schedule, acme)


def test_a_run_whose_worker_is_killed_at_its_minute_comes_once_afterwards(workers, acme, alice):
    schedule = make_due(acme, alice)
    with points.closed("a new import") as point:
        start_due_schedules.defer(timestamp=0)
        worker = workers.start_worker()
        session = point.wait_for_somebody()
        worker.kill()
        point.end_session(session)
        assert runs_of(schedule) == []
        point.open()
    with tenant_scope(ALL):
        schedule.refresh_from_db()
    wait_until(lambda: timezone.now() > schedule.run_lease_until)
    start_due_schedules.defer(timestamp=60)
    workers.start_worker()

    wait_until(lambda: is_done(schedule))

    assert_ran_once(schedule, acme)
