"""A worker that dies or freezes at the worst moments. Each is reached by a trigger that waits for the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from irisx.embedded.home import home_of
from tests.system.conftest import System, wait_until
from tests.system.people import write_people
from tests.system.test_import import ana, assert_exact, is_finished, start_import, stored_counts  # noqa: F401

# An advisory lock's first key; the second is the point. Whoever comes to a point waits while the test holds its lock.
POINTS_KEY = 0x4B49
CLAIM, CHECKPOINT, COMMIT, END = range(1, 5)
MAKE_POINTS = f"""
CREATE FUNCTION wait_at_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared({POINTS_KEY}, TG_ARGV[0]::int);
    RETURN NEW;
END $$;
CREATE TRIGGER point_claim BEFORE UPDATE ON import_jobs FOR EACH ROW
    WHEN (NEW.epoch > OLD.epoch AND NEW.backend_pid IS NOT NULL) EXECUTE FUNCTION wait_at_point({CLAIM});
CREATE TRIGGER point_checkpoint BEFORE UPDATE ON import_jobs FOR EACH ROW
    WHEN (NEW.row_index > OLD.row_index) EXECUTE FUNCTION wait_at_point({CHECKPOINT});
CREATE CONSTRAINT TRIGGER point_commit AFTER INSERT ON import_chunks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION wait_at_point({COMMIT});
CREATE TRIGGER point_end BEFORE UPDATE ON import_jobs FOR EACH ROW
    WHEN (NEW.status = 'completed') EXECUTE FUNCTION wait_at_point({END});
"""
REMOVE_POINTS = "DROP FUNCTION wait_at_point CASCADE"


class Points:
    """Where the test lets nobody pass until it says so."""

    def __init__(self, system: System) -> None:
        home = home_of(system.data_dir)
        self.system = system
        self.connection = psycopg.connect(host=str(home.socket_dir), user="irisx", dbname="irisx", autocommit=True)
        self.connection.execute(MAKE_POINTS)

    def close(self, point: int) -> None:
        self.connection.execute("SELECT pg_advisory_lock(%s, %s)", [POINTS_KEY, point])

    def open(self, point: int) -> None:
        self.connection.execute("SELECT pg_advisory_unlock(%s, %s)", [POINTS_KEY, point])

    def wait_for_somebody_at(self, point: int) -> None:
        statement = "SELECT FROM pg_locks WHERE classid = %s AND objid = %s AND NOT granted"
        wait_until(lambda: self.system.query(statement, POINTS_KEY, point))

    def end_lease(self, job_id: str) -> None:
        """Spare the test the time until a silent runner's job is taken over."""
        self.connection.execute("SELECT set_config('app.tenant', 'all', false)")
        self.connection.execute("UPDATE import_jobs SET lease_until = now() WHERE id = %s", [job_id])

    def remove(self) -> None:
        self.connection.execute("SELECT pg_advisory_unlock_all()")
        self.connection.execute(REMOVE_POINTS)
        self.connection.close()


@pytest.fixture
def points(system) -> Iterator[Points]:
    made = Points(system)
    try:
        yield made
    finally:
        made.remove()


def kill_worker(system: System) -> None:
    worker = wait_until(lambda: system.child("worker"))
    worker.send_signal(signal.SIGKILL)
    wait_until(lambda: (child := system.child("worker")) and child.pid != worker.pid)


def test_a_worker_killed_at_each_point_of_its_work_loses_and_doubles_nothing(system, ana, points, tmp_path):  # noqa: F811
    people = write_people(tmp_path / "people.csv", rows=1_000, seed=517, area=517)
    for point in (CLAIM, CHECKPOINT, COMMIT, END):
        points.close(point)
    job_id = start_import(ana, people.path)

    for point in (CLAIM, CHECKPOINT, COMMIT, END):
        points.wait_for_somebody_at(point)
        kill_worker(system)
        # In COMMIT, PostgreSQL goes on without the worker: its last chunk is stored, and nobody was told.
        points.open(point)
        if point == CLAIM:
            points.end_lease(job_id)
    wait_until(lambda: is_finished(system, job_id))

    assert_exact(system, job_id, people)


@contextmanager
def second_worker(system: System, log: Path) -> Iterator[None]:
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "IRISX_DATA_DIR": str(system.data_dir),
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "procrastinate", "worker"]
    with log.open("w") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as worker:
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(30)


def freeze_between_chunks(system: System, worker: psutil.Process, job_id: str) -> None:
    """Stop the worker while it holds the job and no transaction."""
    statement = """
        SELECT activity.state = 'idle'
        FROM import_jobs JOIN pg_stat_activity AS activity ON activity.pid = import_jobs.backend_pid
        WHERE import_jobs.id = %s AND import_jobs.row_index > 0
    """

    def is_frozen_between_chunks() -> bool:
        worker.send_signal(signal.SIGSTOP)
        if system.query(statement, job_id) == [(True,)]:
            return True
        worker.send_signal(signal.SIGCONT)
        return False

    wait_until(is_frozen_between_chunks)


def test_a_worker_that_wakes_up_after_another_took_over_writes_nothing(system, ana, points, tmp_path):  # noqa: F811
    people = write_people(tmp_path / "people.csv", rows=60_000, seed=518, area=518)
    job_id = start_import(ana, people.path)
    frozen = wait_until(lambda: system.child("worker"))
    try:
        freeze_between_chunks(system, frozen, job_id)
        done = stored_counts(system, job_id)["processed_rows"]
        points.end_lease(job_id)
        with second_worker(system, tmp_path / "worker.log"):
            wait_until(lambda: stored_counts(system, job_id)["processed_rows"] > done)
            frozen.send_signal(signal.SIGCONT)
            wait_until(lambda: is_finished(system, job_id))
    finally:
        frozen.send_signal(signal.SIGCONT)

    assert frozen.is_running()
    assert_exact(system, job_id, people)
