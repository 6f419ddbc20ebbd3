"""A disk that is nearly full."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM_BYTES = 2 * 1024 * 1024


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes 2 MB. What is started meanwhile meets the same limit.

    It is a disk of its own where we may mount one. Elsewhere no file of this process may grow larger, which the kernel
    refuses at the same place, by another number.
    """
    folder.mkdir()
    folder.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0:
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
        return
    _, most = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, most))
    try:
        yield folder
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def files_in(folder: Path) -> list[str]:
    """Return the names of the files that take any room."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.stat().st_size]
