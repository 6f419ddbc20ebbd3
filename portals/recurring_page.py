"""What pages say about recurring imports: how each stands, when it came and comes, and what has changed in a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from contacts.fields import Field
from imports.connectors.airtable import addresses as airtable_addresses
from imports.connectors.google import addresses as google_addresses
from imports.connectors.interface import RemoteSource
from imports.models import ImportJob
from imports.schedules.drift import Change, Hold, Kind
from imports.schedules.models import ImportSchedule
from imports.schedules.schedules import RUNS_SHOWN
from imports.schedules.states import State, state_of
from imports.schedules.times import Frequency, Timing
from portals.templatetags.portal import when
from portals.wording import Badge, counted

Status = ImportJob.Status

_BADGES = {
    State.HELD: Badge("Held", "pause", "is-warn"),
    State.NEEDS_RENEWAL: Badge("Sign in again", "unplug", "is-bad"),
    State.PAUSED: Badge("Paused", "circle-pause"),
    State.READING: Badge("Reading", "loader-circle", "is-live", spins=True),
    State.IMPORTING: Badge("Importing", "loader-circle", "is-live", spins=True),
    State.FAILED: Badge("Failed", "circle-x", "is-bad"),
    State.WAITING: Badge("Healthy", "circle-check", "is-ok"),
}

# Connector → the way in that its service is connected at.
WAY_OF = {"google_sheets": "sheet", "airtable": "airtable"}

# The little chart of the last runs, in the units of its viewBox.
_BAR_STEP, _BAR_WIDTH, _CHART_HEIGHT = 8, 6, 20


class Bar(NamedTuple):
    """One run in the chart: as high as it has rows, against the largest."""

    x: int
    y: int
    width: int
    height: int
    is_failed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One recurring import in the list."""

    schedule: ImportSchedule
    state: State
    badge: Badge
    how_often: str
    bars: list[Bar]
    runs_in_words: str
    last_run: ImportJob | None
    last: str
    next: str

    @property
    def way(self) -> str:
        """The way in where its service is connected (portals/ways.py)."""
        return WAY_OF[self.schedule.connector]

    @property
    def is_paused(self) -> bool:
        return self.schedule.paused_at is not None

    @property
    def can_run(self) -> bool:
        return self.state not in (State.HELD, State.READING, State.IMPORTING)


def line_of(schedule: ImportSchedule, runs: Sequence[ImportJob]) -> Line:
    """Return a schedule as the list shows it. `runs` are its last ones, newest first."""
    last_run = runs[0] if runs else None
    state = state_of(schedule, last_run)
    failed = sum(job.status == Status.FAILED for job in runs)
    return Line(
        schedule=schedule,
        state=state,
        badge=_BADGES[state],
        how_often=timing_in_words(schedule.timing),
        bars=_bars(list(reversed(runs))),
        runs_in_words=f"{counted(len(runs), 'run')}, {failed or 'none'} failed" if runs else "No run yet",
        last_run=last_run,
        last=_last_in_words(last_run),
        next=_next_in_words(schedule, state),
    )


def timing_in_words(timing: Timing) -> str:
    """Return "every hour at 15 past", "daily at 06:00", "Mondays at 06:00" or "cron 30 6 * * 1-5"."""
    match timing.frequency:
        case Frequency.HOURLY:
            return f"every hour, {timing.minute} past" if timing.minute else "every hour, on the hour"
        case Frequency.DAILY:
            return f"daily at {timing.at:%H:%M}"
        case Frequency.WEEKLY:
            return f"{(timing.weekday or '').capitalize()}s at {timing.at:%H:%M}"
    return f"cron {timing.cron}"


