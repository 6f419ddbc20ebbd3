"""Finding our own processes again, after the one that started them is gone.

A process id alone says nothing: after a crash or a reboot it may be anybody's. So a pid file notes the name and the
start time too, and a process counts as ours only if all three agree.
"""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

# Of the start time, which the kernel counts in hundredths of a second.
TOLERANCE_SECONDS = 0.1


def note(pid_file: Path, pid: int) -> None:
    """Write down a process that was just started."""
    process = psutil.Process(pid)
    # Written beside the folder and moved in: a file in the folder is always whole.
    written = pid_file.parent.with_suffix(f".{pid_file.name}")
    written.write_text(json.dumps({"pid": pid, "name": process.name(), "started": _seconds_since_boot(process)}))
    written.replace(pid_file)


def find(pid_file: Path) -> psutil.Process | None:
    """Return the process that was noted, or None if it has ended or its number is another process's now."""
    try:
        noted = json.loads(pid_file.read_text())
        process = psutil.Process(noted["pid"])
        is_same = (
            is_alive(process)
            and process.name() == noted["name"]
            and abs(_seconds_since_boot(process) - noted["started"]) <= TOLERANCE_SECONDS
        )
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    return process if is_same else None


def is_alive(process: psutil.Process) -> bool:
    """Tell whether it runs. One that has ended and waits for its parent to ask (a zombie) does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(process: psutil.Process, *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal and wait so many seconds for the process to end; at last kill it."""
    for sign, patience_seconds in (*steps, (signal.SIGKILL, 10.0)):
        try:
            process.send_signal(sign)
        except psutil.NoSuchProcess:
            return
        # Not process.wait(): in a container whose first process reaps nobody, zombies stay for ever.
        deadline = time.monotonic() + patience_seconds
        while is_alive(process):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"Process {process.pid} does not end, even when killed.")


def _seconds_since_boot(process: psutil.Process) -> float:
    # Not the time of day: that of a running process changes when the clock is set.
    return process.create_time() - psutil.boot_time()


def set_niceness(pid: int, niceness: int) -> None:
    """Have a process that leads a session of its own yield to others.

    Linux shares the processor between sessions first, and by niceness only within one, unless the session has a
    niceness, too (sched(7), "The autogroup feature").
    """
    os.setpriority(os.PRIO_PROCESS, pid, niceness)
    with suppress(FileNotFoundError):
        Path(f"/proc/{pid}/autogroup").write_text(str(niceness))
