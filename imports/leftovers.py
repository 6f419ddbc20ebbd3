"""Stored files that no import has: what a crash left between keeping a file and committing its row."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from imports import storage
from imports.models import ImportJob
from irisx import files
from irisx.accounts.tenancy import ALL, tenant_scope


def remove() -> None:
    """Delete files without an import, a day after they were stored. It may run twice, and beside itself.

    A younger one may have its row still to come. What an import left beside the files that it names, as a second
    reading that was cut off does, goes once those are erased.
    """
    until = timezone.now() - timedelta(hours=settings.LEFT_FILES_KEPT_HOURS)
    for names in storage.kept_files():
        files.remove(*(name for name, kept_at in storage.times_of(_without_import(names)) if kept_at < until))


def _without_import(names: list[str]) -> list[str]:
    owners = {name: owner for name in names if (owner := storage.job_id_of(name))}
    with tenant_scope(ALL):
        owning = ImportJob.objects.filter(pk__in={*owners.values()}).exclude(file_path="", rows_path="")
        found: set[UUID] = set(owning.values_list("pk", flat=True))
    return [name for name, owner in owners.items() if owner not in found]
