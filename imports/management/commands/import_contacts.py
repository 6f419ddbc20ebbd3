"""`manage.py import_contacts FILE`: one import in the foreground, by the worker's own code."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, BooleanOptionalAction
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contacts import services as contact_services
from imports import inspection, runner, services
from imports.api.serializers import JobSerializer
from imports.engine.errors import SourceRejected
from imports.engine.readers import ReadingOptions
from imports.engine.schema import DuplicateStrategy, FieldMapping
from imports.models import ImportJob
from imports.options import MATCH_FIELDS, WEBHOOK_EVENTS, ImportOptions
from imports.progress import publisher
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal

COMPLETED, FAILED, REJECTED, NEEDS_REVIEW = 0, 1, 2, 3


class Command(BaseCommand):
    help = "Import contacts from a file. Exit code: 0 completed, 1 failed, 2 rejected, 3 needs review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", default="acme" if settings.DEBUG else None, required=not settings.DEBUG)
        parser.add_argument("--list", metavar="NAME", help="put everyone on this list; made if it is new")
        parser.add_argument("--mapping", type=Path, metavar="FILE.json", help="{header: field or null}")
        parser.add_argument("--json", action="store_true", help="print the job as JSON, and nothing else")
        parser.add_argument("--accept-warnings", action="store_true", help="import what needs review, too")
        add_option_flags(parser)
        for name in ("sheet", "encoding", "delimiter"):
            parser.add_argument(f"--{name}")
        parser.add_argument("--header-row", type=int)

    def handle(self, *args: Any, **given: Any) -> None:
        started = time.monotonic()
        path: Path = given["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=REJECTED)
        tenant = Tenant.objects.filter(slug=given["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {given['tenant']}.", returncode=REJECTED)
        try:
            job = self._upload(tenant, path, given)
            if inspection.outcome_of(job.warnings) == inspection.NEEDS_REVIEW and not given["accept_warnings"]:
                services.discard(job)
                self._print_review(path, given)
                sys.exit(NEEDS_REVIEW)
            self._confirm(job, given)
        except (SourceRejected, Refusal) as refused:
            self.stderr.write(json.dumps({"error": refused.message, "code": refused.code}))
            sys.exit(REJECTED)
        job = runner.run_to_end(job.pk, watch=self._watch(given))
        publisher.flush()
        self._print_result(job, time.monotonic() - started, given)
        if job.status != ImportJob.Status.COMPLETED:
            sys.exit(FAILED)

    def _upload(self, tenant: Tenant, path: Path, given: dict[str, Any]) -> ImportJob:
        options = ImportOptions.parse(given)
        if given["list"]:
            with tenant_scope(tenant):
                chosen = contact_services.list_named(tenant, given["list"])
            options = ImportOptions.parse({"list_id": chosen.pk}, over=options)
        reading = ReadingOptions(**{field.name: given[field.name] for field in fields(ReadingOptions)})
        return services.create_job(
            tenant, user=None, filename=path.name, path=path, options=options, reading_options=reading
        )

    def _confirm(self, job: ImportJob, given: dict[str, Any]) -> None:
        mapping = job.suggested_mapping
        if given["mapping"]:
            try:
                mapping = FieldMapping.from_json(json.loads(given["mapping"].read_text("utf-8")))
            except (OSError, ValueError, AttributeError) as error:
                services.discard(job)
                raise CommandError(
                    f"{given['mapping']} cannot be read as {{header: field}}: {error}", returncode=REJECTED
                ) from error
        try:
            services.confirm(job, field_mapping=mapping, confirmed_by=None)
        except Refusal:
            services.discard(job)
            raise

    def _watch(self, given: dict[str, Any]) -> runner.Watch:
        def show(job: ImportJob) -> None:
            publisher.publish(job)
            if not given["json"] and self.stderr.isatty():
                done = 30 * job.progress_percent // 100
                bar = "█" * done + "·" * (30 - done)
                self.stderr.write(f"\r{bar} {job.processed_rows:,} of {job.total_rows:,} rows", ending="")

        return show

    def _print_review(self, path: Path, given: dict[str, Any]) -> None:
        found = inspection.inspect(path)
        if given["json"]:
            self.stdout.write(json.dumps(asdict(found), ensure_ascii=False))
            return
        self.stdout.write(f"{path.name} needs review; nothing was imported:")
        for warning in found.warnings:
            self.stdout.write(f"  {warning['message']}")
        self.stdout.write("Import it all the same with --accept-warnings.")

    def _print_result(self, job: ImportJob, elapsed_seconds: float, given: dict[str, Any]) -> None:
        if given["json"]:
            with tenant_scope(job.tenant_id):
                told = dict(JobSerializer(job).data)
            self.stdout.write(json.dumps({**told, "elapsed_seconds": round(elapsed_seconds, 3)}, ensure_ascii=False))
            return
        if self.stderr.isatty():
            self.stderr.write("")
        self.stdout.write(
            f"{job.filename}: {job.processed_rows:,} of {job.total_rows:,} rows in {elapsed_seconds:.1f} s = "
            f"{job.created_count:,} created + {job.updated_count:,} updated + {job.unchanged_count:,} unchanged + "
            f"{job.skipped_count:,} skipped + {job.error_count:,} failed"
        )
        if job.error_details:
            self.stderr.write(job.error_details["error"])


def add_option_flags(parser: ArgumentParser) -> None:
    """Make a flag of each import option; a flag that is not given is None."""
    lists = {"duplicate_match_fields": MATCH_FIELDS, "webhook_events": WEBHOOK_EVENTS}
    for option in fields(ImportOptions):
        flag = "--" + option.name.replace("_", "-")
        if option.type == "bool":
            parser.add_argument(flag, action=BooleanOptionalAction, default=None)
        elif option.name == "duplicate_strategy":
            parser.add_argument(flag, choices=[str(strategy) for strategy in DuplicateStrategy])
        elif option.name in lists:
            parser.add_argument(flag, action="append", metavar=",".join(lists[option.name]))
        else:
            parser.add_argument(flag)
