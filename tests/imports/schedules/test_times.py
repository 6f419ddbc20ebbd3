"""When schedules run: by the clocks of a tenant, also where those are put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from imports.schedules.times import Timing, as_json
from irisx.refusals import Invalid

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
HALF_PAST_TWO = Timing.daily(at=time(2, 30))


def clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d %b %H:%M %z}"


@pytest.mark.parametrize(
    ("timing", "zone", "after", "expected"),
    [
        (Timing.hourly(minute=15), BERLIN, "2026-05-01 10:00", ["01 May 12:15 +0200", "01 May 13:15 +0200"]),
        (Timing.daily(at=time(6)), BERLIN, "2026-05-01 10:00", ["02 May 06:00 +0200", "03 May 06:00 +0200"]),
        (Timing.daily(at=time(6)), BERLIN, "2026-05-01 04:00", ["02 May 06:00 +0200", "03 May 06:00 +0200"]),
        (
            Timing.weekly(weekday="sunday", at=time(0)),
            NEW_YORK,
            "2026-05-01 10:00",
            ["03 May 00:00 -0400", "10 May 00:00 -0400"],
        ),
        (
            Timing.weekly(weekday="monday", at=time(9, 5)),
            UTC,
            "2026-05-01 10:00",
            ["04 May 09:05 +0000", "11 May 09:05 +0000"],
        ),
        (Timing.by_cron("0 12 1 * *"), BERLIN, "2026-10-02 00:00", ["01 Nov 12:00 +0100", "01 Dec 12:00 +0100"]),
        # 29 March 2026: 02:00 to 03:00 is left out. What falls into it comes as much later, by the clocks.
        (HALF_PAST_TWO, BERLIN, "2026-03-28 00:00", ["28 Mar 02:30 +0100", "29 Mar 03:30 +0200", "30 Mar 02:30 +0200"]),
        (HALF_PAST_TWO, BERLIN, "2026-03-29 01:30", ["30 Mar 02:30 +0200"]),
        # Every hour, none is left out and none comes twice.
        (
            Timing.hourly(),
            BERLIN,
            "2026-03-28 23:30",
            ["29 Mar 01:00 +0100", "29 Mar 03:00 +0200", "29 Mar 04:00 +0200"],
        ),
        # 25 October 2026: 02:00 to 03:00 is there twice. A time of day counts once, the first time.
        (HALF_PAST_TWO, BERLIN, "2026-10-24 12:00", ["25 Oct 02:30 +0200", "26 Oct 02:30 +0100"]),
        (HALF_PAST_TWO, BERLIN, "2026-10-25 00:30", ["26 Oct 02:30 +0100"]),
        # What goes by elapsed time comes in both.
        (
            Timing.hourly(),
            BERLIN,
            "2026-10-24 23:30",
            ["25 Oct 02:00 +0200", "25 Oct 02:00 +0100", "25 Oct 03:00 +0100"],
        ),
        (
            Timing.by_cron("*/30 * * * *"),
            BERLIN,
            "2026-10-25 00:00",
            ["25 Oct 02:30 +0200", "25 Oct 02:00 +0100", "25 Oct 02:30 +0100", "25 Oct 03:00 +0100"],
        ),
        # Clocks there change by half an hour, at 02:00.
        (Timing.daily(at=time(2, 15)), LORD_HOWE, "2026-10-03 00:00", ["04 Oct 02:45 +1100", "05 Oct 02:15 +1100"]),
        (Timing.daily(at=time(1, 45)), LORD_HOWE, "2026-04-04 00:00", ["05 Apr 01:45 +1100", "06 Apr 01:45 +1030"]),
    ],
)
def test_a_schedule_keeps_to_the_clocks_of_its_zone(timing, zone, after, expected):
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)

    runs = list(islice(timing.runs(zone, after=start), len(expected)))

    assert [clock(run, zone) for run in runs] == expected
    assert runs[0] == timing.next_run(zone, after=start)
    assert all(run > start for run in runs)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE])
def test_in_a_year_a_daily_schedule_runs_once_a_day_and_an_hourly_one_every_hour(zone):
    new_year = datetime(2026, 1, 1, tzinfo=zone)
    daily = list(islice(HALF_PAST_TWO.runs(zone, after=new_year), 365))
    hourly = list(islice(Timing.hourly(minute=10).runs(zone, after=new_year), 365 * 24))

    assert [run.astimezone(zone).timetuple().tm_yday for run in daily] == list(range(1, 366))
    hours = {(later - sooner).total_seconds() / 60 for sooner, later in pairwise(hourly)}
    # By half an hour the clocks of one of them change: what they show at ten past then is half an hour away.
    assert hours <= {60.0, 30.0, 90.0}
    assert zone is LORD_HOWE or hours == {60.0}


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("", "invalid_cron"),
        ("@daily", "invalid_cron"),
        ("0 6 * *", "invalid_cron"),
        ("0 0 6 * * *", "invalid_cron"),  # with seconds
        ("R 6 * * *", "invalid_cron"),  # any minute
        ("H 6 * * *", "invalid_cron"),
        ("61 6 * * *", "invalid_cron"),
        ("0 25 * * *", "invalid_cron"),
        ("0 6 30 2 *", "invalid_cron"),  # no such day
        ("0 6 * * mo\u0000n", "invalid_cron"),
        ("0 6 ٣ * *", "invalid_cron"),
        ("0 " * 60, "invalid_cron"),
        ("* * * * *", "schedule_too_often"),
        ("0,5 6 * * *", "schedule_too_often"),
        ("0,59 * * * *", "schedule_too_often"),
    ],
)
def test_what_is_no_cron_expression_or_too_often_is_refused(expression, code):
    with pytest.raises(Invalid) as refused:
        Timing.by_cron(expression)

    assert (refused.value.code, refused.value.details) == (code, {"field": "cron"})


def test_a_cron_expression_is_kept_with_single_spaces():
    assert Timing.by_cron("  30 6   * jan-mar mon,fri ").cron == "30 6 * jan-mar mon,fri"
    assert Timing.by_cron("0 0 29 2 *").next_run(UTC, after=datetime(2026, 1, 1, tzinfo=UTC)).year == 2028


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing.hourly(minute=5), ("hourly", 5, None, None, "5 * * * *")),
        (Timing.daily(at=time(6, 30)), ("daily", None, "06:30", None, "30 6 * * *")),
        (Timing.weekly(weekday="sunday", at=time(18)), ("weekly", None, "18:00", "sunday", "0 18 * * 0")),
        (Timing.by_cron("*/15 8-17 * * 1-5"), ("cron", None, None, None, "*/15 8-17 * * 1-5")),
    ],
)
def test_a_timing_says_what_it_was_made_of(timing, expected):
    assert tuple(as_json(timing).values()) == expected
