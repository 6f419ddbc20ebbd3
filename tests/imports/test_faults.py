"""What may go wrong beside an import, or in the middle of it, and what must be left all the same."""

from __future__ import annotations

from contextlib import suppress

import psycopg
import pytest
from django.core.files.storage import default_storage
from procrastinate.contrib.django.utils import connector_params

from contacts import services as contact_services
from contacts.models import ContactList
from imports import preview, retention, runner, services, sources, sweeper
from imports.engine.errors import SourceUnavailable
from imports.engine.readers import ReadingOptions
from imports.models import ImportJob, ImportRequest
from irisx.accounts.tenancy import ALL, tenant_scope
from irisx.refusals import Conflict
from tests.factories import confirm, contacts_of, counts, error_log, import_csv, reload, upload

pytestmark = pytest.mark.django_db


def rows_of(number: int) -> str:
    return "Email\n" + "".join(f"person{n}@example.com\n" for n in range(number))


def die(job: ImportJob) -> None:
    """Claim a started job as a runner would, die, and have the job taken over."""
    job = reload(job)
    runner.claim(job.pk, job.epoch)
    with tenant_scope(job.tenant_id):
        # The connection that claimed it is no more.
        ImportJob.objects.filter(pk=job.pk).update(backend_pid=2**31 - 1)
    sweeper.sweep()


def test_a_runner_that_lost_its_job_does_not_forget_that_somebody_cancelled_it(acme):
    job = reload(confirm(upload(acme)))
    mine = runner.claim(job.pk, job.epoch)
    runner.claim(mine.pk, mine.epoch)
    with tenant_scope(acme):
        ImportRequest.objects.create(tenant=acme, job=job, what=ImportRequest.What.CANCEL)

    with tenant_scope(acme):
        services.fail(mine.pk, epoch=mine.epoch - 1, error=SourceUnavailable())

    with tenant_scope(acme):
        assert ImportRequest.objects.filter(job=job).exists()


def test_no_row_is_blamed_for_deaths_before_it_was_begun(acme):
    job = confirm(upload(acme, rows_of(150)))
    for _ in range(10):
        die(job)

    job = runner.run_to_end(job.pk)

    assert counts(job) == {"total": 150, "processed": 150, "created": 150}


def test_the_row_that_kills_every_runner_is_found_and_the_one_before_it_comes_in(acme, monkeypatch):
    job = confirm(upload(acme, rows_of(300)))
    read = sources.RowsFileSource.read

    class Killed(BaseException):
        """What SIGKILL leaves: nothing is caught."""

    def kill(self, lo, hi):
        if lo <= 51 < hi:
            raise Killed
        return read(self, lo, hi)

    monkeypatch.setattr(sources.RowsFileSource, "read", kill)
    while not (job := reload(job)).is_finished:
        try:
            runner.run_slice(job.pk, job.epoch, watch=lambda job: None)
        except Killed:
            with tenant_scope(acme):
                ImportJob.objects.filter(pk=job.pk).update(backend_pid=2**31 - 1)
            sweeper.sweep()

    assert counts(job) == {"total": 300, "processed": 300, "created": 299, "failed": 1}
    assert error_log(job) == [(53, "error", "row_not_loaded", "")]


def test_an_import_that_cannot_begin_fails_in_the_end(acme, monkeypatch):
    job = confirm(upload(acme))

    def break_down(job):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sources, "of_job", break_down)
    for _ in range(10):
        if (job := reload(job)).is_finished:
            break
        with suppress(PermissionError):
            runner.run_slice(job.pk, job.epoch, watch=lambda job: None)
        with tenant_scope(acme):
            ImportJob.objects.filter(pk=job.pk).update(backend_pid=2**31 - 1)
        sweeper.sweep()

    assert (job.status, job.error_details["code"]) == ("failed", "import_failed")


