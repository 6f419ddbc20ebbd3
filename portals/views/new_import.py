"""From a source that was read to a started import: map, review. Nothing is written to contacts before start()."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from contacts import services as contact_services
from contacts.fields import FieldType
from imports import job_options, remote, services
from imports.engine.errors import SourceRejected
from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals.forms import CustomFieldForm, ReadingForm, ReviewForm, country_choices, initial_options
from portals.jobs import job_of
from portals.mapping import DATE_ORDERS, MappingSheet
from portals.mapping_library import used_note
from portals.mapping_page import mapping_context, sheet_of
from portals.new_list import with_new_list
from portals.pages import get_or_post, page_url, show
from portals.steps import steps


@get_or_post
@tenant_required
def map_columns(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if job.status != ImportJob.Status.PENDING:
        return go(request, page_url(request, "job", job.pk))
    sheet = sheet_of(request, job)
    if request.method == "POST":
        sheet.take(request.POST, changed=request.htmx.trigger_name or "")
        services.keep_draft(job, field_mapping=sheet.mapping)
        if sheet.wants_new_field is not None and not request.htmx:
            return redirect(page_url(request, "job-add-field", job.pk, sheet.wants_new_field))
        if "review" in request.POST and not sheet.problems:
            return redirect(page_url(request, "job-review", job.pk))
    return _mapping(request, job, sheet)


def _mapping(
    request: TenantRequest, job: ImportJob, sheet: MappingSheet, *, reading_form: ReadingForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = mapping_context(job, sheet) | {
        "section": "imports",
        "date_orders": DATE_ORDERS.items(),
        "countries": country_choices(request.tenant),
        "wants_review": "review" in request.POST,
        "map_url": page_url(request, "job-map", job.pk),
        "back_url": page_url(request, "new-import"),
        "field_url": page_url(request, "job-add-field", job.pk, 0).removesuffix("0/"),
    }
    if request.htmx:
        return show(request, "imports/_mapping.html", context)
    context |= {
        "steps": steps("map", {"source": context["back_url"]}),
        "reading_form": reading_form or ReadingForm(job=job),
        "read_url": page_url(request, "job-read", job.pk),
        "used": used_note(job),
        "use_url": page_url(request, "job-use-mapping", job.pk),
        "delete_url": page_url(request, "job-delete", job.pk),
    }
    return show(request, "imports/map.html", context)


@get_or_post
@tenant_required
def add_field(request: TenantRequest, job_id: UUID, index: int) -> HttpResponse:
    job = job_of(request, job_id)
    if job.status != ImportJob.Status.PENDING or index >= len(job.columns):
        raise Http404
    form = CustomFieldForm(request.POST or None, initial={"label": job.columns[index]["header"]})
    if request.method == "POST" and form.is_valid():
        try:
            return _field_added(request, job, index, form)
        except Refusal as refusal:
            form.refuse(refusal)
    map_url = page_url(request, "job-map", job.pk)
    context = {"section": "imports", "job": job, "column": job.columns[index], "form": form, "back_url": map_url}
    return show(request, "imports/_add_field.html" if request.htmx else "imports/add_field.html", context)


def _field_added(request: TenantRequest, job: ImportJob, index: int, form: CustomFieldForm) -> HttpResponse:
    field = contact_services.create_custom_field(
        request.tenant, label=form.cleaned_data["label"], kind=FieldType(form.cleaned_data["type"] or FieldType.TEXT)
    )
    sheet = sheet_of(request, job)
    sheet.give(index, field.key)
    services.keep_draft(job, field_mapping=sheet.mapping)
    if not request.htmx:
        return redirect(page_url(request, "job-map", job.pk))
    # The dialog asked, but it is the mapping that changes; mapping.js closes the one and goes back into the other.
    response = reswap(retarget(_mapping(request, job, sheet), "#mapping"), "outerHTML")
    return trigger_client_event(response, "field-added", {"id": f"column-{index}"}, after="settle")


@require_POST
@tenant_required(in_scope=False)
def read_again(request: TenantRequest, job_id: UUID) -> HttpResponse:
    with tenant_scope(request.tenant):
        job = job_of(request, job_id)
    form = ReadingForm(request.POST, job=job)
    if form.is_valid():
        try:
            remote.read_again(
                job,
                user=request.user,
                reading_options=form.reading_options(),
                area=form.cleaned_data.get("range"),
            )
            return redirect(page_url(request, "job-map", job.pk))
        except (SourceRejected, Refusal) as refusal:
            form.refuse(refusal)
    with tenant_scope(request.tenant):
        job = job_of(request, job_id)
        return _mapping(request, job, sheet_of(request, job), reading_form=form)


@get_or_post
@tenant_required
def review(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    sheet = sheet_of(request, job)
    if job.status != ImportJob.Status.PENDING or sheet.problems:
        return go(request, page_url(request, "job", job.pk))
    form = ReviewForm(request.POST or None, tenant=request.tenant, initial=initial_options(job))
    if request.method == "POST" and form.is_valid():
        services.keep_draft(job, options=form.options(over=job_options.options_of(job)))
    return _review(request, job, sheet, form)


@require_POST
@tenant_required
def start(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    sheet = sheet_of(request, job)
    form = ReviewForm(request.POST, tenant=request.tenant)
    if job.status != ImportJob.Status.PENDING:
        return redirect(page_url(request, "job", job.pk))
    if form.is_valid():
        try:
            with with_new_list(request.tenant, form, over=job_options.options_of(job)) as options:
                services.confirm(
                    job,
                    field_mapping=sheet.mapping,
                    options=options,
                    confirmed_by=request.user,
                    save_mapping_as=form.cleaned_data["save_mapping_as"],
                )
            return redirect(page_url(request, "job-progress", job.pk))
        except Refusal as refusal:
            form.refuse(refusal)
    return _review(request, job, sheet, form)


def _review(request: TenantRequest, job: ImportJob, sheet: MappingSheet, form: ReviewForm) -> HttpResponse:
    back_url = page_url(request, "job-map", job.pk)
    context = mapping_context(job, sheet) | {
        "section": "imports",
        "form": form,
        "steps": steps("review", {"source": page_url(request, "new-import"), "map": back_url}),
        "back_url": back_url,
        "review_url": page_url(request, "job-review", job.pk),
        "start_url": page_url(request, "job-start", job.pk),
    }
    return show(request, "imports/_review.html" if request.htmx else "imports/review.html", context)
