"""`manage.py inspect_file FILE…`: what would become of a file, without storing anything."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from imports import inspection


class Command(BaseCommand):
    help = "Read and map files without storing anything. Exit code 0 whatever the outcome."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="a line of JSON per file")
        parser.add_argument("--default-country", default="", help="for phone numbers without a country code")
        parser.add_argument("--use-ai-mapping", action="store_true", help="ask the AI model about unsure columns")

    def handle(self, *args: Any, **given: Any) -> None:
        for path in given["file"]:
            found = inspection.inspect(
                path, default_country=given["default_country"], use_ai_mapping=given["use_ai_mapping"]
            )
            if given["json"]:
                self.stdout.write(json.dumps(asdict(found), ensure_ascii=False))
            else:
                self._print(found)

    def _print(self, found: inspection.Inspection) -> None:
        self.stdout.write(f"{found.file}: {found.outcome.replace('_', ' ')}, {found.total_rows:,} rows")
        if found.error:
            self.stdout.write(f"  {found.error}")
        for column in found.columns:
            field = f"{column['field']} ({column['confidence']} %)" if column["field"] else "not imported"
            self.stdout.write(f"  {column['header']} → {field}")
        for warning in found.warnings:
            self.stdout.write(f"  ! {warning['message']}")
