"""What the imports of a period come to. Each figure is one query over jobs and their summaries, never over rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce, TruncDate, TruncMonth

from imports.models import ImportJob, ImportJobQuerySet

DURATION_LIMITS_SECONDS = (2, 5, 15, 60)
"""Ends of the steps that imports are sorted into by the time they took; the last step has none."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of a time zone, up to today; told by day or by month."""

    first: date
    last: date
    time_zone: ZoneInfo
    by_month: bool = False

    @classmethod
    def up_to(cls, last: date, *, days: int, time_zone: ZoneInfo) -> Period:
        return cls(last - timedelta(days=days - 1), last, time_zone)

    @classmethod
    def months_up_to(cls, last: date, *, months: int, time_zone: ZoneInfo) -> Period:
        """Return so many calendar months, of which the last is the one that is not over yet."""
        count = last.year * 12 + last.month - months
        return cls(date(count // 12, count % 12 + 1, 1), last, time_zone, by_month=True)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def steps(self) -> list[date]:
        """The days, or the first days of the months, that the period is told by."""
        if not self.by_month:
            return [self.first + timedelta(days=day) for day in range(self.days)]
        months = range(self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month)
        return [date(month // 12, month % 12 + 1, 1) for month in months]

    def of(self, jobs: ImportJobQuerySet) -> ImportJobQuerySet:
        """Return those of the jobs that were made in the period and have taken a row, or ended."""
        start = datetime(self.first.year, self.first.month, self.first.day, tzinfo=self.time_zone)
        return jobs.filter(created_at__gte=start).exclude(status=ImportJob.Status.PENDING)


class Rows(NamedTuple):
    """Imports and their rows, of one day, one source, or all."""

    imports: int = 0
    processed: int = 0
    failed: int = 0
    duplicates: int = 0

    @property
    def success_percent(self) -> float | None:
        """The part of the rows that did not fail; None if there were none."""
        return 100 * (self.processed - self.failed) / self.processed if self.processed else None


class Outcomes(NamedTuple):
    """What the rows of one day's imports became; each row is in one of the five parts."""

    imports: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def rows(self) -> int:
        return sum(self[1:])


class Cause(NamedTuple):
    """Why rows failed."""

    type: str
    field: str
    rows: int


class MappedColumns(NamedTuple):
    """Columns that were suggested a field, or none, with one confidence and on one basis."""

    confidence: int
    basis: str  # imports.engine.mapping.Basis; "" where it is not known
    columns: int
    changed: int  # by a person, to another field or to none


@dataclass(frozen=True, slots=True)
class Durations:
    """How long imports took, from their first row to the last."""

    imports: int
    median_seconds: float | None
    by_step: tuple[int, ...]  # imports of each step of DURATION_LIMITS_SECONDS, and of those that took longer
    rows_per_second: float | None  # of all together


def rows_by_step(jobs: ImportJobQuerySet, period: Period) -> dict[date, Rows]:
    """Return the rows of each day or month of the period; those of a step without imports are Rows()."""
    truncated = (TruncMonth if period.by_month else TruncDate)("created_at", tzinfo=period.time_zone)
    counted = _counted(period.of(jobs).annotate(step=truncated).values("step"))
    found = {_date_of(line["step"]): _rows(line) for line in counted}
    return {step: found.get(step, Rows()) for step in period.steps}


def outcomes_by_day(jobs: ImportJobQuerySet, period: Period) -> dict[date, Outcomes]:
    """Return what became of the rows of each day of the period; those of a day without imports are Outcomes()."""
    nothing = 0
    by_day = period.of(jobs).annotate(day=TruncDate("created_at", tzinfo=period.time_zone)).values("day")
    counted = by_day.annotate(
        imports=Count("*"),
        created=Coalesce(Sum("created_count"), nothing),
        updated=Coalesce(Sum("updated_count"), nothing),
        unchanged=Coalesce(Sum("unchanged_count"), nothing),
        skipped=Coalesce(Sum("skipped_count"), nothing),
        failed=Coalesce(Sum("error_count"), nothing),
    )
    found = {day: Outcomes(*parts) for day, *parts in counted.values_list("day", *Outcomes._fields)}
    return {day: found.get(day, Outcomes()) for day in period.steps}


def rows_by_source(jobs: ImportJobQuerySet, period: Period) -> dict[str, Rows]:
    """Return source type → its rows, that with the most first."""
    counted = _counted(period.of(jobs).values("source_type"))
    return {line["source_type"]: _rows(line) for line in counted.order_by("-processed", "source_type")}


def causes(jobs: ImportJobQuerySet, period: Period) -> list[Cause]:
    """Return why rows failed, the most common cause first."""
    totals = _added_up(jobs, period, "errors", "line ->> 0, line ->> 1, sum((line ->> 2)::bigint)")
    found = [Cause(error_type, field, int(rows)) for error_type, field, rows in totals]
    return sorted(found, key=lambda cause: (-cause.rows, cause))


def mapped_columns(jobs: ImportJobQuerySet, period: Period) -> list[MappedColumns]:
    """Return how many columns were suggested a field with each confidence on each basis, the surest first."""
    totals = _added_up(
        jobs,
        period,
        "columns",
        "(line ->> 0)::int, coalesce(line ->> 3, ''), sum((line ->> 1)::bigint), sum((line ->> 2)::bigint)",
    )
    found = [MappedColumns(confidence, basis, int(count), int(changed)) for confidence, basis, count, changed in totals]
    return sorted(found, reverse=True)


def _added_up(jobs: ImportJobQuerySet, period: Period, lists: str, sums: str) -> list[tuple[Any, ...]]:
    """Return sums over the lines of the summaries' lists, by the first two of `sums`."""
    sql, params = period.of(jobs).values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {sums}
            FROM import_summaries AS summary CROSS JOIN jsonb_array_elements(summary.{lists}) AS line
            WHERE summary.import_job_id IN ({sql})
            GROUP BY 1, 2
            """,  # noqa: S608 (Django's own statement and ours, values as parameters)
            params,
        )
        return list(cursor.fetchall())


def durations(jobs: ImportJobQuerySet, period: Period) -> Durations:
    """Return how long the completed imports of the period took."""
    done = period.of(jobs).filter(status=ImportJob.Status.COMPLETED, started_at__isnull=False)
    sql, params = done.values("started_at", "completed_at", "processed_rows").query.sql_with_params()
    limits = list(DURATION_LIMITS_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH done AS (
                SELECT extract(epoch FROM completed_at - started_at)::float AS seconds, processed_rows
                FROM ({sql}) AS job
            )
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), sum(processed_rows), sum(seconds),
                   array_agg(width_bucket(seconds, %s::float[]))
            FROM done
            """,  # noqa: S608 (Django's own statement, its values as parameters)
            [*params, limits],
        )
        median, rows, seconds, steps = cursor.fetchone()
    by_step = Counter(steps or ())
    return Durations(
        imports=len(steps or ()),
        median_seconds=median,
        by_step=tuple(by_step[step] for step in range(len(limits) + 1)),
        rows_per_second=rows / seconds if seconds else None,
    )


def _counted(lines: Any) -> Any:
    nothing = 0
    return lines.annotate(
        imports=Count("*"),
        processed=Coalesce(Sum("processed_rows"), nothing),
        failed=Coalesce(Sum("error_count"), nothing),
        duplicates=Coalesce(Sum("duplicate_count"), nothing),
    )


def _rows(line: dict[str, Any]) -> Rows:
    return Rows(**{name: line[name] for name in Rows._fields})


def _date_of(step: date | datetime) -> date:
    return step.date() if isinstance(step, datetime) else step
