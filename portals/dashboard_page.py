"""The dashboard of one tenant: what waits for somebody, what runs, what came in lately, and how contacts grow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.utils import timezone

from contacts.models import Contact
from contacts.search import COUNTED_TO
from imports.analytics import figures
from imports.analytics.figures import Outcomes, Period
from imports.models import ImportJob
from imports.schedules.models import ImportSchedule
from irisx.accounts.models import Tenant, User
from portals.analytics_page import Finding, KeyFigure, Table, percent
from portals.charts import line_chart
from portals.result_page import HistoryLine, history_lines
from portals.tally import Tally, tally
from portals.templatetags.portal import when
from portals.waiting import UrlOf, Waiting, jobs_waiting, waiting_of
from portals.wording import counted

WAITING_SHOWN, RUNNING_SHOWN, RECENT_SHOWN = 10, 10, 5
DAYS, WEEK_DAYS = 28, 7

_NUMBERS = ("Nothing", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Now:
    """What changes while imports run."""

    heading: str
    beside: str
    waiting: list[Waiting]
    running: list[HistoryLine]
    recent: list[HistoryLine]

    @property
    def is_new(self) -> bool:
        """Whether there never was an import, or none is kept."""
        return not (self.waiting or self.running or self.recent)


@dataclass(frozen=True, slots=True)
class Figures:
    """What imports came to."""

    week: Tally
    week_in_words: str
    key_figures: list[KeyFigure]
    growth: Finding


def now_of(tenant: Tenant, user: User, schedules: Sequence[ImportSchedule], url_of: UrlOf) -> Now:
    """Return what waits, what runs and what came last. Two queries."""
    newest_first = _jobs_of(tenant)
    waiting = waiting_of(tenant, user, schedules, newest_first, url_of)[: WAITING_SHOWN + 1]
    running = _lines_of([job for job in reversed(newest_first) if job.is_open], url_of)
    ended = [job for job in newest_first if not job.is_open]
    return Now(
        heading=_heading(len(waiting)),
        beside=_beside(len(waiting), len(running)),
        waiting=waiting[:WAITING_SHOWN],
        running=running,
        recent=_lines_of(ended[:RECENT_SHOWN], url_of),
    )


def _jobs_of(tenant: Tenant) -> list[ImportJob]:
    """Return the imports that the dashboard tells of, newest first. One query for all that it asks of them."""
    jobs = ImportJob.objects.for_tenant(tenant)
    running = jobs.filter(status__in=ImportJob.OPEN).order_by("id")[:RUNNING_SHOWN]
    recent = jobs.exclude(status__in=ImportJob.OPEN).newest_first()[:RECENT_SHOWN]
    waiting = jobs_waiting(tenant)[: WAITING_SHOWN + 1]
    shown = running.values("pk").union(recent.values("pk"), waiting.values("pk"))
    return list(jobs.filter(pk__in=shown).select_related("tenant", "user", "summary").newest_first())


def figures_of(tenant: Tenant, schedules: Sequence[ImportSchedule]) -> Figures:
    """Return what the last days came to. Two queries, neither of which reads more of the contacts than it counts."""
    period = Period.up_to(timezone.localdate(), days=DAYS, time_zone=ZoneInfo(tenant.time_zone))
    by_day = figures.outcomes_by_day(ImportJob.objects.for_tenant(tenant), period)
    of_week = Outcomes(*map(sum, zip(*list(by_day.values())[-WEEK_DAYS:], strict=True)))
    contact_count = Contact.objects.for_tenant(tenant).order_by()[: COUNTED_TO + 1].count()
    return Figures(
        week=_tally(of_week),
        week_in_words=f"{_days(list(by_day)[-WEEK_DAYS:])}, {counted(of_week.imports, 'import')}",
        key_figures=_key_figures(contact_count, of_week, schedules),
        growth=_growth(by_day),
    )


def schedules_of(tenant: Tenant) -> list[ImportSchedule]:
    """Return the tenant's recurring imports, that which comes next first. One query."""
    return list(ImportSchedule.objects.filter(tenant=tenant).order_by("next_run_at", "id"))


# In words ------------------------------------------------------------------------------------------------------------


def _heading(waiting: int) -> str:
    if waiting > WAITING_SHOWN:
        return f"More than {_NUMBERS[WAITING_SHOWN].lower()} things wait for you"
    if not waiting:
        return "Nothing waits for you"
    return f"{_NUMBERS[waiting]} {'thing waits' if waiting == 1 else 'things wait'} for you"


def _beside(waiting: int, running: int) -> str:
    today = timezone.localdate()
    if running:
        rest = f"{counted(running, 'import')} {'is' if running == 1 else 'are'} under way."
    else:
        rest = "Everything else ran by itself." if waiting else "No import is under way."
    return f"{today:%A}, {today.day} {today:%B}. {rest}"


def _lines_of(jobs: Iterable[ImportJob], url_of: UrlOf) -> list[HistoryLine]:
    return history_lines(jobs, url_of=lambda job, name: url_of(name, job.pk))


def _tally(outcomes: Outcomes) -> Tally:
    parts = [
        ("created", "Created", outcomes.created),
        ("updated", "Updated", outcomes.updated),
        ("unchanged", "Unchanged", outcomes.unchanged),
        ("skipped", "Skipped", outcomes.skipped),
        ("failed", "Failed", outcomes.failed),
    ]
    return tally("Rows", parts, whole=outcomes.rows)


def _key_figures(contact_count: int, week: Outcomes, schedules: Sequence[ImportSchedule]) -> list[KeyFigure]:
    more = contact_count > COUNTED_TO
    came_in = 100 * (week.rows - week.failed) / week.rows if week.rows else None
    upcoming = next((schedule for schedule in schedules if schedule.next_run_at and not schedule.needs_renewal), None)
    return [
        KeyFigure(
            "Contacts",
            f"{min(contact_count, COUNTED_TO):,}{'+' if more else ''}",
            "counted no farther" if more else "that you have now",
        ),
        KeyFigure("Imports", f"{week.imports:,}", f"in {WEEK_DAYS} days"),
        KeyFigure("Rows that came in", percent(came_in), f"{week.rows - week.failed:,} of {counted(week.rows, 'row')}"),
        KeyFigure("Next recurring import", when(upcoming.next_run_at), upcoming.name)
        if upcoming
        else KeyFigure("Next recurring import", "–", "none is planned"),
    ]


def _growth(by_day: Mapping[date, Outcomes]) -> Finding:
    """Return how many contacts imports made, added up from the first day on."""
    total = list(accumulate(outcomes.created for outcomes in by_day.values()))
    labels = [_short(day) for day in by_day]
    new = counted(total[-1], "new contact")
    most = max(by_day, key=lambda day: by_day[day].created)
    return Finding(
        "growth",
        f"{new} came in, most on {_short(most)}" if total[-1] else "No new contacts came in",
        f"New contacts from imports, added up: {_days(list(by_day))}, {DAYS} days",
        Table(
            "New contacts",
            ("Day", "New", "Added up"),
            [
                (label, f"{outcomes.created:,}", f"{so_far:,}")
                for label, outcomes, so_far in zip(labels, by_day.values(), total, strict=True)
            ],
        ),
        # A line along the bottom says nothing that the heading does not.
        chart=line_chart(total, labels, description=f"New contacts, added up: {new} within {DAYS} days.")
        if total[-1]
        else None,
    )


def _days(days: Sequence[date]) -> str:
    return f"{_short(days[0])} to {_short(days[-1])}"


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
