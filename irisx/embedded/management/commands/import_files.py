"""`manage.py import_files`, which is what `bin/run import` runs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from irisx.embedded.preparation import prepare

# import_contacts' exit codes, from the best to the worst: completed, needs review, rejected, failed.
EXIT_CODES = [0, 3, 2, 1]


class Command(BaseCommand):
    help = "Prepares the database as `up` does, then imports the files into the demo tenant, one after the other."
    requires_system_checks = []  # migrate runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        prepare()
        codes = []
        for file in files:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "import_contacts", file]
            codes.append(subprocess.run(command, check=False).returncode)
        sys.exit(max(codes, key=lambda code: EXIT_CODES.index(code) if code in EXIT_CODES else len(EXIT_CODES)))
