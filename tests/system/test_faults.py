"""The database, Redis or the web process goes away while an import runs: it ends by itself, and exact."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import psycopg
import pytest

from irisx.embedded.home import home_of
from irisx.embedded.postgres import Postgres
from irisx.embedded.redis import RedisServer
from tests.system.conftest import System
from tests.system.people import write_people
from tests.system.test_import import ana, assert_exact, is_finished, start_import, stored_counts  # noqa: F401
from tests.waiting import wait_until


@contextmanager
def frozen(process: psutil.Process) -> Iterator[None]:
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def under_way(system: System, job_id: str) -> bool:
    return stored_counts(system, job_id)["processed_rows"] > 0


def answers_again(system: System) -> bool:
    try:
        return system.query("SELECT true") == [(True,)]
    except psycopg.OperationalError:
        return False


def test_an_import_survives_the_end_of_its_database(system, ana, tmp_path):  # noqa: F811
    people = write_people(tmp_path / "people.csv", rows=60_000, seed=601, area=601)
    job_id = start_import(ana, people.path)
    wait_until(lambda: under_way(system, job_id))
    postgres = Postgres(home_of(system.data_dir))

    # Nobody starts it again before we have looked.
    with frozen(system.up):
        # As `pg_ctl stop -m immediate`: no session is waited for, nothing is written out.
        postgres.process().send_signal(signal.SIGQUIT)
        wait_until(lambda: postgres.process() is None)
        answers = [ana.get(path) for path in ("/v1/imports", f"/v1/imports/{job_id}")]
        health = [httpx.get(f"{system.url}/{path}").status_code for path in ("healthz", "readyz")]
    wait_until(lambda: answers_again(system))
    wait_until(lambda: is_finished(system, job_id))

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    assert health == [200, 503]
    assert_exact(system, job_id, people)
    assert ana.get(f"/v1/imports/{job_id}").json()["status"] == "completed"


@pytest.mark.parametrize("is_killed", [False, True], ids=["frozen", "killed"])
def test_an_import_needs_no_redis(system, ana, tmp_path, is_killed):  # noqa: F811
    area = 602 + is_killed
    people = write_people(tmp_path / "people.csv", rows=5_000, seed=area, area=area)
    redis = RedisServer(home_of(system.data_dir)).process()

    with frozen(redis), frozen(system.up):
        if is_killed:
            redis.send_signal(signal.SIGKILL)
        job_id = start_import(ana, people.path)
        wait_until(lambda: is_finished(system, job_id))
        assert httpx.get(f"{system.url}/readyz").json()["redis"] == "degraded"
        assert ana.get(f"/v1/imports/{job_id}").json()["status"] == "completed"

    assert_exact(system, job_id, people)


def test_an_import_that_was_accepted_is_not_lost_with_the_web_process(system, ana, tmp_path):  # noqa: F811
    people = write_people(tmp_path / "people.csv", rows=1_000, seed=604, area=604)
    web = system.child("web")

    job_id = start_import(ana, people.path)
    web.send_signal(signal.SIGKILL)
    wait_until(lambda: is_finished(system, job_id))

    assert_exact(system, job_id, people)
