"""How long an import will take, alone and in line behind others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports import control, progress, runner
from imports.line import line_of, rows_per_second, seconds_until_done
from imports.models import ImportJob
from irisx.accounts.tenancy import tenant_scope
from tests.factories import confirm, make_job, reload, upload

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "which", "seconds"),
    [
        ([1000], 0, 10),
        # Two at once share the pace: both at half of it.
        ([1000, 1000], 0, 20),
        ([1000, 1000], 1, 20),
        # The third begins when the first is done, after 2 s, and then shares with the second until that is done.
        ([100, 500, 1000], 2, 16),
        # Whoever comes behind it shares with it too, once there is a place.
        ([100, 500, 1000, 400], 2, 20),
        ([100, 500, 1000, 400], 3, 18),
        ([0, 100], 1, 1),
    ],
)
def test_imports_take_turns_two_at_once_at_a_hundred_rows_a_second(rows, which, seconds):
    assert seconds_until_done(rows, which, rows_per_second=100, at_once=2) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("since", "row_index", "pace"),
    [
        (NOON - timedelta(seconds=10), 5_000, 400.0),
        (NOON - timedelta(seconds=10), 1_000, 0.0),  # resumed, and no row since
        (None, 1_000, 0.0),
        (NOON, 5_000, 0.0),
    ],
)
def test_pace_is_of_the_rows_since_the_import_was_started_or_resumed(since, row_index, pace):
    job = ImportJob(total_rows=9_000, row_index=row_index, pace_since=since, pace_from=1_000)

    assert rows_per_second(job, NOON) == pace


@pytest.fixture(autouse=True)
def _standing_clock():
    """Keep the seconds that a test itself takes out of the estimates."""
    with time_machine.travel(NOON, tick=False):
        yield


def at_work(tenant, *, rows, done, seconds):
    """Store a running job that has done so many of its rows in so many seconds."""
    since = datetime.now(UTC) - timedelta(seconds=seconds)
    done_counts = {"processed_rows": done, "success_count": done, "created_count": done, "row_index": done}
    return make_job(tenant, status="processing", total_rows=rows, pace_since=since, **done_counts)


@pytest.mark.django_db
def test_a_running_import_is_measured_by_its_own_pace(acme):
    job = at_work(acme, rows=40_000, done=10_000, seconds=20)

    assert progress.outlook(job) == (None, 60)


@pytest.mark.django_db
def test_an_import_in_line_waits_for_what_is_before_it_at_the_pace_of_those_that_run(acme, globex, settings):
    settings.RUNNING_IMPORTS_PER_TENANT = 2
    at_work(globex, rows=10**6, done=10, seconds=100)
    at_work(acme, rows=11_000, done=1_000, seconds=20)
    # It has just begun, so it counts like the other: together 100 rows a second.
    make_job(acme, status="processing", total_rows=10_000)
    first, second = (make_job(acme, status="queued", total_rows=rows) for rows in (2_000, 5_000))

    with tenant_scope(acme):
        assert progress.outlook(first) == (1, 240)
        # 27,000 rows at 100 a second.
        assert progress.outlook(second) == (2, 270)


@pytest.mark.django_db
def test_nothing_is_estimated_where_nothing_is_known(acme):
    make_job(acme, status="processing", total_rows=10_000)
    jobs = [make_job(acme, status=status, total_rows=10) for status in ("pending", "queued", "processing", "paused")]

    with tenant_scope(acme):
        assert [progress.outlook(job) for job in jobs] == [(None, None), (1, None), (None, None), (None, None)]


@pytest.mark.django_db
def test_a_line_takes_one_query(acme):
    for _ in range(5):
        make_job(acme, status="queued", total_rows=10)

    with (
        tenant_scope(acme),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        line = line_of(acme.pk)

        assert [line.place_of(job) for job in line.queued] == [1, 2, 3, 4, 5]
    assert len(queries) == 1


@pytest.mark.django_db
def test_the_time_that_an_import_rests_is_not_in_its_pace(acme):
    job = reload(confirm(upload(acme, "Email\n" + "".join(f"person{n}@example.com\n" for n in range(250)))))
    runner.run_slice(job.pk, job.epoch, seconds=0)
    control.pause(job)
    paused = reload(job)
    control.resume(job)
    resumed = reload(job)

    runner.claim(resumed.pk, resumed.epoch)

    assert (paused.row_index, paused.pace_from, paused.pace_since is None) == (100, 0, False)
    assert (resumed.pace_from, resumed.pace_since) == (100, None)
    assert reload(job).pace_since > paused.pace_since
