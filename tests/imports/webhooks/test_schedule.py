from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from imports.webhooks.schedule import JITTER, next_try, retry_after

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECONDS = [5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))]


@pytest.mark.parametrize(("attempts", "seconds"), list(enumerate(SECONDS, start=1)))
def test_pauses_grow_and_are_never_quite_the_same(attempts, seconds):
    pauses = {(next_try(attempts, now=NOW) - NOW).total_seconds() for _ in range(50)}

    assert all(seconds * (1 - JITTER) <= pause <= seconds * (1 + JITTER) for pause in pauses)
    assert len(pauses) > 40


def test_the_tenth_try_is_the_last():
    assert next_try(10, now=NOW) is None
    assert next_try(10, now=NOW, not_before=NOW + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (timedelta(minutes=2), timedelta(minutes=2)),
        (timedelta(days=365), timedelta(hours=24)),
    ],
)
def test_a_receiver_may_ask_for_more_time_up_to_a_day(asked, expected):
    assert next_try(1, now=NOW, not_before=NOW + asked) == NOW + expected


def test_a_receiver_may_not_ask_for_less():
    assert next_try(3, now=NOW, not_before=NOW) > NOW + timedelta(minutes=25)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("9" * 400, 999_999_999),
        ("Tue, 24 Nov 2026 12:02:00 GMT", 120),
        ("Tue, 24 Nov 2026 13:02:00 +0100", 120),
        ("Tue, 24 Nov 2026 12:02:00 -0000", 120),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header, now=NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "-1",
        "soon",
        "1.5",
        "²",
        "Tue, 99 Nov 2026 12:02:00 GMT",
        "9" * 5000 + "x",
        "Tue, 24 Nov 99999999999999 12:02:00 GMT",
        "Tue, 24 Nov 2026 12:02:99999999999999999999 GMT",
        "Tue, 24 Nov 2026 12:02:00 +99999999999999999999",
    ],
)
def test_retry_after_that_says_nothing(header):
    assert retry_after(header, now=NOW) is None
