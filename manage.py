#!/usr/bin/env python3
"""Django's command line, with the development database and Redis up for as long as a command needs them."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext

# These look at code and files only; `up` starts the servers itself.
WITHOUT_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "startapp",
    "up",
    "version",
}


def needs_servers(arguments: list[str]) -> bool:
    """Tell whether a command with its arguments asks the database or Redis anything."""
    if not arguments or arguments[0].startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    if arguments[0] == "check":
        return "--database" in arguments
    return arguments[0] not in WITHOUT_SERVERS


def servers() -> AbstractContextManager[object]:
    """Start database and Redis unless they are up or named in the environment; what was started stops at the end."""
    from django.conf import settings

    from irisx import embedded

    if not embedded.is_needed():
        return nullcontext()
    # Python ends at once on SIGTERM unless told otherwise, and would leave the servers running.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return embedded.start(settings.DATA_DIR)
    except embedded.EmbeddedError as error:
        sys.exit(str(error))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "irisx.settings")
    from django.core.management import execute_from_command_line

    from irisx.production import RefusedToStart

    try:
        with servers() if needs_servers(sys.argv[1:]) else nullcontext():
            execute_from_command_line(sys.argv)
    except RefusedToStart as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
