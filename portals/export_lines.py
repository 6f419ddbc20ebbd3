"""Exports as their page lists them: what goes out, for whom, how far it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from contacts.exports import Format
from contacts.models import ContactList, ExportJob
from imports.models import ImportJob
from irisx.accounts.models import Tenant
from portals.wording import Badge, counted

Status = ExportJob.Status

_FORMATS = {Format.CSV: "CSV", Format.EXCEL: "Excel", Format.JSON: "JSON"}
_BADGES = {
    Status.PENDING: Badge("Generating", "loader-circle", "is-live", spins=True),
    Status.PROCESSING: Badge("Generating", "loader-circle", "is-live", spins=True),
    Status.COMPLETED: Badge("Ready", "circle-check", "is-ok"),
    Status.FAILED: Badge("Failed", "circle-x", "is-bad"),
}


class Line(NamedTuple):
    """An export in the list."""

    job: ExportJob
    title: str  # "CSV: contacts on “Fair” that begin with “ann”"
    columns: str  # "all columns", "3 columns"
    badge: Badge
    reason: str  # why it failed; "" if it did not


def lines_of(jobs: Collection[ExportJob], tenant: Tenant) -> list[Line]:
    """Return the exports as lines. Two queries."""
    lists = ContactList.objects.for_tenant(tenant).in_bulk({job.list_id for job in jobs if job.list_id})
    imports = ImportJob.objects.for_tenant(tenant).in_bulk({job.import_id for job in jobs if job.import_id})
    return [
        Line(
            job,
            f"{_FORMATS[Format(job.format)]}: {_scope(job, lists, imports)}",
            counted(len(job.fields), "column") if job.fields else "all columns",
            _BADGES[Status(job.status)],
            (job.error_details or {}).get("error", ""),
        )
        for job in jobs
    ]


def _scope(job: ExportJob, lists: dict[object, ContactList], imports: dict[object, ImportJob]) -> str:
    words = ["all contacts" if not (job.search or job.list_id or job.import_id) else "contacts"]
    if job.list_id:
        words.append(f"on “{lists[job.list_id]}”" if job.list_id in lists else "on a list that was deleted")
    if job.import_id:
        words.append(f"of “{imports[job.import_id]}”" if job.import_id in imports else "of an import that was deleted")
    if job.search:
        words.append(f"that begin with “{job.search}”")
    if job.limit:
        words.append(f"the first {job.limit:,}")
    return " ".join(words)
