"""Waiting for what another process does, of which nothing tells us."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LOOK_SECONDS = 0.02


def wait_until(condition: Callable[[], Any], *, seconds: float = 180) -> Any:
    """Return what the condition returns, once it is true."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"It did not happen within {seconds} seconds."
        time.sleep(LOOK_SECONDS)
    return result
