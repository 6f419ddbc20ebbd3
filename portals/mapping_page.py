"""What the pages for mapping and review show: the sheet, and what it leads to."""

from __future__ import annotations

from typing import Any

from contacts import services as contact_services
from imports import preview
from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest
from portals import preview_table
from portals.mapping import MappingSheet
from portals.preview_table import PreviewTable

SORTS = {"attention": "Needs attention first", "file": "As in the file"}


def sheet_of(request: TenantRequest, job: ImportJob) -> MappingSheet:
    """Return a pending job's sheet in the order that the person likes, opened at the page asked for."""
    asked = request.POST if request.method == "POST" else request.GET
    sort = asked.get("sort") or request.session.get("mapping_sort")
    if sort in SORTS and sort != request.session.get("mapping_sort"):
        request.session["mapping_sort"] = sort
    sheet = MappingSheet(job, contact_services.fields_of(request.tenant), sort=sort if sort in SORTS else "attention")
    page = asked.get("open") or asked.get("page", "")
    sheet.page = min(max(int(page), 1), len(sheet.pages)) if page.isdecimal() and len(page) < 6 else 1
    sheet.shows_originals = request.method == "GET" or "originals" in request.POST
    return sheet


def preview_of(job: ImportJob, sheet: MappingSheet) -> PreviewTable | None:
    """Return the first rows under the sheet's mapping; None as long as two columns want the same field."""
    targets = [column.field for column in sheet.mapping.columns if column.field]
    if len(set(targets)) < len(targets):
        return None
    fields = {**sheet.known_fields}
    return preview_table.table(preview.load(job, sheet.mapping), sheet.mapping, fields, total_rows=job.total_rows)


def mapping_context(job: ImportJob, sheet: MappingSheet) -> dict[str, Any]:
    """Return what imports/_mapping.html shows of a sheet. URLs are the portal's to add."""
    return {"job": job, "sheet": sheet, "sorts": SORTS.items(), "table": preview_of(job, sheet)}
