"""Cancel, pause, resume and retry: at any moment, also while a worker hangs, and with every number right afterwards."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.utils import connector_params

from imports import control, results, runner, services, sweeper, tasks
from imports.engine import loader
from imports.engine.matching import Outcome
from imports.models import ImportJob, ImportRequest
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Conflict
from tests.factories import confirm, contacts_of, counts, make_job, reload, upload

pytestmark = pytest.mark.django_db

ACTIONS = {"cancel": control.cancel, "pause": control.pause, "resume": control.resume, "retry": control.retry}


def rows_of(number: int, *, of: str = "example") -> str:
    return "Email\n" + "".join(f"person{n}@{of}.com\n" for n in range(number))


def statuses(jobs: list[ImportJob]) -> list[str]:
    return [reload(job).status for job in jobs]


def done(rows: int, total: int) -> dict[str, int]:
    return {name: number for name, number in {"total": total, "processed": rows, "created": rows}.items() if number}


# What may be asked when ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "cancel", "pause", "resume", "retry"),
    [
        ("pending", "cancelled", "not_started", "not_started", "not_failed"),
        # A place is free, so whatever is put in line starts.
        ("queued", "cancelled", "paused", "processing", "queued"),
        ("processing", "cancelled", "paused", "processing", "processing"),
        ("paused", "cancelled", "paused", "processing", "not_failed"),
        ("completed", "already_finished", "already_finished", "already_finished", "not_failed"),
        ("failed", "already_finished", "already_finished", "already_finished", "processing"),
        ("cancelled", "cancelled", "already_finished", "already_finished", "not_failed"),
    ],
)
def test_each_action_changes_the_status_or_is_refused(acme, status, cancel, pause, resume, retry):
    expected = {"cancel": cancel, "pause": pause, "resume": resume, "retry": retry}
    answers = {}
    for name, act in ACTIONS.items():
        job = make_job(acme, status=status, rows_path="imports/people.rows")
        try:
            act(job)
            act(job)  # a double click
            answers[name] = job.status
        except Conflict as refused:
            answers[name] = refused.code
            assert reload(job).status == status

    assert answers == expected


def test_a_refusal_says_what_was_asked(acme):
    with pytest.raises(Conflict) as refused:
        control.pause(make_job(acme, status="completed"))

    assert refused.value.message == "This import is at its end already; there is nothing to pause."


def test_a_failed_import_whose_file_is_erased_is_not_retried(acme):
    job = make_job(acme, status="failed", error_details={"code": "import_failed", "error": "It stopped."})

    with pytest.raises(Conflict) as refused:
        control.retry(job)

    assert refused.value.code == "file_gone"
    assert reload(job).error_details == {"code": "import_failed", "error": "It stopped."}


# A place in line -----------------------------------------------------------------------------------------------------


def test_pausing_gives_the_place_to_the_next_and_resuming_takes_the_old_one_in_line(acme):
    jobs = [confirm(upload(acme, f"Email\nperson{n}@example.com\n")) for n in range(5)]

    control.pause(jobs[0])
    paused = statuses(jobs)
    control.resume(jobs[0])
    resumed = statuses(jobs)
    runner.run_to_end(jobs[1].pk)

    assert paused == ["paused", "processing", "processing", "processing", "queued"]
    assert resumed == ["queued", "processing", "processing", "processing", "queued"]
    assert statuses(jobs) == ["processing", "completed", "processing", "processing", "queued"]


def test_an_import_in_line_that_is_paused_lets_the_one_behind_it_pass(acme):
    jobs = [confirm(upload(acme, f"Email\nperson{n}@example.com\n")) for n in range(5)]

    control.pause(jobs[3])
    runner.run_to_end(jobs[0].pk)

    assert statuses(jobs) == ["completed", "processing", "processing", "paused", "processing"]


def test_a_paused_import_goes_on_where_it_stood_and_its_old_task_finds_nothing_to_do(acme):
    job = reload(confirm(upload(acme, rows_of(1000))))
    runner.run_slice(job.pk, job.epoch, seconds=0)
    left = reload(job)

    control.pause(job)
    runner.run_slice(left.pk, left.epoch)
    paused = reload(job)
    control.resume(job)
    runner.run_slice(left.pk, left.epoch)
    resumed = reload(job)

    assert (paused.status, paused.row_index, resumed.row_index) == ("paused", 100, 100)
    assert counts(runner.run_to_end(job.pk)) == done(1000, 1000)
    assert len(contacts_of(acme)) == 1000


def test_a_paused_import_can_be_deleted(acme):
    job = make_job(acme, status="paused")

    services.delete(job)

    assert reload(job).deleted_at is not None


# While a chunk is being written --------------------------------------------------------------------------------------


def elsewhere(act, job) -> None:
    """Do this to a job as another process would, on a connection of its own, without waiting for anybody."""

    def ask():
        try:
            act(reload(job))
        finally:
            connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(30)
    assert not asking.is_alive()


# Where in the second chunk (rows 100 to 299) somebody asks → rows that are done then. Before the fence the chunk is
# given up; behind it, it is finished.
POINTS = {"stage": 100, "find_contacts": 300, "write_ledger": 300}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("act", "status"), [(control.cancel, "cancelled"), (control.pause, "paused")])
def test_who_asks_in_the_middle_of_a_chunk_does_not_wait_and_is_heeded_after_it(acme, monkeypatch, act, status, point):
    job = reload(confirm(upload(acme, rows_of(1000))))
    step, calls = getattr(loader, point), []

    def ask_at_the_second_chunk(*arguments, **named):
        found = step(*arguments, **named)
        calls.append(point)
        if len(calls) == 2:
            elsewhere(act, job)
        return found

    monkeypatch.setattr(loader, point, ask_at_the_second_chunk)
    seen = []
    runner.run_slice(job.pk, job.epoch, watch=lambda job: seen.append((job.status, job.processed_rows)))

    rows = POINTS[point]
    job = reload(job)
    assert (job.status, counts(job)) == (status, done(rows, 1000))
    assert len(contacts_of(acme)) == rows
    assert behind_each_number(job) == {"created": list(range(rows))}
    if rows == 300:  # else whoever asked has told them
        assert seen[-1] == (status, 300)
    monkeypatch.undo()
    if status == "paused":
        control.resume(job)
        assert counts(runner.run_to_end(job.pk)) == done(1000, 1000)
        assert len(contacts_of(acme)) == 1000


def behind_each_number(job: ImportJob) -> dict[str, list[int]]:
    """Return the rows behind each of a job's numbers that is not zero."""
    with tenant_scope(job.tenant_id):
        found = {outcome: results.rows(job, outcome=outcome, offset=0, limit=2_000) for outcome in Outcome}
        assert {outcome: len(rows) for outcome, rows in found.items()} == {
            outcome: results.count_of(job, outcome) for outcome in Outcome
        }
    return {outcome.name.lower(): [row.row_index for row in rows] for outcome, rows in found.items() if rows}


