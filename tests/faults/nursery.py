"""A program that has Django loaded and forks a worker off for each line on its standard input.

A worker that starts from nothing takes two seconds, most of them imports. Tests that kill workers need many.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections


def main() -> None:
    django.setup()
    # Nobody's account is needed to read a sheet. Looked up late: it needs Django.
    from imports.connectors import registry
    from tests.sheets import Sheets

    registry._CONNECTORS["google_sheets"] = Sheets()
    # The kernel buries the dead: nobody here asks after them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            be_worker(**json.loads(line))
        print(pid, flush=True)


def be_worker(log: str, database: dict[str, str], slice_seconds: float | None) -> None:
    """Be what `manage.py procrastinate worker` starts. `database` replaces settings of its connections."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 1
    try:
        with Path(log).open("a") as output, Path(os.devnull).open() as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        connections.databases["default"].update(database)
        if slice_seconds is not None:
            settings.SLICE_SECONDS = slice_seconds
        call_command("procrastinate", "worker")
        code = 0
    finally:
        # Not sys.exit(): what the parent has open is not this process's to end.
        os._exit(code)


if __name__ == "__main__":
    main()
