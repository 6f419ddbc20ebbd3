"""What changes an import, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from contacts import services as contact_services
from imports import control, retention, services
from imports.engine.errors import SourceRejected
from imports.engine.readers import ReadingOptions
from imports.engine.schema import FieldMapping
from imports.models import ImportJob, SavedFieldMapping
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Conflict, Invalid, TooMany
from tests.factories import confirm, error_log, import_csv, make_job, reload, upload

pytestmark = pytest.mark.django_db


def stored_files() -> list[str]:
    """Return the names of all files in storage."""

    def walk(folder: str) -> list[str]:
        if folder and not default_storage.exists(folder):
            return []
        folders, files = default_storage.listdir(folder)
        inner = [name for child in folders for name in walk(f"{folder}/{child}".lstrip("/"))]
        return [*(f"{folder}/{name}" for name in files), *inner]

    return walk("imports")


def jobs_of(tenant) -> list[ImportJob]:
    with tenant_scope(tenant):
        return list(ImportJob.objects.filter(tenant=tenant))


def test_upload_makes_a_pending_job_that_has_written_nothing(acme, alice):
    job = upload(acme, user=alice)

    assert (job.status, job.total_rows, job.user) == ("pending", 2, alice)
    assert job.suggested_mapping.as_json() == {
        "First Name": "first_name",
        "Last Name": "last_name",
        "Email": "email",
        "Phone": "phone",
    }
    assert sorted(stored_files()) == sorted([job.file_path, job.rows_path])


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"Email\n", "empty_file"), (b"\x89PNG\r\n\x1a\n" + bytes(100), "unsupported_type")],
)
def test_a_file_that_is_refused_leaves_nothing_behind(acme, content, code):
    with pytest.raises(SourceRejected) as refused:
        upload(acme, content)

    assert refused.value.code == code
    assert (jobs_of(acme), stored_files()) == ([], [])


def test_an_upload_whose_job_cannot_be_stored_leaves_no_file(acme):
    upload(acme, external_id="autumn")

    with pytest.raises(Conflict) as refused:
        upload(acme, external_id="autumn")

    assert refused.value.code == "external_id_taken"
    assert len(stored_files()) == 2


def test_a_deleted_import_gives_its_external_id_free(acme):
    services.delete(upload(acme, external_id="autumn"))

    assert upload(acme, external_id="autumn").external_id == "autumn"


def test_a_list_of_another_tenant_is_unknown(acme, globex):
    with tenant_scope(globex):
        theirs = contact_services.list_named(globex, "Theirs")

    with pytest.raises(Invalid) as refused:
        upload(acme, list_id=str(theirs.pk))

    assert refused.value.code == "unknown_list"


def test_a_tenant_whose_imports_pile_up_must_end_some_first(acme, globex, settings):
    settings.OPEN_IMPORTS_PER_TENANT = 1
    first = upload(acme)

    with pytest.raises(TooMany):
        upload(acme)
    upload(globex)
    control.cancel(first)

    assert upload(acme).status == "pending"


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"First Name": "first_name"}, "required_field_not_mapped"),
        ({"Email": "email", "Phone": "email"}, "field_mapped_twice"),
        ({"Email": "email", "Phone": "fax"}, "unknown_field"),
        ({"Email": "email", "Phone": "custom:email"}, "unknown_field"),
        ({"Email": "email", "Fax": "phone"}, "unknown_column"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_and_the_job_waits_on(acme, mapping, code):
    job = upload(acme)

    with pytest.raises(Invalid) as refused:
        services.confirm(job, field_mapping=FieldMapping.from_json(mapping), confirmed_by=None)

    assert refused.value.code == code
    assert reload(job).status == "pending"


def test_a_job_starts_once(acme):
    job = confirm(upload(acme))

    with pytest.raises(Conflict) as refused:
        confirm(job)

    assert refused.value.code == "already_started"


def test_a_saved_mapping_is_suggested_for_the_next_file_with_these_columns(acme):
    job = upload(acme, "Mail,Code\nana@example.com,A1\n")
    mapping = FieldMapping.from_json({"Mail": "email", "Code": "custom:code"})
    services.confirm(job, field_mapping=mapping, confirmed_by=None, save_mapping_as="Leads")

    again = upload(acme, "Mail,Code\nben@example.com,B2\n")

    assert again.suggested_mapping.as_json() == {"Mail": "email", "Code": "custom:code"}
    with tenant_scope(acme):
        assert SavedFieldMapping.objects.get(tenant=acme).name == "Leads"


def test_reading_again_in_another_way_replaces_columns_and_rows(acme):
    job = upload(acme, "Email;Phone\nana@example.com;+12125550143\n", filename="leads.csv")
    old_rows = job.rows_path

    services.reread(job, reading_options=ReadingOptions(delimiter=",", header_row=0))

    job = reload(job)
    assert [column["header"] for column in job.columns] == ["Column 1"]
    assert job.total_rows == 2
    assert sorted(stored_files()) == sorted([job.file_path, job.rows_path])
    assert job.rows_path != old_rows


def test_a_running_import_is_not_deleted_and_a_finished_one_comes_back(acme):
    running, done = confirm(upload(acme)), import_csv(acme)

    with pytest.raises(Conflict):
        services.delete(running)
    services.delete(done)
    with tenant_scope(acme):
        visible = set(ImportJob.objects.for_tenant(acme))
    services.restore(done)

    assert visible == {running}
    assert reload(done).deleted_at is None


def test_cancelling_a_pending_import_ends_it_and_a_finished_one_refuses(acme):
    job = make_job(acme)

    control.cancel(job)
    control.cancel(job)

    assert job.status == "cancelled"
    with pytest.raises(Conflict):
        control.cancel(import_csv(acme))


def test_purge_erases_files_a_week_after_the_end_and_deleted_imports_after_a_month(acme):
    kept, old, deleted = import_csv(acme), import_csv(acme), import_csv(acme, "Email\nbad\n")
    services.delete(deleted)
    now = timezone.now()
    with tenant_scope(acme):
        ImportJob.objects.filter(pk=old.pk).update(completed_at=now - timedelta(days=8))
        ImportJob.objects.filter(pk=deleted.pk).update(deleted_at=now - timedelta(days=31))

    retention.purge(batch_rows=1)
    retention.purge(batch_rows=1)

    assert sorted(stored_files()) == sorted([kept.file_path, kept.rows_path])
    assert {job.pk for job in jobs_of(acme)} == {kept.pk, old.pk}
    assert error_log(deleted) == []
