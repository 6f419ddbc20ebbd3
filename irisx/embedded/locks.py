"""Locks of a data folder. The kernel gives them back when their holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lock:
    """A lock file that one process holds alone or several share. Programs that it starts do not hold it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def wait(self) -> None:
        """Hold it alone, once every other holder has let go."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def take(self) -> bool:
        """Hold it alone, if nobody else holds it now. A share may be lost where this fails."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self._file)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock alone for the block, waiting for it."""
    lock = Lock(path)
    try:
        lock.wait()
        yield
    finally:
        lock.close()
