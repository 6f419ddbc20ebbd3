"""Workers that are killed, frozen or told to end at the worst moments: no row is lost, none is doubled."""

from __future__ import annotations

import random
from threading import Barrier

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from imports import runner, sweeper
from imports.models import ImportJob
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope
from tests.factories import confirm, make_job, reload, upload
from tests.faults import points, random_kills
from tests.faults.imports import assert_exact, end_lease, is_finished, start_import
from tests.faults.threads import run_at_once
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("globex_stays_as_it_is")]


@pytest.mark.parametrize("place", points.TRIGGERS)
def test_a_worker_that_is_killed_loses_and_doubles_nothing(workers, acme, tmp_path, place):
    with points.closed(place) as point:
        job, people = start_import(acme, tmp_path, rows=400)
        worker = workers.start_worker()
        point.wait_for_somebody()

        worker.kill()
        # PostgreSQL goes on without the worker: a COMMIT is carried out, and nobody is told; all else is rolled back.
        point.open()
        if place == "the claim":
            end_lease(job)
        workers.start_worker()
        wait_until(lambda: is_finished(job))

    assert_exact(job, people)


def test_a_worker_that_is_killed_while_it_hands_on_to_the_next_slice_loses_and_doubles_nothing(workers, acme, tmp_path):
    with points.closed("the next slice's deferral") as point:
        job, people = start_import(acme, tmp_path, rows=400)
        worker = workers.start_worker(slice_seconds=0)
        point.wait_for_somebody()
        worker.kill()
    workers.start_worker(slice_seconds=0)
    wait_until(lambda: is_finished(job))

    assert_exact(job, people)


def test_a_worker_that_is_killed_behind_another_writer_has_written_nothing(workers, acme, tmp_path):
    job, people = start_import(acme, tmp_path, rows=400)
    with points.tenant_held(acme) as point:
        worker = workers.start_worker()
        point.wait_for_somebody()
        worker.kill()
    workers.start_worker()
    wait_until(lambda: is_finished(job))

    assert_exact(job, people)


def test_a_commit_that_is_lost_with_its_worker_is_done_again(workers, acme, tmp_path):
    with points.closed("the chunk's COMMIT") as point:
        job, people = start_import(acme, tmp_path, rows=400)
        worker = workers.start_worker()
        session = point.wait_for_somebody()
        worker.kill()
        point.end_session(session)
        assert reload(job).row_index == 0
        point.open()
        workers.start_worker()
        wait_until(lambda: is_finished(job))

    assert_exact(job, people)


@pytest.mark.parametrize("place", ["the ledger", "the chunk's COMMIT"])
def test_a_frozen_worker_is_replaced_and_writes_nothing_when_it_wakes_up(workers, acme, tmp_path, place):
    with points.closed(place) as point:
        job, people = start_import(acme, tmp_path, rows=20_000)
        frozen = workers.start_worker()
        point.wait_for_somebody()
        frozen.freeze()
        # Its statement ends. Behind the ledger it is in the middle of its transaction then, and holds every lock of it;
        # behind the COMMIT it is not, and does not know.
        point.open()
        # The sweeper may not wait for the tenant's lock, either, where it only wants to start the next import.
        make_job(acme, status=ImportJob.Status.QUEUED)
        other = workers.start_worker()
        wait_until(lambda: reload(job).row_index > 400, seconds=30)

        frozen.thaw()
        wait_until(lambda: is_finished(job), seconds=30)

    assert_exact(job, people)
    # It lost its connection, and nothing else: it goes on working.
    other.terminate()
    assert frozen.is_alive
    job, people = start_import(acme, tmp_path, rows=400, seed=2)
    wait_until(lambda: is_finished(job))
    assert_exact(job, people)


def test_a_silent_runner_is_replaced_within_half_a_minute():
    lock_wait_seconds = 2 * 1
    end_of_session_seconds = 5

    assert settings.LEASE_SECONDS + settings.SWEEP_SECONDS + lock_wait_seconds + end_of_session_seconds <= 32


def test_a_worker_that_is_told_to_end_finishes_its_slice_and_leaves_the_rest_to_the_next(workers, acme, tmp_path):
    with points.closed("the ledger") as point:
        job, people = start_import(acme, tmp_path, rows=20_000)
        leaving = workers.start_worker()
        point.wait_for_somebody()
        leaving.process.terminate()
        workers.start_worker()
        point.open()
    wait_until(lambda: is_finished(job), seconds=30)
    leaving.terminate()

    assert_exact(job, people)
    # Nobody died: no chunk was made smaller.
    assert reload(job).careful_rows == 0


def test_two_sweepers_at_once_give_a_left_import_to_one_runner(acme, monkeypatch):
    job = reload(confirm(upload(acme)))
    job = runner.claim(job.pk, job.epoch)
    with tenant_scope(acme):
        # The connection that claimed it is no more.
        ImportJob.objects.filter(pk=job.pk).update(backend_pid=2**31 - 1)
    tasks = ProcrastinateJob.objects.filter(args__job_id=str(job.pk), args__epoch=job.epoch + 1)
    both_have_seen_it, take_over = Barrier(2), sweeper.take_over

    def take_over_at_once(left):
        both_have_seen_it.wait(30)
        take_over(left)

    monkeypatch.setattr(sweeper, "take_over", take_over_at_once)
    run_at_once(sweeper.sweep, sweeper.sweep)

    assert reload(job).epoch == job.epoch + 1
    assert tasks.count() == 1


def test_workers_that_are_killed_at_random_moments_lose_and_double_nothing(workers, acme, tmp_path):
    initech = Tenant.objects.create(name="Initech", slug="initech", default_country="US")
    seed = random.randrange(10_000)
    print(f"seed {seed}")  # for who wants to see a failure again: bench/kills.py --seed

    killed = random_kills.run(workers, [acme, initech], tmp_path, jobs=5, rows=500, kills=5, seed=seed)

    assert killed > 0
