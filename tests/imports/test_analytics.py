"""What imports come to: summaries of those that ended, and the figures of a period."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from imports.analytics import figures, summaries
from imports.analytics.figures import Cause, Durations, MappedColumns, Period, Rows
from imports.analytics.models import ImportSummary
from imports.models import ImportJob
from irisx.accounts.tenancy import tenant_scope
from tests.factories import import_csv, make_job

MESSY = "Email,Plan\nmaya@example.com,gold\nnobody,gold\nno.one,gold\n,\nmaya@example.com,gold\n"
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22), BERLIN)


def summary_of(job) -> ImportSummary:
    summaries.summarize(job.pk)
    with tenant_scope(job.tenant):
        return ImportSummary.objects.get(import_job=job)


def make_counted(tenant, created_at: datetime, *, created: int = 0, failed: int = 0, **values) -> ImportJob:
    """Store a completed import of so many rows, which was made at a time and took a second a row."""
    rows = created + failed
    job = make_job(
        tenant,
        **{
            "status": "completed",
            "total_rows": rows,
            "processed_rows": rows,
            "created_count": created,
            "success_count": created,
            "error_count": failed,
            "started_at": created_at,
            "completed_at": created_at + timedelta(seconds=rows),
            **values,
        },
    )
    with tenant_scope(tenant):
        ImportJob.objects.filter(pk=job.pk).update(created_at=created_at)
    return job


def jobs_of(tenant):
    return ImportJob.objects.for_tenant(tenant)


def test_the_end_of_an_import_has_it_summarized(acme):
    job = import_csv(acme, MESSY)

    queued = ProcrastinateJob.objects.filter(task_name="imports.summarize_import", args={"job_id": str(job.pk)})
    assert queued.count() == 1
    assert summary_of(job).errors == [["invalid_email", "email", 2]]


def test_columns_that_a_person_changed_are_told_from_those_that_were_kept(acme):
    plans = "Email,Plan\nmaya@example.com,gold\n"
    job = import_csv(acme, plans, mapping={"Email": "email", "Plan": "custom:plan"})

    assert summary_of(job).columns == [[0, 1, 1, "nothing"], [100, 1, 0, "name"]]


def test_summing_up_twice_counts_once(acme):
    job = import_csv(acme, MESSY)

    assert summary_of(job).errors == summary_of(job).errors


def test_an_import_that_is_gone_has_no_summary(acme):
    job = import_csv(acme, MESSY)
    with tenant_scope(acme):
        ImportJob.objects.filter(pk=job.pk).delete()

    summaries.summarize(job.pk)

    with tenant_scope(acme):
        assert not ImportSummary.objects.exists()


def test_rows_are_counted_by_the_days_of_the_tenants_time_zone(acme):
    make_counted(acme, datetime(2026, 11, 16, 22, 59, tzinfo=UTC), created=3)
    make_counted(acme, datetime(2026, 11, 16, 23, 1, tzinfo=UTC), created=2, failed=1)  # Tuesday in Berlin
    make_counted(acme, datetime(2026, 11, 15, 22, 59, tzinfo=UTC), created=99)  # the day before

    with tenant_scope(acme):
        by_day = figures.rows_by_step(jobs_of(acme), WEEK)

    assert list(by_day) == [date(2026, 11, day) for day in range(16, 23)]
    assert by_day[date(2026, 11, 16)] == Rows(imports=1, processed=3)
    assert by_day[date(2026, 11, 17)] == Rows(imports=1, processed=3, failed=1)
    assert by_day[date(2026, 11, 18)] == Rows()


def test_a_year_is_told_by_month(acme):
    make_counted(acme, datetime(2026, 1, 31, 23, 30, tzinfo=UTC), created=3)  # February in Berlin
    year = Period.months_up_to(date(2026, 11, 22), months=12, time_zone=BERLIN)

    with tenant_scope(acme):
        by_month = figures.rows_by_step(jobs_of(acme), year)

    assert (min(by_month), max(by_month), len(by_month)) == (date(2025, 12, 1), date(2026, 11, 1), 12)
    assert [step for step, rows in by_month.items() if rows.imports] == [date(2026, 2, 1)]


def test_sources_are_told_apart_and_uploads_that_nobody_confirmed_are_left_out(acme):
    monday = datetime(2026, 11, 16, 12, tzinfo=UTC)
    make_counted(acme, monday, created=1, source_type="excel")
    make_counted(acme, monday, created=5, failed=5, source_type="csv")
    make_counted(acme, monday, source_type="csv", status="pending")

    with tenant_scope(acme):
        by_source = figures.rows_by_source(jobs_of(acme), WEEK)

    assert list(by_source.items()) == [
        ("csv", Rows(imports=1, processed=10, failed=5)),
        ("excel", Rows(imports=1, processed=1)),
    ]


def test_causes_and_changed_columns_are_added_up(acme, globex):
    monday = datetime(2026, 11, 16, 12, tzinfo=UTC)
    for tenant, errors, columns in [
        (acme, [["invalid_email", "email", 2]], [[60, 2, 1, "values"], [100, 3, 0, "name"]]),
        (acme, [["no_contact_point", "", 5], ["invalid_email", "email", 4]], [[100, 1, 1, "name"], [100, 2, 0]]),
        (globex, [["invalid_email", "email", 1_000]], [[100, 1_000, 0]]),
    ]:
        job = make_counted(tenant, monday, created=1)
        with tenant_scope(tenant):
            ImportSummary.objects.create(import_job=job, tenant=tenant, errors=errors, columns=columns)

    with tenant_scope(acme):
        assert figures.causes(jobs_of(acme), WEEK) == [
            Cause("invalid_email", "email", 6),
            Cause("no_contact_point", "", 5),
        ]
        assert figures.mapped_columns(jobs_of(acme), WEEK) == [
            MappedColumns(100, "name", 4, 1),
            MappedColumns(100, "", 2, 0),  # of an earlier version
            MappedColumns(60, "values", 2, 1),
        ]


def test_durations_are_sorted_into_steps(acme):
    monday = datetime(2026, 11, 16, 12, tzinfo=UTC)
    for seconds in (1, 2, 30, 90):
        make_counted(acme, monday, created=seconds)
    make_counted(acme, monday, created=7, status="cancelled")

    with tenant_scope(acme):
        assert figures.durations(jobs_of(acme), WEEK) == Durations(
            imports=4, median_seconds=16.0, by_step=(1, 1, 0, 1, 1), rows_per_second=1.0
        )


@pytest.mark.parametrize(("rows", "expected"), [(Rows(), None), (Rows(1, 8, 2), 75.0), (Rows(1, 8, 0), 100.0)])
def test_success_percent(rows, expected):
    assert rows.success_percent == expected