def test_a_list_that_is_deleted_meanwhile_costs_no_row(acme):
    with tenant_scope(acme):
        chosen = contact_services.list_named(acme, "Spring fair")
    job = confirm(upload(acme, rows_of(1000), list_id=str(chosen.pk)))

    def delete_list(job):
        if job.processed_rows == 300:
            with tenant_scope(acme):
                ContactList.objects.filter(pk=chosen.pk).delete()

    job = runner.run_to_end(job.pk, watch=delete_list)

    assert counts(job) == {"total": 1000, "processed": 1000, "created": 1000}


def test_an_upload_that_nobody_started_for_a_week_is_cancelled_with_its_file(acme, settings):
    job = upload(acme)
    settings.UPLOADED_FILES_KEPT_DAYS = -1
    retention.purge()
    job = reload(job)

    assert (job.status, job.error_details["code"]) == ("cancelled", "never_started")
    with pytest.raises(Conflict) as refused, tenant_scope(acme):
        preview.load(job)
    assert refused.value.code == "file_gone"


@pytest.mark.django_db(transaction=True)
def test_one_job_that_cannot_be_taken_over_does_not_keep_the_sweeper_from_the_others(acme):
    held, left = (reload(confirm(upload(acme, rows_of(3)))) for _ in range(2))
    for job in (held, left):
        runner.claim(job.pk, job.epoch)
    with tenant_scope(acme):
        ImportJob.objects.update(backend_pid=2**31 - 1)
    # Somebody else's, so that ending the runner's connection does not help.
    with psycopg.connect(**connector_params()) as other:
        other.execute("SELECT FROM import_jobs WHERE id = %s FOR UPDATE", [held.pk])

        sweeper.sweep()

    assert (reload(held).epoch, reload(left).epoch) == (1, 2)


def test_a_tenant_that_is_deleted_meanwhile_ends_its_import_without_a_sound(acme):
    job = confirm(upload(acme, rows_of(1000)))

    def delete_tenant(job):
        if job.processed_rows == 300:
            with tenant_scope(ALL):
                acme.delete()

    job = reload(job)
    runner.run_slice(job.pk, job.epoch, watch=delete_tenant)

    with tenant_scope(ALL):
        assert not ImportJob.objects.filter(pk=job.pk).exists()


def test_a_mapping_chosen_for_another_reading_of_the_file_is_not_confirmed(acme):
    mine = upload(acme, "Email;Title\nana@example.com;Clerk\n")
    theirs = reload(mine)
    services.reread(theirs, reading_options=ReadingOptions(header_row=0))

    with pytest.raises(Conflict) as refused:
        confirm(mine)

    assert refused.value.code == "file_read_again"
    assert reload(mine).status == ImportJob.Status.PENDING


def test_a_file_that_vanishes_fails_the_import_and_keeps_what_is_done(acme):
    job = confirm(upload(acme, rows_of(1000)))

    def lose_file(job):
        if job.processed_rows == 300:
            default_storage.delete(job.rows_path)

    job = runner.run_to_end(job.pk, watch=lose_file)

    assert (job.status, job.error_details["code"]) == ("failed", "source_unavailable")
    assert job.processed_rows == len(contacts_of(acme))


def test_odd_cells_come_in_or_fail_alone(acme):
    long = "x" * 40_000
    job = import_csv(
        acme,
        f"Email,Notes,Plan,Tags\na@example.com,{long},{long},t\nb@example.com,a\0b,1e400,\nc@example.com,\x1b,\\N,\\.\n",
        mapping={"Notes": "notes", "Plan": "custom:plan", "Tags": "tags"},
    )

    assert (job.processed_rows, job.created_count) == (3, 3)


def test_an_import_in_the_foreground_does_not_wait_for_ever_behind_those_whose_runners_died(acme):
    left = [confirm(upload(acme, f"Email\nleft{n}@example.com\n")) for n in range(3)]
    for job in left:
        runner.claim(job.pk, job.epoch)
    with tenant_scope(acme):
        ImportJob.objects.update(backend_pid=2**31 - 1)

    job = import_csv(acme)

    assert job.status == ImportJob.Status.COMPLETED
