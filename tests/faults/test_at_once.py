"""Several who want the same at the same moment: the same import, the same contacts, or an import and its end."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from imports import control, runner, services, sweeper
from imports.models import ImportJob
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import confirm, contacts_of, counts, error_log, reload, upload
from tests.faults import points
from tests.faults.threads import run_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_who_press_start_at_once_one_starts_the_import(acme, alice):
    job = upload(acme)
    address = f"/v1/imports/{job.pk}/confirm"
    clients = [APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_tokens(alice)['access']}") for _ in range(8)]

    answers = run_at_once(
        *(lambda client=client: client.post(address, {"accept_suggested": True}, format="json") for client in clients)
    )

    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 7}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_started"}
    assert ProcrastinateJob.objects.filter(args__job_id=str(job.pk)).count() == 1


PEOPLE = [f"person{n}@example.com" for n in range(300)]


def file_of(people: list[str], title: str) -> str:
    return "Email,Title\n" + "".join(f"{email},{title}\n" for email in people)


@pytest.mark.parametrize("strategy", ["skip", "update"])
@pytest.mark.parametrize("order", [1, -1])
def test_two_files_of_the_same_new_people_at_once_make_each_person_once(acme, settings, strategy, order):
    settings.CHUNK_ROWS_MIN = settings.CHUNK_ROWS_MAX = settings.UPDATE_CHUNK_ROWS_MAX = 20
    jobs = [
        confirm(upload(acme, file_of(people, title), duplicate_strategy=strategy))
        for people, title in ((PEOPLE, "Clerk"), (PEOPLE[::order], "Head"))
    ]

    assert run_at_once(*(lambda job=job: runner.run_slice(job.pk, 0) for job in jobs)) == [None, None]

    jobs = [reload(job) for job in jobs]
    assert [job.status for job in jobs] == ["completed", "completed"]
    assert sorted(contact.email for contact in contacts_of(acme)) == sorted(PEOPLE)
    assert sum(job.created_count for job in jobs) == 300
    assert sum(job.updated_count + job.skipped_count for job in jobs) == 300


@contextmanager
def deadlocks(number: int):
    """Have PostgreSQL say to so many inserts of contacts that they were chosen to end a deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE SEQUENCE deadlock_number;
            CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('deadlock_number') <= {number} THEN
                    RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER deadlock BEFORE INSERT ON contacts FOR EACH STATEMENT EXECUTE FUNCTION deadlock();
            """
        )
        try:
            yield
        finally:
            cursor.execute("DROP FUNCTION deadlock CASCADE; DROP SEQUENCE deadlock_number")


def test_a_chunk_that_loses_a_deadlock_is_written_again(acme):
    job = confirm(upload(acme, file_of(PEOPLE, "Clerk")))

    with deadlocks(runner.CHUNK_TRIES - 1):
        runner.run_slice(job.pk, 0)

    assert counts(reload(job)) == {"total": 300, "processed": 300, "created": 300}


CHUNK = {"the contacts", "the error log", "the ledger", "the checkpoint", "the chunk's COMMIT"}


@pytest.mark.parametrize("place", sorted(CHUNK))
def test_a_cancel_ends_an_import_after_its_open_chunk(acme, settings, place):
    settings.CHUNK_ROWS_MIN = settings.CHUNK_ROWS_MAX = 100
    bad_rows = "nobody,Clerk\n" if place == "the error log" else ""
    job = confirm(upload(acme, file_of(PEOPLE[:99], "Clerk") + bad_rows + file_of(PEOPLE[99:], "Clerk")[12:]))

    with points.closed(place) as point, ThreadPoolExecutor(1) as thread:
        running = thread.submit(run_and_disconnect, job)
        point.wait_for_somebody()
        control.cancel(job)
        assert reload(job).status == ImportJob.Status.PROCESSING
        point.open()
        running.result(30)

    job = reload(job)
    assert job.status == ImportJob.Status.CANCELLED
    assert job.processed_rows == 100
    assert len(contacts_of(acme)) == job.created_count == 100 - job.error_count
    assert len(error_log(job)) == job.error_count


def run_and_disconnect(job: ImportJob) -> None:
    try:
        runner.run_slice(job.pk, 0)
    finally:
        connection.close()


def test_an_import_that_is_cancelled_while_its_runner_dies_keeps_whole_chunks(acme, settings):
    settings.CHUNK_ROWS_MIN = settings.CHUNK_ROWS_MAX = 100
    job = confirm(upload(acme, file_of(PEOPLE, "Clerk")))

    with points.closed("the checkpoint") as point, ThreadPoolExecutor(1) as thread:
        running = thread.submit(run_and_disconnect, job)
        session = point.wait_for_somebody()
        control.cancel(job)
        point.end_session(session)
        assert running.exception(30) is not None
    sweeper.sweep()
    left = reload(job)
    runner.run_slice(left.pk, left.epoch)

    job = reload(job)
    assert (job.status, counts(job)) == ("cancelled", {"total": 300})
    assert contacts_of(acme) == []


def test_an_import_whose_start_is_rolled_back_leaves_no_task(acme):
    job = upload(acme)

    with tenant_scope(acme):
        confirm(job)
        transaction.set_rollback(True)

    assert reload(job).status == ImportJob.Status.PENDING
    assert not ProcrastinateJob.objects.filter(args__job_id=str(job.pk)).exists()


def test_an_import_whose_task_cannot_be_queued_is_not_started(acme, monkeypatch):
    job = upload(acme)

    def fall_over(task, **arguments):
        raise ConnectionResetError

    monkeypatch.setattr(services, "defer", fall_over)
    with pytest.raises(ConnectionResetError):
        confirm(job)

    with tenant_scope(ALL):
        assert ImportJob.objects.get(pk=job.pk).status == ImportJob.Status.PENDING
