"""Workers killed at random moments under several imports. bench/kills.py runs it for long, a test for seconds."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

from irisx.accounts.models import Tenant
from tests.faults.imports import assert_exact, is_finished, start_import
from tests.faults.workers import Nursery
from tests.waiting import wait_until

WORKERS = 2
PAUSE_SECONDS_MAX = 0.8


def run(
    workers: Nursery, tenants: Sequence[Tenant], folder: Path, *, jobs: int, rows: int, kills: int, seed: int
) -> int:
    """Kill workers at random moments until all is imported, so often at most, and hold the contacts to the files.

    The imports are the tenants' in turn. Returns how many workers were killed before the last row was done.
    """
    moments = random.Random(seed)
    started = [
        start_import(tenants[number % len(tenants)], folder, rows=rows, seed=number + 1) for number in range(jobs)
    ]
    alive = [workers.start_worker() for _ in range(WORKERS)]
    killed = 0
    while killed < kills and not all(is_finished(job) for job, _ in started):
        # No condition is awaited here: that the moment is any is what is tried.
        time.sleep(moments.uniform(0, PAUSE_SECONDS_MAX))
        victim = moments.randrange(WORKERS)
        alive[victim].kill()
        alive[victim] = workers.start_worker()
        killed += 1
    for job, people in started:
        wait_until(lambda job=job: is_finished(job), seconds=120)
        assert_exact(job, people)
    return killed
