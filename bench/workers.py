"""Workers on our data folder, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import measuring

READY_SECONDS = 60
LOOK_SECONDS = 0.02


@contextmanager
def workers(count: int, folder: Path) -> Iterator[list[int]]:
    """Give so many workers that are ready for work, by their process ids; they are ended afterwards."""
    measuring.query("DELETE FROM procrastinate_workers RETURNING id")
    with ExitStack() as stack:
        started = [stack.enter_context(_worker(folder / f"worker-{number}.log")) for number in range(count)]
        await_true(lambda: _registered() >= count, READY_SECONDS, "The workers do not start; their logs say why.")
        yield [process.pid for process in started]


@contextmanager
def _worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, str(measuring.ROOT / "manage.py"), "procrastinate", "worker"]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _registered() -> int:
    ((count,),) = measuring.query("SELECT count(*) FROM procrastinate_workers")
    return int(count)


def await_true(condition: Callable[[], bool], seconds: float, sentence: str) -> None:
    """Wait until a condition is true; end the measurement if it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        measuring.require(time.monotonic() < deadline, sentence)
        time.sleep(LOOK_SECONDS)


def cpu_seconds(pid: int) -> float:
    """Return what a process has taken of a core so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # utime and stime: proc(5), 14 and 15 with the two before the name
    return ticks / os.sysconf("SC_CLK_TCK")