@pytest.mark.parametrize("act", [control.cancel, control.pause])
def test_who_asks_between_two_slices_is_heeded_at_once(acme, act):
    job = reload(confirm(upload(acme, rows_of(1000))))
    runner.run_slice(job.pk, job.epoch, seconds=0)

    act(job)

    assert (job.is_finished or job.status == "paused", counts(job)) == (True, done(100, 1000))


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_hangs_in_its_chunk_keeps_nobody_waiting_and_loses_the_job(acme, monkeypatch, settings):
    settings.LEASE_SECONDS = 0
    hanging, in_line = reload(confirm(upload(acme, rows_of(1000)))), make_job(acme, status="queued")
    uploaded = upload(acme)
    hangs, thaws = threading.Event(), threading.Event()
    find_contacts = loader.find_contacts

    def hang_in_the_second_chunk(*arguments, **named):
        if len(contacts_of(acme)) == 100:
            hangs.set()
            thaws.wait(60)
        return find_contacts(*arguments, **named)

    ends: list[Exception] = []

    def work():
        try:
            runner.run_slice(hanging.pk, hanging.epoch, watch=lambda job: None)
        except Exception as error:
            ends.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(loader, "find_contacts", hang_in_the_second_chunk)
    worker = threading.Thread(target=work)
    worker.start()
    assert hangs.wait(60)

    # It holds the job's row and the tenant's lock.
    control.pause(hanging)
    control.cancel(in_line)
    confirm(uploaded)
    asked = (hanging.status, in_line.status, uploaded.status)
    sweeper.sweep()
    taken_over = reload(hanging)
    thaws.set()
    worker.join(60)
    monkeypatch.undo()

    assert asked == ("processing", "cancelled", "queued")
    assert reload(uploaded).status == "processing"
    assert (taken_over.status, counts(taken_over)) == ("paused", done(100, 1000))
    assert [type(end) for end in ends] == [psycopg.errors.AdminShutdown]
    control.resume(hanging)
    assert counts(runner.run_to_end(hanging.pk)) == done(1000, 1000)
    assert len(contacts_of(acme)) == 1000


