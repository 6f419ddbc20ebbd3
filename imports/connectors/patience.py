"""Asking another service again: a few times, with pauses that grow, and not at once with everybody else."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

T = TypeVar("T")

TRIES = 5
# A service that wants a longer pause is not waited for: somebody waits for us.
PAUSE_SECONDS_MAX = 20.0


class TryAgain(Exception):
    """The service said nothing of use; the same call may succeed in a moment."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after  # seconds that it asked for


def patiently(call: Callable[[], T]) -> T:
    """Return what a call returns, which is made up to five times while it raises TryAgain; then that is raised."""
    for tried in range(1, TRIES + 1):
        try:
            return call()
        except TryAgain as again:
            pause_seconds = _pause_seconds(tried, again.retry_after)
            if tried == TRIES or pause_seconds > PAUSE_SECONDS_MAX:
                raise
            time.sleep(pause_seconds)
    raise AssertionError("unreachable")


def _pause_seconds(tried: int, asked_for: float | None) -> float:
    if asked_for is not None:
        return asked_for
    # 1, 2, 4, 8 seconds, half of it by chance: workers that were refused together come back one by one.
    longest: float = settings.REMOTE_PAUSE_SECONDS * 2 ** (tried - 1)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311
