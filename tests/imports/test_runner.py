"""The loop from a rows file to contacts, on a real database."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contacts import services as contact_services
from imports import control, runner, sources, sweeper, turns
from imports.engine.validation import RowPreparer
from imports.models import ImportChange, ImportChunk, ImportJob, ImportRequest
from imports.pace import Pace
from irisx.accounts.tenancy import tenant_scope
from tests.factories import confirm, contacts_of, counts, error_log, import_csv, make_contact, reload, upload

pytestmark = pytest.mark.django_db


def test_a_file_becomes_contacts(acme):
    job = import_csv(acme)

    assert job.status == "completed"
    assert counts(job) == {"total": 2, "processed": 2, "created": 2}
    assert [(contact.full_name, contact.email, contact.phone) for contact in contacts_of(acme)] == [
        ("Maya Hollister", "maya@example.com", "+12125550143"),
        ("Derek Okafor", "derek@example.com", ""),
    ]


def test_a_bad_row_does_not_stop_the_good_ones(acme):
    job = import_csv(acme, "Email,Phone\nana@example.com,\nnot an address,\nben@example.com,12\n,\n")

    assert counts(job) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert error_log(job) == [(3, "error", "invalid_email", "email"), (4, "warning", "invalid_value", "phone")]


def test_the_same_file_again_skips_every_row(acme):
    import_csv(acme)
    job = import_csv(acme)

    assert counts(job) == {"total": 2, "processed": 2, "skipped": 2, "duplicates": 2}
    assert len(contacts_of(acme)) == 2
    assert error_log(job) == [(2, "duplicate", "duplicate", "email"), (3, "duplicate", "duplicate", "email")]


def test_a_second_task_of_the_same_epoch_finds_nothing_to_do(acme):
    job = confirm(upload(acme))
    job = reload(job)

    runner.run_slice(job.pk, job.epoch)
    runner.run_slice(job.pk, job.epoch)

    assert reload(job).status == ImportJob.Status.COMPLETED
    assert len(contacts_of(acme)) == 2


def rows_of(number: int) -> str:
    return "Email\n" + "".join(f"person{n}@example.com\n" for n in range(number))


def claimed(job: ImportJob) -> ImportJob:
    """Claim a started job as a runner would, and die."""
    job = reload(job)
    return runner.claim(job.pk, job.epoch)


def test_chunks_grow_so_that_a_small_file_shows_motion_and_a_large_one_speed():
    pace, ends = Pace(), [0]
    while ends[-1] < 20_000:
        ends.append(pace.hi(ends[-1], 20_000))

    assert ends == [0, 100, 300, 700, 1500, 3100, 6300, 11300, 16300, 20000]


def test_an_update_takes_more_rows_at_once():
    assert [Pace(is_update=True).hi(lo, 40_000) for lo in (6_300, 12_700)] == [12_700, 20_700]


def test_chunks_of_a_wide_source_have_fewer_rows_so_that_memory_stays_small():
    ends = [Pace(columns=columns).hi(9_000, 20_000) for columns in (40, 1_000, 16_384)]

    assert ends == [14_000, 9_200, 9_012]


def test_chunks_of_long_rows_have_few_of_them_so_that_memory_stays_small(acme, monkeypatch):
    monkeypatch.setattr(sources, "CHUNK_BYTES_MAX", 100_000)
    lines = "".join(f"person{n}@example.com,{'x' * 10_000}\n" for n in range(30))
    job = confirm(upload(acme, f"Email,Notes\n{lines}"))

    runner.run_to_end(job.pk)

    with tenant_scope(acme):
        chunks = ImportChunk.objects.filter(tenant=acme, import_job=job).order_by("lo").values_list("lo", "hi")
        assert list(chunks) == [(lo, min(lo + 9, 30)) for lo in range(0, 30, 9)]


def test_after_a_runner_died_its_chunk_is_taken_few_rows_at_a_time():
    pace = Pace()
    pace.take_care(0, 5000)

    assert pace.hi(0, 20_000) == 79
    pace.take_care(158, pace.hi(158, 20_000))
    assert (pace.hi(158, 20_000), pace.is_careful(4999), pace.is_careful(5000)) == (160, True, False)


def test_every_snapshot_adds_up_and_the_last_one_is_whole(acme):
    job = confirm(upload(acme, rows_of(1000)))
    seen = []

    runner.run_to_end(job.pk, watch=lambda job: seen.append((job.status, job.processed_rows, job.created_count)))

    assert seen == [
        ("processing", 0, 0),
        ("processing", 100, 100),
        ("processing", 300, 300),
        ("processing", 700, 700),
        ("completed", 1000, 1000),
    ]


def test_a_slice_that_is_out_of_time_leaves_the_rest_to_the_next(acme):
    job = reload(confirm(upload(acme, rows_of(250))))

    runner.run_slice(job.pk, job.epoch, seconds=0)
    paused = reload(job)
    runner.run_slice(paused.pk, paused.epoch)

    assert (paused.status, paused.row_index, paused.backend_pid) == ("processing", 100, None)
    assert counts(reload(job)) == {"total": 250, "processed": 250, "created": 250}
    assert len(contacts_of(acme)) == 250


def test_a_runner_that_lost_its_job_writes_nothing(acme):
    mine = claimed(confirm(upload(acme)))
    claimed(mine)
    with tenant_scope(acme):
        source = sources.of_job(mine)
    sink = runner.DatabaseSink(mine, list(source.headers), lambda job: None)

    with pytest.raises(runner.LostJob):
        sink.write(source.read(0, 2), is_last_of_slice=False)

    assert contacts_of(acme) == []


def test_a_cancelled_import_keeps_the_rows_that_are_done(acme):
    job = confirm(upload(acme, rows_of(1000)))

    def cancel_at_300(job):
        if job.processed_rows == 300:
            control.cancel(job)

    job = runner.run_to_end(job.pk, watch=cancel_at_300)

    assert job.status == ImportJob.Status.CANCELLED
    assert counts(job) == {"total": 1000, "processed": 300, "created": 300}
    assert len(contacts_of(acme)) == 300


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("asked", "waits"), [(None, ["off", "on"]), ("pause", ["on"]), ("cancel", ["on"])])
def test_only_a_chunk_with_others_behind_it_does_not_wait_for_the_disk(acme, monkeypatch, asked, waits):
    job = reload(confirm(upload(acme, "Email\n" + "".join(f"person{n}@example.com\n" for n in range(250)))))
    if asked:
        with tenant_scope(acme):
            ImportRequest.objects.create(tenant=acme, job=job, what=asked)
    settings_at_commit = []

    @contextmanager
    def noting_scope(tenant):
        with tenant_scope(tenant):
            yield
            with connection.cursor() as cursor:
                cursor.execute("SHOW synchronous_commit")
                settings_at_commit.extend(cursor.fetchone())

    monkeypatch.setattr(turns, "tenant_scope", noting_scope)
    runner.run_slice(job.pk, job.epoch)

    assert settings_at_commit == waits


def test_an_import_whose_runner_is_gone_is_taken_over_and_ends_exact(acme):
    job = claimed(confirm(upload(acme, rows_of(150))))
    with tenant_scope(acme):
        # The connection that claimed it is no more.
        ImportJob.objects.filter(pk=job.pk).update(backend_pid=2**31 - 1)

    sweeper.sweep()
    taken = reload(job)
    runner.run_slice(taken.pk, taken.epoch)

    assert (taken.epoch, taken.careful_rows, taken.backend_pid) == (job.epoch + 1, 2, None)
    assert counts(reload(job)) == {"total": 150, "processed": 150, "created": 150}


def test_a_job_with_a_live_runner_is_left_to_it(acme):
    job = claimed(confirm(upload(acme)))

    sweeper.sweep()

    assert reload(job).epoch == job.epoch


def test_a_row_that_kills_its_runner_again_and_again_fails_and_the_rest_goes_on(acme):
    job = reload(confirm(upload(acme, rows_of(3))))
    with tenant_scope(acme):
        ImportJob.objects.filter(pk=job.pk).update(careful_rows=1, careful_until=2, attempts=runner.POISON_ATTEMPTS)

    runner.run_slice(job.pk, job.epoch)

    assert counts(reload(job)) == {"total": 3, "processed": 3, "created": 2, "failed": 1}
    assert error_log(job) == [(2, "error", "row_not_loaded", "")]


def test_a_row_that_cannot_be_prepared_fails_alone(acme, monkeypatch):
    prepare = RowPreparer.prepare

    def stumble(self, lo, row_numbers, rows):
        if ["person7@example.com"] in [row[:1] for row in rows]:
            raise ZeroDivisionError
        return prepare(self, lo, row_numbers, rows)

    monkeypatch.setattr(RowPreparer, "prepare", stumble)

    job = import_csv(acme, rows_of(500))

    assert counts(job) == {"total": 500, "processed": 500, "created": 499, "failed": 1}
    assert error_log(job) == [(9, "error", "row_not_loaded", "")]


def test_a_tenants_fourth_import_waits_and_starts_when_a_place_is_free(acme):
    jobs = [confirm(upload(acme, f"Email\nperson{n}@example.com\n")) for n in range(4)]

    before = [reload(job).status for job in jobs]
    runner.run_to_end(jobs[0].pk)

    assert before == ["processing", "processing", "processing", "queued"]
    assert reload(jobs[3]).status == ImportJob.Status.PROCESSING


def test_update_writes_what_is_not_blank_and_keeps_what_was_there_before(acme):
    contact = make_contact(acme, email="ana@example.com", title="Clerk", company="Rook", attributes={"city": "Ulm"})

    job = import_csv(
        acme,
        "Email,Title,Company,City,Plan\nana@example.com,Head,,Bonn,Pro\n",
        duplicate_strategy="update",
        mapping={"Plan": "custom:plan"},
    )

    (stored,) = contacts_of(acme)
    assert counts(job) == {"total": 1, "processed": 1, "updated": 1, "duplicates": 1}
    assert (stored.pk, stored.title, stored.company) == (contact.pk, "Head", "Rook")
    assert stored.attributes == {"city": "Bonn", "plan": "Pro"}
    with tenant_scope(acme):
        (change,) = ImportChange.objects.filter(tenant=acme).values_list("contact_id", "before", "after")
    assert change == (
        contact.pk,
        {"title": "Clerk", "city": "Ulm"},
        {"title": "Head", "city": "Bonn", "plan": "Pro"},
    )


def test_a_clock_that_is_put_back_hides_no_earlier_change_of_the_same_import(acme, settings):
    settings.CHUNK_ROWS_MIN = settings.CHUNK_ROWS_MAX = 1
    make_contact(acme, email="ana@example.com", title="Clerk")
    rows = "Email,Title\nana@example.com,Head\nana@example.com,Chief\n"
    job = confirm(upload(acme, rows, duplicate_strategy="update"))
    with tenant_scope(acme):
        # It began at a time that is not here yet.
        ImportJob.objects.filter(pk=job.pk).update(started_at=timezone.now() + timedelta(hours=1))

    runner.run_slice(job.pk, reload(job).epoch, seconds=0)
    import_csv(acme, "Email,Title\nana@example.com,Boss\n", duplicate_strategy="update")
    job = runner.run_to_end(job.pk)

    assert counts(job) == {"total": 2, "processed": 2, "updated": 2, "duplicates": 2}
    with tenant_scope(acme):
        (change,) = ImportChange.objects.filter(import_job=job).values_list("before", "after")
    assert change == ({"title": "Clerk"}, {"title": "Chief"})


def test_a_stored_null_was_unknown_however_many_rows_name_the_contact(acme):
    for name in ("ana", "ben"):
        make_contact(acme, email=f"{name}@example.com", attributes={"city": None, "country": "DE"})
    rows = "Email,City,Country\nana@example.com,Bonn,DE\nben@example.com,Ulm,FR\nben@example.com,Bonn,DE\n"

    job = import_csv(acme, rows, duplicate_strategy="update")

    with tenant_scope(acme):
        changes = ImportChange.objects.filter(import_job=job).order_by("contact_id")
        kept = [(change.before, change.after) for change in changes]
    assert kept == [
        ({}, {"city": "Bonn"}),
        ({"country": "DE"}, {"city": "Bonn", "country": "DE"}),
    ]


def test_everyone_a_file_names_joins_the_list_once(acme):
    there = make_contact(acme, email="maya@example.com")
    with tenant_scope(acme):
        chosen = contact_services.list_named(acme, "Spring fair")

    for _ in range(2):
        import_csv(acme, list_id=str(chosen.pk))

    with tenant_scope(acme):
        members = set(chosen.memberships.values_list("contact_id", flat=True))
    assert members == {contact.pk for contact in contacts_of(acme)}
    assert there.pk in members
