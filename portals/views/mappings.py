"""Saved mappings: the list, a mapping's name and whether it is the default; the one that an import used or made."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from contacts import services as contact_services
from imports import saved_mappings, used_mapping
from imports.engine.schema import FieldMapping
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.refusals import Refusal
from portals.jobs import job_of
from portals.mapping_library import Line, SavedMappingForm, SaveMappingForm, known_systems
from portals.pages import get_or_post, page_url, show

MAPPINGS_PER_PAGE = 50


@require_safe
@tenant_required
def mappings(request: TenantRequest) -> HttpResponse:
    page = Paginator(saved_mappings.of_tenant(request.tenant), MAPPINGS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "mappings",
        "page": page,
        "lines": [Line.of(saved) for saved in page],
        "systems": known_systems(),
        "new_import_url": page_url(request, "new-import"),
    }
    return show(request, "mappings/mappings.html", context)


@get_or_post
@tenant_required
def mapping(request: TenantRequest, mapping_id: UUID) -> HttpResponse:
    saved = get_object_or_404(saved_mappings.of_tenant(request.tenant), pk=mapping_id)
    named = {"name": saved.name, "description": saved.description, "is_default": saved.is_default}
    form = SavedMappingForm(request.POST or None, initial=named)
    if request.method == "POST" and form.is_valid():
        try:
            saved_mappings.change(saved, **form.cleaned_data)
            messages.success(request, f"Saved “{saved.name}”.")
            return redirect(page_url(request, "mappings"))
        except Refusal as refusal:
            form.refuse(refusal)
    fields = contact_services.fields_of(request.tenant)
    columns = [
        (column.header, fields[column.field].label if column.field in fields else column.field)
        for column in FieldMapping.from_json(saved.mapping).columns
    ]
    context = {"section": "mappings", "saved": saved, "form": form, "columns": columns}
    return show(request, "mappings/mapping.html", context)


@get_or_post
@tenant_required
def delete(request: TenantRequest, mapping_id: UUID) -> HttpResponse:
    saved = get_object_or_404(saved_mappings.of_tenant(request.tenant), pk=mapping_id)
    if request.method == "POST":
        saved.delete()
        messages.success(request, f"Deleted the mapping “{saved.name}”.")
        return go(request, page_url(request, "mappings"))
    context = {"section": "mappings", "saved": saved, "back_url": page_url(request, "mappings")}
    return show(request, "mappings/_delete.html" if request.htmx else "mappings/delete.html", context)


@require_POST
@tenant_required
def use(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Take back the mapping that a pending import's suggestion follows, or take it up again."""
    job = job_of(request, job_id)
    try:
        used_mapping.set_aside(job, is_undone="undo" in request.POST)
    except Refusal as refusal:
        messages.info(request, refusal.message)
    return redirect(page_url(request, "job-map", job.pk))


@get_or_post
@tenant_required
def save(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Keep the mapping that a finished import was done under."""
    job = job_of(request, job_id)
    if not saved_mappings.would_help(job):
        return redirect(page_url(request, "job", job.pk))
    form = SaveMappingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = saved_mappings.create(
                request.tenant,
                user=request.user,
                name=form.cleaned_data["name"],
                mapping=job.mapping,
                headers=[column["header"] for column in job.columns],
            )
            messages.success(request, f"Saved “{saved.name}”: files with the same columns get it.")
            return redirect(page_url(request, "job-result", job.pk))
        except Refusal as refusal:
            form.refuse(refusal)
    context = {"section": "imports", "job": job, "form": form, "save_mapping_url": request.path}
    return show(request, "mappings/save.html", context)
