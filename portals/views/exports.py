"""Exports: asked for, followed, downloaded."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from contacts import exports
from contacts.exports import jobs
from contacts.models import ExportJob
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.accounts.tenancy import tenant_scope
from irisx.http import stream_file
from irisx.refusals import Conflict, NotFound, Refusal
from portals import export_lines
from portals.contact_list import ContactFilter, ContactPage
from portals.export_form import ALL, FOUND, ExportForm
from portals.pages import get_or_post, page_url, show

_PER_PAGE = 25
_BUTTONS = ("choose", "up", "down")


@require_safe
@tenant_required
def exports_page(request: TenantRequest) -> HttpResponse:
    """List the exports; to htmx, which asks while some are being written, the list alone."""
    kept = ExportJob.objects.for_tenant(request.tenant).kept().select_related("user").order_by("-id")
    page = Paginator(kept, _PER_PAGE).get_page(request.GET.get("page"))
    open_count = sum(job.status in ExportJob.OPEN for job in page)
    context = {
        "section": "exports",
        "page": page,
        "lines": export_lines.lines_of(list(page), request.tenant),
        "open_count": open_count,
        "has_changed": str(open_count) != request.GET.get("open", str(open_count)),
        "exports_url": request.path,
        "new_export_url": page_url(request, "new-export"),
    }
    return show(request, f"exports/{'_exports' if request.htmx else 'exports'}.html", context)


@get_or_post
@tenant_required
def new_export(request: TenantRequest) -> HttpResponse:
    found = ContactFilter(request.GET, tenant=request.tenant)
    form = ExportForm(request.POST or None, tenant=request.tenant, scopes=_scopes(request, found))
    pressed = next((button for button in _BUTTONS if button in request.POST), "")
    if pressed:
        form.press(pressed, request.POST[pressed])
    elif form.is_valid():
        try:
            jobs.create(request.tenant, user=request.user, selection=form.selection(found.selection))
            return go(request, page_url(request, "exports"))
        except Refusal as refusal:
            form.refuse(refusal)
    context = {
        "section": "exports",
        "form": form,
        # A pressed button is no attempt to export, so nothing is wrong with it yet.
        "errors": [] if pressed else form.non_field_errors(),
        "form_url": request.get_full_path(),
        "back_url": f"{page_url(request, 'contacts')}?{found.query}",
    }
    return show(request, f"exports/{'_new' if request.htmx else 'new'}.html", context)


def _scopes(request: TenantRequest, found: ContactFilter) -> list[tuple[str, str]]:
    """Return which contacts can go out, with their numbers: what was found first, if it was filtered."""
    everybody = ContactFilter({}, tenant=request.tenant) if found.is_filtered else found
    everyone = everybody.page(limit=1)
    scopes = [(ALL, _everyone_in_words(everyone))]
    if found.is_filtered:
        scopes.insert(0, (FOUND, f"As filtered: {_number(found.page(limit=1))}"))
    return scopes


def _everyone_in_words(page: ContactPage) -> str:
    if not page.total:
        return "All contacts; there are none yet"
    return f"All {_number(page)}" if page.is_counted else f"All, {_number(page)}"


def _number(page: ContactPage) -> str:
    if not page.total:
        return "none"
    return f"{page.total:,}" if page.is_counted else f"more than {page.total:,}"


@require_safe
@tenant_required(in_scope=False)
def download(request: TenantRequest, export_id: UUID) -> HttpResponseBase:
    with tenant_scope(request.tenant):
        job = get_object_or_404(ExportJob.objects.for_tenant(request.tenant).kept(), pk=export_id)
    selection = jobs.selection_of(job)
    try:
        file = jobs.open_file(job)
    except (Conflict, NotFound):
        # The list says how it is: being written, failed, or erased.
        return redirect(page_url(request, "exports"))
    return stream_file(
        file,
        filename=exports.filename(request.tenant, selection),
        content_type=exports.CONTENT_TYPES[selection.format],
    )
