"""Imports that something goes wrong with, and what must be left of them all the same."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.db.models.functions import Now

from imports import services
from imports.engine.schema import FieldMapping
from imports.models import ImportJob
from imports.options import ImportOptions
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import counts, make_contact, reload
from tests.system.people import MAPPING, People, write_people


def start_import(tenant: Tenant, folder: Path, *, rows: int, seed: int = 1) -> tuple[ImportJob, People]:
    """Have an import of so many invented people queued. Different seeds make different people."""
    people = write_people(folder / f"people-{seed}.csv", rows=rows, seed=seed, area=212 + seed)
    # Nobody listens there: what is to be told of the import's end stays to be looked at.
    options = ImportOptions.parse({"webhook_url": "http://127.0.0.1:9/"})
    job = services.create_job(tenant, user=None, filename=people.path.name, path=people.path, options=options)
    services.confirm(job, field_mapping=FieldMapping.from_json(MAPPING), confirmed_by=None)
    return job, people


def is_finished(job: ImportJob) -> bool:
    return reload(job).is_finished


def assert_exact(job: ImportJob, people: People) -> None:
    """Hold what the database has against the truth about the file, not against what the job says of itself."""
    job = reload(job)
    assert job.status == ImportJob.Status.COMPLETED, job.error_details
    # Each valid row has a company of its own: none is lost or doubled.
    assert _query("SELECT count(*), count(DISTINCT company) FROM contacts WHERE import_job_id = %s", job) == [
        (people.valid, people.valid)
    ]
    expected = {
        "total": people.rows,
        "processed": people.rows,
        "created": people.valid,
        "skipped": people.duplicates,
        "failed": people.invalid,
        "duplicates": people.duplicates,
    }
    assert counts(job) == {name: number for name, number in expected.items() if number}
    logged = _query(
        "SELECT level, count(*), count(DISTINCT row_index) FROM import_errors "
        "WHERE import_job_id = %s AND level <> 'warning' GROUP BY 1 ORDER BY 1",
        job,
    )
    assert logged == [
        (level, number, number)
        for level, number in (("duplicate", people.duplicates), ("error", people.invalid))
        if number
    ]
    assert _query(
        "SELECT sum(hi - lo), sum(length(outcomes)), sum(length(contact_ids)) FROM import_chunks "
        "WHERE import_job_id = %s",
        job,
    ) == [(people.rows, people.rows, 16 * people.rows)]
    assert _query("SELECT event FROM webhook_deliveries WHERE job_id = %s", job) == [("completed",)]


def told_of(job: ImportJob) -> list[str]:
    """Return the events that are to be told of a job, in the order in which they happened."""
    return [event for (event,) in _query("SELECT event FROM webhook_deliveries WHERE job_id = %s ORDER BY id", job)]


class Bystander:
    """A tenant whose contacts no import of another may touch."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        make_contact(tenant, email="person.1.7@example.com", phone="+442079460000", title="Clerk")
        self.rows_before = self.rows()

    def rows(self) -> list[tuple[object, ...]]:
        return _query("SELECT xmin::text, * FROM contacts WHERE tenant_id = %s", self.tenant)


def _query(statement: str, about: ImportJob | Tenant) -> list[tuple[object, ...]]:
    with tenant_scope(ALL), connection.cursor() as cursor:
        cursor.execute(statement, [about.pk])
        return cursor.fetchall()


def end_lease(job: ImportJob) -> None:
    """Spare the test the minute until a started job that nobody claimed gets a second task."""
    with tenant_scope(ALL):
        ImportJob.objects.filter(pk=job.pk).update(lease_until=Now())