# What was asked while somebody held the row --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "asked", "becomes"),
    [
        ("processing", ["pause", "resume"], "processing"),
        ("processing", ["pause", "resume", "pause"], "paused"),
        ("processing", ["pause", "cancel", "resume"], "cancelled"),
        ("paused", ["pause", "resume"], "processing"),
        # It came to its end meanwhile.
        ("completed", ["cancel"], "completed"),
    ],
)
def test_the_sweeper_does_what_nobody_came_to(acme, status, asked, becomes):
    lease = timezone.now() + timedelta(minutes=1)
    job = make_job(acme, status=status, lease_until=lease)
    with tenant_scope(acme):
        for what in asked:
            ImportRequest.objects.create(tenant=acme, job=job, what=what)

    sweeper.sweep()

    with tenant_scope(acme):
        left = ImportRequest.objects.count()
    assert (reload(job).status, left) == (becomes, 0)


# Trying again --------------------------------------------------------------------------------------------------------


def test_a_failed_import_goes_on_from_its_checkpoint(acme):
    job = confirm(upload(acme, rows_of(1000)))
    with default_storage.open(job.rows_path) as file:
        rows = file.read()

    def lose_file(job):
        if job.processed_rows == 300:
            default_storage.delete(job.rows_path)

    failed = runner.run_to_end(job.pk, watch=lose_file)
    default_storage.save(job.rows_path, ContentFile(rows))
    control.retry(job)
    retried = reload(job)
    job = runner.run_to_end(job.pk)

    assert (failed.status, failed.error_details["code"]) == ("failed", "source_unavailable")
    assert 300 <= failed.row_index < 1000
    assert (retried.status, retried.row_index, retried.error_details) == ("processing", failed.row_index, None)
    assert (retried.completed_at, retried.started_at) == (None, failed.started_at)
    assert counts(job) == done(1000, 1000)
    assert behind_each_number(job) == {"created": list(range(1000))}


def test_an_import_that_was_given_up_may_try_as_often_again(acme, settings):
    job = reload(confirm(upload(acme, rows_of(3))))
    with tenant_scope(acme):
        ImportJob.objects.filter(pk=job.pk).update(attempts=settings.MAX_ATTEMPTS)
    runner.run_slice(job.pk, job.epoch)
    given_up = reload(job).status

    control.retry(job)

    assert given_up == "failed"
    assert counts(runner.run_to_end(job.pk)) == done(3, 3)


# Fairness ------------------------------------------------------------------------------------------------------------


def work_off_one_task() -> str:
    """Do the task that Procrastinate gives to the next worker that asks. Return the id of its job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_register_worker_v1()")
        (worker_id,) = cursor.fetchone()
        cursor.execute("SELECT id, args FROM procrastinate_fetch_job_v2(%s, %s)", [["imports"], worker_id])
        task_id, arguments = cursor.fetchone()
        arguments = json.loads(arguments)
        tasks.run_slice(**arguments)
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", [task_id])
    return arguments["job_id"]


def test_a_small_import_waits_for_one_slice_of_each_running_one_of_a_tenant_with_twenty(acme, globex, settings):
    settings.SLICE_SECONDS = 0  # one chunk each
    large = [confirm(upload(acme, rows_of(1000, of=f"large{n}"))) for n in range(20)]
    for _ in range(6):
        work_off_one_task()
    small = confirm(upload(globex, rows_of(50)))

    worked = []
    while not reload(small).is_finished:
        worked.append(work_off_one_task())
        assert statuses(large).count("processing") == 3

    assert worked == [str(job.pk) for job in (*large[:3], small)]
    while not all(reload(job).is_finished for job in large):
        work_off_one_task()
    assert [counts(reload(job)) for job in large] == [done(1000, 1000)] * 20


@pytest.mark.django_db(transaction=True)
def test_who_retries_behind_a_worker_that_hangs_is_told_to_come_again(acme):
    job = make_job(acme, status="failed", rows_path="rows")
    with psycopg.connect(**connector_params()) as other:
        other.execute("SELECT FROM import_jobs WHERE id = %s FOR UPDATE", [job.pk])

        with pytest.raises(Conflict) as refused:
            control.retry(job)

    assert (refused.value.code, reload(job).status) == ("held", "failed")
