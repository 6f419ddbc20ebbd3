"""Programs that `manage.py up` keeps running beside itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from irisx.embedded import logs, processes
from irisx.embedded.home import Home

STOP_SECONDS = 10.0
PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 10.0
LASTING_SECONDS = 30.0  # one that ran this long is started again as if for the first time


class Child:
    """A Python program that is started again whenever it ends, after a pause that grows while it does not last."""

    def __init__(self, name: str, arguments: list[str], *, home: Home, cwd: Path, niceness: int = 0) -> None:
        self.name = name
        self.log_file = home.log_file(name)
        self._arguments = arguments
        self._home = home
        self._cwd = cwd
        self._niceness = niceness
        self._pid_file = home.pid_file(name)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause_seconds = PAUSE_SECONDS_MIN

    def end_former(self) -> None:
        """End the one that an earlier `up` left behind when it was killed."""
        if former := processes.find(self._pid_file):
            processes.end(former, (signal.SIGTERM, STOP_SECONDS))

    def start(self) -> None:
        with logs.open_log(self.log_file) as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=self._cwd,
                # The data folder in full: ours may have been relative to another folder.
                env={**os.environ, "IRISX_DATA_DIR": str(self._home.data_dir), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches us alone, and we stop everything in order.
                start_new_session=True,
            )
        processes.set_niceness(self._process.pid, self._niceness)
        self._started_at = time.monotonic()
        processes.note(self._pid_file, self._process.pid)

    @property
    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def restart_if_ended(self) -> str | None:
        """Start it again if it has ended and its pause is over. Returns a sentence about that, or None."""
        if self._process is None or not self.has_ended:
            return None
        lasted_seconds = time.monotonic() - self._started_at
        if lasted_seconds > LASTING_SECONDS:
            self._pause_seconds = PAUSE_SECONDS_MIN
        if lasted_seconds < self._pause_seconds:
            return None
        code = self._process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self._pause_seconds = min(2 * self._pause_seconds, PAUSE_SECONDS_MAX)
        self.start()
        return f"The {self.name} process {how} and was started again. Its log: {self.log_file}"

    def stop(self) -> None:
        if self._process is not None and not self.has_ended:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._pid_file.unlink(missing_ok=True)
