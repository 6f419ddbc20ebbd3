"""When a schedule runs: cron expressions in the tenant's time zone, as moments in UTC.

Where clocks change, a time that does not exist (02:30 when it goes from 02:00 to 03:00) is taken as much later as the
clocks go on (03:30 then), and a time that exists twice is taken once, the first time. Schedules of every hour, or every
few, go by elapsed time instead: what exists twice runs twice, and no hour is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from django.conf import settings
from django.db import models

from irisx.refusals import Invalid

# Five fields of what every cron knows. croniter's own (seconds, years, random and hashed values) are not among them.
_CRON = re.compile(r"[0-9A-Za-z*,/\-]+(?: [0-9A-Za-z*,/\-]+){4}", re.ASCII)
_OWN_LETTERS = re.compile(r"(?<![A-Za-z])[HhRrLlWw](?![A-Za-z])")
_CRON_MAX_CHARACTERS = 100
# No clock is put back or forward by more at once.
_LONGEST_CHANGE = timedelta(hours=3)
# A schedule's closest two runs are looked for among so many: all of a day of a schedule that runs too often.
_RUNS_LOOKED_AT = 100


class Frequency(models.TextChoices):
    """How people say how often; `cron` for all that the other words do not say."""

    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    CRON = "cron", "Cron expression"


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Timing:
    """How often, and as a cron expression when."""

    frequency: Frequency
    cron: str

    @classmethod
    def hourly(cls, *, minute: int = 0) -> Timing:
        return cls(Frequency.HOURLY, f"{minute} * * * *")

    @classmethod
    def daily(cls, *, at: time) -> Timing:
        return cls(Frequency.DAILY, f"{at.minute} {at.hour} * * *")

    @classmethod
    def weekly(cls, *, weekday: str, at: time) -> Timing:
        # cron counts from Sunday, 0; Monday is 1.
        return cls(Frequency.WEEKLY, f"{at.minute} {at.hour} * * {(WEEKDAYS.index(weekday) + 1) % 7}")

    @classmethod
    def by_cron(cls, expression: str) -> Timing:
        """Return the timing that a cron expression says. Raises Invalid for one that cannot be, or runs too often."""
        expression = " ".join(expression.split())
        _check(expression)
        return cls(Frequency.CRON, expression)

    @property
    def minute(self) -> int | None:
        """Past the hour; None where the expression is somebody's own."""
        return None if self.frequency == Frequency.CRON else int(self.cron.split()[0])

    @property
    def at(self) -> time | None:
        """The time of day; None where it has none, or the expression is somebody's own."""
        if self.frequency not in (Frequency.DAILY, Frequency.WEEKLY):
            return None
        minute, hour = self.cron.split()[:2]
        return time(int(hour), int(minute))

    @property
    def weekday(self) -> str | None:
        return WEEKDAYS[int(self.cron.split()[4]) - 1] if self.frequency == Frequency.WEEKLY else None

    def next_run(self, zone: ZoneInfo, *, after: datetime) -> datetime:
        """Return the first moment after `after` at which the clocks of a zone show a time of this timing, in UTC."""
        return next(self.runs(zone, after=after))

    def runs(self, zone: ZoneInfo, *, after: datetime) -> Iterator[datetime]:
        """Yield all such moments in order, without end."""
        is_by_elapsed_time = self.cron.split()[1].startswith("*")
        # Begun early: before what was shown twice, or left out.
        start = after.astimezone(zone).replace(tzinfo=None) - _LONGEST_CHANGE
        shown: Any = croniter(self.cron, start)  # its annotations name no types
        pending: set[datetime] = set()
        latest = after
        while True:
            wall = shown.get_next(datetime)
            moments = _moments(wall, zone, twice=is_by_elapsed_time)
            # What the clocks show later may be earlier, but never by more than they are put back.
            certain = min(moments) - _LONGEST_CHANGE
            for moment in sorted(moment for moment in pending if moment <= certain):
                pending.discard(moment)
                if moment > latest:
                    latest = moment
                    yield moment
            pending.update(moments)


def _moments(wall: datetime, zone: ZoneInfo, *, twice: bool) -> list[datetime]:
    """Return the moments, in UTC, at which the clocks of a zone show a time: one, or two where it exists `twice`."""
    first = wall.replace(tzinfo=zone)
    second = first.replace(fold=1)
    # PEP 495: with fold=0 a time that is left out has the offset from before the change, so it comes out later.
    exists_twice = second.utcoffset() < first.utcoffset()  # type: ignore[operator]  # a zone always has an offset
    return [moment.astimezone(UTC) for moment in ((first, second) if twice and exists_twice else (first,))]


def _check(expression: str) -> None:
    """Raise Invalid unless the expression is one of cron's five fields, has a time, and leaves a while between two."""
    if len(expression) > _CRON_MAX_CHARACTERS or not _CRON.fullmatch(expression) or _OWN_LETTERS.search(expression):
        raise _refuse(expression, "expected are five fields, such as “30 6 * * 1-5”: minute, hour, day, month, weekday")
    start = datetime(2024, 1, 1, tzinfo=UTC)  # a leap year has every day that there is
    try:
        shown: Any = croniter(expression, start)
        in_a_year = takewhile(lambda run: run.year == start.year, shown.all_next(datetime))
        runs = list(islice(in_a_year, _RUNS_LOOKED_AT))
    except (ValueError, KeyError, AttributeError, TypeError) as error:  # croniter's own errors are ValueErrors
        raise _refuse(expression, "one of its five fields cannot be read, or no day is like that") from error
    if not runs:
        raise _refuse(expression, "no day is like that")
    least = timedelta(minutes=settings.SCHEDULE_MIN_MINUTES)
    if any(later - sooner < least for sooner, later in pairwise(runs)):
        raise Invalid(
            "schedule_too_often",
            f"“{expression}” runs more often than every {settings.SCHEDULE_MIN_MINUTES} minutes. Leave that much "
            "between two runs.",
            field="cron",
        )


def _refuse(expression: str, expected: str) -> Invalid:
    return Invalid("invalid_cron", f"“{expression[:100]}” is no cron expression: {expected}.", field="cron")


def as_json(timing: Timing) -> dict[str, Any]:
    """Return a timing as the API shows it. What its frequency does not have is None."""
    return {
        "frequency": str(timing.frequency),
        "minute": timing.minute if timing.frequency == Frequency.HOURLY else None,
        "time": f"{timing.at:%H:%M}" if timing.at else None,
        "weekday": timing.weekday,
        "cron": timing.cron,
    }
