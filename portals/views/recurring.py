"""Imports that come again: the list, one of them, and runs that are held because their source has changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from contacts import services as contact_services
from imports.connectors.interface import RemoteSource
from imports.models import ImportJob
from imports.schedules import from_job, held, runs, schedules
from imports.schedules.drift import Hold
from imports.schedules.models import ImportSchedule
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.refusals import Refusal
from portals import result_page
from portals.deletion import Deletion, ask
from portals.forms import OptionsForm
from portals.jobs import job_of
from portals.pages import get_or_post, page_url, show
from portals.recurring_form import NewScheduleForm, ScheduleForm, TimingForm
from portals.recurring_page import clocks_in_words, differences, line_of, source_url


@require_safe
@tenant_required
def recurring(request: TenantRequest) -> HttpResponse:
    found = list(schedules.of_tenant(request.tenant))
    last_runs = schedules.last_runs(found)
    lines = [line_of(schedule, last_runs.get(schedule.pk, [])) for schedule in found]
    context = {
        "section": "recurring",
        "lines": lines,
        "held": _held_ones(request, [line.last_run for line in lines if line.last_run and line.last_run.is_held]),
        "new_url": page_url(request, "schedule-new"),
        "sheet_url": f"{page_url(request, 'new-import')}?via=sheet",
    }
    return show(request, "recurring/recurring.html", context)


def _held_ones(request: TenantRequest, jobs: list[ImportJob]) -> list[dict[str, Any]]:
    """Return what recurring/_held.html shows of each held run."""
    if not jobs:
        return []
    fields = contact_services.fields_of(request.tenant)
    return [
        {
            "job": job,
            "differences": differences(Hold.from_json(job.held or {}), fields),
            "accept_url": page_url(request, "job-held", job.pk),
            "discard_url": page_url(request, "job-held-discard", job.pk),
            "map_url": page_url(request, "job-map", job.pk),
        }
        for job in jobs
    ]


@get_or_post
@tenant_required
def new(request: TenantRequest) -> HttpResponse:
    """Make a recurring import of a sheet, mapped as a sheet with such columns was before."""
    initial = OptionsForm.initial_of(schedules.DEFAULT_OPTIONS)
    form = NewScheduleForm(request.POST or None, tenant=request.tenant, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            schedule = schedules.create(
                request.tenant,
                user=request.user,
                name=form.cleaned_data["name"],
                source=form.source(),
                timing=form.timing(),
                options=form.options(over=schedules.DEFAULT_OPTIONS),
                saved_mapping=form.saved_mapping(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _made(request, schedule)
    context = {"heading": "Import a sheet again and again", "form": form, "submit": "Repeat this sheet"}
    return _form_page(request, context)


@get_or_post
@tenant_required
def repeat(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Make a recurring import of one that somebody did."""
    job = job_of(request, job_id)
    if not from_job.can_be_repeated(job):
        raise Http404
    form = TimingForm(request.POST or None, initial={"name": job.filename[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            again = from_job.repeated(job)
            schedule = schedules.create(
                request.tenant,
                user=request.user,
                name=form.cleaned_data["name"],
                source=again.source,
                timing=form.timing(),
                options=again.options,
                field_mapping=again.field_mapping,
                baseline=again.baseline,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _made(request, schedule)
    context = {
        "heading": f"Repeat “{job}”",
        "explanation": "With the columns, the list and the options of that import.",
        "form": form,
        "submit": "Repeat this import",
    }
    return _form_page(request, context)


def _made(request: TenantRequest, schedule: ImportSchedule) -> HttpResponse:
    messages.success(request, f"“{schedule}” comes again by itself now.")
    return go(request, page_url(request, "recurring"))


def _form_page(request: TenantRequest, context: dict[str, Any]) -> HttpResponse:
    context = {
        "section": "recurring",
        "back_url": page_url(request, "recurring"),
        "clocks": clocks_in_words(ZoneInfo(request.tenant.time_zone)),
        **context,
    }
    return show(request, "recurring/schedule.html", context)


@get_or_post
@tenant_required
def schedule(request: TenantRequest, schedule_id: UUID) -> HttpResponse:
    """Show one, with its last runs, and change it."""
    found = _schedule_of(request, schedule_id)
    form = ScheduleForm(request.POST or None, tenant=request.tenant, initial=ScheduleForm.values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            _change(found, request, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"Saved “{found}”.")
            return go(request, page_url(request, "recurring"))
    last_runs = schedules.last_runs([found]).get(found.pk, [])
    context = {
        "heading": found.name,
        "form": form,
        "submit": "Save",
        "line": line_of(found, last_runs),
        "source_url": source_url(RemoteSource.from_json(found.source)),
        "is_mine": found.user_id == request.user.pk,
        "runs": result_page.history_lines(last_runs, url_of=lambda job, name: page_url(request, name, job.pk)),
        "delete_url": page_url(request, "schedule-delete", found.pk),
    }
    return _form_page(request, context)


def _change(found: ImportSchedule, request: TenantRequest, form: ScheduleForm) -> None:
    saved = form.saved_mapping()
    is_other_mapping = saved is not None and saved.pk != found.saved_mapping_id
    keeps_own = saved is None and found.saved_mapping_id is not None
    schedules.change(
        found,
        user=request.user,
        name=form.cleaned_data["name"],
        timing=form.timing(),
        options=form.options(over=schedules.options_of(found)),
        saved_mapping=saved if is_other_mapping else None,
        field_mapping=runs.mapping_of(found) if keeps_own else None,
    )


@require_POST
@tenant_required
def pause(request: TenantRequest, schedule_id: UUID) -> HttpResponse:
    found = _schedule_of(request, schedule_id)
    schedules.change(found, user=request.user, paused=True)
    messages.success(request, f"Paused “{found}”.", extra_tags=page_url(request, "schedule-resume", found.pk))
    return go(request, page_url(request, "recurring"))


@require_POST
@tenant_required
def resume(request: TenantRequest, schedule_id: UUID) -> HttpResponse:
    found = _schedule_of(request, schedule_id)
    schedules.change(found, user=request.user, paused=False)
    messages.success(request, f"“{found}” goes on.")
    return go(request, page_url(request, "recurring"))


@require_POST
@tenant_required
def run(request: TenantRequest, schedule_id: UUID) -> HttpResponse:
    found = _schedule_of(request, schedule_id)
    try:
        runs.run_now(found)
        messages.success(request, f"“{found}” is being read now.")
    except Refusal as refusal:
        messages.info(request, refusal.message)
    return go(request, page_url(request, "recurring"))


@get_or_post
@tenant_required
def delete(request: TenantRequest, schedule_id: UUID) -> HttpResponse:
    found = _schedule_of(request, schedule_id)
    back_url = page_url(request, "recurring")
    if request.method == "POST":
        schedules.delete(found)
        messages.success(request, f"“{found}” comes no more.")
        return go(request, back_url)
    asked = Deletion(
        name=found.name,
        question=f"Delete “{found}”?",
        effect="Its source is not read any more. The imports that came of it, and their contacts, stay.",
        verb="Delete recurring import",
        section="recurring",
        place="Recurring",
        back_url=back_url,
    )
    return ask(request, asked)


def _schedule_of(request: TenantRequest, schedule_id: UUID) -> ImportSchedule:
    """Return a schedule of the request's tenant; another tenant's is not found."""
    return get_object_or_404(schedules.of_tenant(request.tenant), pk=schedule_id)


@get_or_post
@tenant_required
def held_job(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Show what has changed in the source of a held run; by POST it is accepted."""
    job = job_of(request, job_id)
    if not job.is_held:
        return go(request, page_url(request, "job", job.pk))
    if request.method == "POST":
        try:
            held.accept(job, accepted_by=request.user)
            return go(request, page_url(request, "job", job.pk))
        except Refusal as refusal:
            messages.info(request, f"{refusal.message.removesuffix('.')}. Map the columns yourself.")
            return go(request, page_url(request, "job-map", job.pk))
    (shown,) = _held_ones(request, [job])
    return show(request, "recurring/held.html", {"section": "recurring", **shown})


@require_POST
@tenant_required
def discard(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    try:
        held.discard(job)
        messages.success(request, f"Nothing of “{job.schedule or job}” was imported this time.")
    except Refusal as refusal:
        messages.info(request, refusal.message)
    return go(request, page_url(request, "recurring"))
