"""Workers as processes of their own on the test's database, to be killed, frozen and cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.db import connection

from irisx import embedded
from tests.waiting import wait_until

LEASE_SECONDS = 2
SWEEP_SECONDS = 1
"""Short ones, so that tests wait less. tests/test_settings.py holds the usual ones to half a minute."""


class Worker:
    """A running worker."""

    def __init__(self, pid: int, log: Path) -> None:
        self.process = psutil.Process(pid)
        self.log = log

    @property
    def is_alive(self) -> bool:
        return self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        wait_until(lambda: not self.is_alive)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: self.process.status() == psutil.STATUS_STOPPED)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to end, as a new release does, and wait for it."""
        self.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not self.is_alive, seconds=30)


class Nursery:
    """Starts workers, in a quarter of a second each, and ends those that a test leaves behind."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self._born: list[Worker] = []
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "irisx.settings",
            "DATABASE_URL": database_url,
            "REDIS_URL": settings.REDIS_URL,
            "IRISX_DATA_DIR": str(folder),
            "LEASE_SECONDS": str(LEASE_SECONDS),
            "SWEEP_SECONDS": str(SWEEP_SECONDS),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start_worker(self, *, slice_seconds: float | None = None, **database: Any) -> Worker:
        """Start a worker; HOST, PORT and the like replace what its connections would have."""
        log = self.folder / "workers.log"
        order = {"log": str(log), "database": database, "slice_seconds": slice_seconds}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        worker = Worker(int(self._process.stdout.readline()), log)
        self._born.append(worker)
        return worker

    def end_workers(self) -> None:
        for worker in self._born:
            if worker.is_alive:
                worker.kill()
        self._born.clear()

    def end(self) -> None:
        self.end_workers()
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def database_url() -> str:
    """Return the address of the database that Django uses here, a test's, as settings read it."""
    address = os.environ.get("DATABASE_URL") or embedded.database_url(Path(settings.DATA_DIR))
    return f"{address.rpartition('/')[0]}/{connection.settings_dict['NAME']}"


@contextmanager
def nursery_in(folder: Path) -> Iterator[Nursery]:
    nursery = Nursery(folder, database_url())
    try:
        yield nursery
    finally:
        nursery.end()
