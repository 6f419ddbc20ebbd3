"""Log files of what runs in the background."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

KEPT_BYTES = 10 * 1024 * 1024


def open_log(path: Path) -> BinaryIO:
    """Open a log to write on. One that has grown large is kept once under another name."""
    if path.exists() and path.stat().st_size > KEPT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_lines(path: Path, count: int = 12) -> str:
    """Return the end of a log, to be shown beside an error."""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 8192))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
