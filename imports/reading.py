"""Reads a source in a child process, so that what is in the file can end the child and nothing else."""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from imports.engine.errors import SourceRejected
from imports.engine.readers import Limits, ReadingOptions, SourceSummary
from irisx.refusals import StorageFull, Unavailable
from irisx.stores import NO_ROOM

logger = logging.getLogger(__name__)

CHILD = (sys.executable, "-m", "imports.engine.read_source")
# How long an upload waits for its turn, how often it looks, and when the client may come again.
WAIT_SECONDS = 5.0
LOOK_SECONDS = 0.05
RETRY_AFTER_SECONDS = 10
# The child by itself takes 20 MB; the largest workbooks take 15 bytes of memory for each of theirs, sparse ones more.
MEMORY_BASE_BYTES = 200 * 1024 * 1024
MEMORY_PER_BYTE = 40
# What Rust's allocator says before it aborts, and Python's where a limit is met.
OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError")
# What a full disk is called in the last line of a traceback.
OUT_OF_ROOM = tuple(b"[Errno %d]" % number for number in NO_ROOM)
# A line that a traceback ends with, up to the message: that may quote the file, and logs hold no cell.
ERROR_NAME = re.compile(rb"^([A-Za-z_][\w.]*)(?=: |$)", re.MULTILINE)


def read_in_child(path: Path, rows_path: Path, options: ReadingOptions, *, is_snapshot: bool = False) -> SourceSummary:
    """Write the rows of a file to a rows file and return what the file holds.

    `is_snapshot`: it is what a connector wrote (imports/remote.py), not what somebody sent.
    Never call it inside a transaction: it may take minutes. Raises SourceRejected, or Unavailable("reading_busy") if
    as many files are being read on this machine as it has cores. The rows file is removed unless all went well.
    """
    try:
        with reading_slot() as slot:
            summary = _run_child(path, rows_path, options, slot, is_snapshot=is_snapshot)
    except BaseException:
        rows_path.unlink(missing_ok=True)
        raise
    return summary


def limits() -> Limits:
    """Return the limits that a source is read within, as the settings have them."""
    return Limits(
        size_bytes=settings.UPLOAD_MAX_BYTES,
        unpacked_bytes=settings.UNPACKED_MAX_BYTES,
        rows=settings.MAX_ROWS,
        columns=settings.MAX_COLUMNS,
        cell_characters=settings.MAX_CELL_CHARACTERS,
    )


@contextmanager
def reading_slot(wait_seconds: float = WAIT_SECONDS) -> Iterator[int]:
    """Hold one of the places for reading that all processes of this machine share; yields its file descriptor.

    A place is a locked file: the kernel frees it when the last process that has it open ends, whatever the way.
    Raises Unavailable("reading_busy") if none becomes free in time.
    """
    descriptor = _take_slot(_slots_folder(), wait_seconds)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _take_slot(folder: Path, wait_seconds: float) -> int:
    deadline = time.monotonic() + wait_seconds
    while True:
        for number in range(os.cpu_count() or 1):
            descriptor = os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            return descriptor
        if time.monotonic() >= deadline:
            message = "Other files are being read just now. Try again in a few seconds."
            raise Unavailable("reading_busy", message, retry_after=RETRY_AFTER_SECONDS)
        # flock() on several files at once cannot be awaited.
        time.sleep(LOOK_SECONDS)


def _slots_folder() -> Path:
    """Return the folder of the locks: one a machine and user, which nobody else can write to."""
    folder = Path(tempfile.gettempdir()) / f"irisx-reading-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        message = "Files cannot be read on this machine just now: its temporary folder is not set up safely."
        raise Unavailable("reading_unavailable", message, retry_after=RETRY_AFTER_SECONDS)
    return folder


def _run_child(path: Path, rows_path: Path, options: ReadingOptions, slot: int, *, is_snapshot: bool) -> SourceSummary:
    timeout_seconds = settings.READ_SOURCE_TIMEOUT_SECONDS
    request = {
        "path": str(path.resolve()),
        "rows_path": str(rows_path.resolve()),
        "is_snapshot": is_snapshot,
        "options": options.as_json(),
        "limits": asdict(limits()),
        "memory_bytes": _memory_bytes(path.stat().st_size),
        "cpu_seconds": math.ceil(timeout_seconds),
    }
    with subprocess.Popen(
        CHILD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # "-m" finds the package from here, wherever the parent was started.
        cwd=settings.BASE_DIR,
        # Nothing of ours: the child reads what strangers send, and needs no key or password.
        # It may keep its bytecode: nobody else imports most readers, and compiling them takes as long as a small file.
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
        # The child holds the place as well: if this process is killed, it is not free before the child ends.
        pass_fds=(slot,),
    ) as child:
        try:
            output, errors = child.communicate(json.dumps(request).encode(), timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            logger.warning("read_source child was killed after %s seconds", timeout_seconds)
            raise _too_slow(timeout_seconds) from None
        except BaseException:
            child.kill()
            raise
    if child.returncode != 0:
        raise _crashed(child.returncode, errors, timeout_seconds)
    answer = json.loads(output)
    if rejected := answer.get("rejected"):
        raise SourceRejected(rejected["code"], rejected["message"], **rejected["details"])
    return SourceSummary.from_json(answer["summary"])


def _memory_bytes(size_bytes: int) -> int:
    """Return how much memory the child may have: a small file that asks for much is hostile, or nearly empty."""
    return min(settings.READ_SOURCE_MEMORY_BYTES, MEMORY_BASE_BYTES + MEMORY_PER_BYTE * size_bytes)


def _too_slow(timeout_seconds: float) -> SourceRejected:
    message = (
        f"The file could not be read within {timeout_seconds:g} seconds. Save it again as CSV, or split it into "
        "several files, and upload it again."
    )
    return SourceRejected("parser_crashed", message)


def _crashed(returncode: int, errors: bytes, timeout_seconds: float) -> SourceRejected | StorageFull:
    """Return the refusal of a file whose reader did not end well."""
    logger.warning("read_source child ended with %s (%s)", returncode, _error_name(errors))
    if returncode == -signal.SIGXCPU:
        return _too_slow(timeout_seconds)
    if any(sign in errors for sign in OUT_OF_ROOM):
        return StorageFull()
    if any(sign in errors for sign in OUT_OF_MEMORY):
        message = (
            "The table is too large to be read: it takes more memory than is allowed. A sheet whose last used cell is "
            "far below or right of the data does this: delete the empty rows and columns, or save it as CSV."
        )
        return SourceRejected("sheet_too_large", message)
    message = (
        "The file could not be read: reading it failed in an unexpected way. Save it again as CSV and upload that."
    )
    return SourceRejected("parser_crashed", message)


def _error_name(errors: bytes) -> str:
    """Return the class of the error that a child's last words name, or "unknown"."""
    names = ERROR_NAME.findall(errors)
    return names[-1].decode() if names else "unknown"
