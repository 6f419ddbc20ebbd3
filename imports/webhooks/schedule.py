"""When a delivery that failed is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random

# Standard Webhooks 1.0, "Deliverability and reliability": the pause before each try, counted from the one before. Ten
# tries in a little over three days.
PAUSES = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# An address that was away gets what waits for it spread out, not all at one moment.
JITTER = 0.1
LONGEST_PAUSE = timedelta(hours=24)

_random = Random()  # noqa: S311 - nothing secret


def next_try(attempts: int, *, now: datetime, not_before: datetime | None = None) -> datetime | None:
    """Return when a delivery that failed so many times is due again; None if that was the last try.

    `not_before` is what the receiver asked for; it is honoured up to 24 hours.
    """
    if attempts >= len(PAUSES):
        return None
    due_at = now + PAUSES[attempts] * _random.uniform(1 - JITTER, 1 + JITTER)
    if not_before is None:
        return due_at
    return max(due_at, min(not_before, now + LONGEST_PAUSE))


def retry_after(header: str | None, *, now: datetime) -> datetime | None:
    """Return what a Retry-After header asks for (RFC 9110 section 10.2.3); None without one that can be read."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        # Years are as good as a day, and more digits than these no timedelta holds.
        return now + timedelta(seconds=int(text[:9]))
    try:
        asked = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second for numbers that no date or time zone holds
        return None
    # RFC 9110 section 5.6.7: it is in GMT, whether it says so or not.
    return asked if asked.tzinfo else asked.replace(tzinfo=now.tzinfo)