def _bars(runs: Sequence[ImportJob]) -> list[Bar]:
    """Return the chart of runs in order of time; the newest stands at the right end."""
    largest = max((job.total_rows for job in runs), default=0) or 1
    first = RUNS_SHOWN - len(runs)
    bars = []
    for place, job in enumerate(runs, start=first):
        height = max(2, round(_CHART_HEIGHT * job.total_rows / largest))
        is_failed = job.status == Status.FAILED
        height = max(height, 6) if is_failed else height
        bars.append(Bar(place * _BAR_STEP, _CHART_HEIGHT - height, _BAR_WIDTH, height, is_failed))
    return bars


def _last_in_words(job: ImportJob | None) -> str:
    if job is None:
        return "not yet"
    moment = when(job.completed_at or job.created_at)
    if job.status == Status.FAILED:
        return f"{moment}, failed"
    if job.status == Status.CANCELLED:
        return f"{moment}, discarded" if job.held else f"{moment}, cancelled"
    if job.is_held:
        return f"{moment}, held"
    if not job.is_finished:
        return f"{moment}, under way"
    changed = [counted(job.created_count, "new contact")] if job.created_count else []
    changed += [f"{job.updated_count:,} updated"] if job.updated_count else []
    return f"{moment}, {', '.join(changed) or 'no change'}"


def _next_in_words(schedule: ImportSchedule, state: State) -> str:
    if state == State.HELD:
        return "when you have answered"
    if state == State.NEEDS_RENEWAL:
        return "after sign-in"
    if schedule.paused_at is not None:
        by = f" by {schedule.paused_by.display_name}" if schedule.paused_by else ""
        return f"paused{by}"
    return when(schedule.next_run_at)


def clocks_in_words(zone: ZoneInfo) -> str:
    """Return by whose clocks times are, and what becomes of those that the clocks leave out, where they do."""
    year = timezone.localdate().year
    offsets = {datetime(year, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13)}
    if len(offsets) == 1:
        return f"Times are those of {zone.key}."
    return (
        f"Times are those of {zone.key}. On the night when clocks there are put forward, a time that is left out comes "
        "as much later."
    )


def source_url(source: RemoteSource) -> str:
    """Return where a source is seen in the browser."""
    if source.connector == "airtable":
        return airtable_addresses.address_of(source.document, source.table, source.area)
    return google_addresses.address_of(source.document, source.table)


# What has changed ----------------------------------------------------------------------------------------------------


class Difference(NamedTuple):
    """One line of agreed, found and suggested. What is set in mono is the source's own."""

    agreed: str
    agreed_is_raw: bool
    found: str
    found_is_raw: bool
    suggestion: str


def differences(hold: Hold, fields: Mapping[str, Field]) -> list[Difference]:
    """Return what has changed, side by side."""
    return [_difference(change, fields) for change in hold.changes]


def _difference(change: Change, fields: Mapping[str, Field]) -> Difference:
    label = _label(change.field, fields)
    header, header_now = change.header or "", change.header_now or ""
    match change.kind:
        case Kind.COLUMN_GONE:
            suggestion = f"{label} gets no more values" if label else "It was not imported"
            return Difference(header, True, "not there", False, suggestion)
        case Kind.COLUMN_RENAMED:
            return Difference(header, True, header_now, True, f"Keeps feeding {label}")
        case Kind.COLUMN_ADDED:
            suggestion = f"Do not import; it looks like {label}" if label else "Do not import"
            return Difference("not there", False, header_now, True, suggestion)
        case Kind.ROWS_FELL:
            before, now = counted(change.before or 0, "row"), counted(change.now or 0, "row")
            return Difference(before, False, now, False, "Import what is there; no contact is deleted")
        case Kind.KEY_TURNED_BLANK:
            before, now = f"“{header}”: {change.before or 0:,} filled", f"{change.now or 0:,} filled"
            return Difference(before, False, now, False, f"Import without; stored values of {label} stay")


def _label(key: str | None, fields: Mapping[str, Field]) -> str:
    """Return what a field is called; "" for none."""
    if key is None:
        return ""
    return fields[key].label if key in fields else key
