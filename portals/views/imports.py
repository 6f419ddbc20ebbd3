"""Imports that exist: the history, progress, result, the rows behind a number; cancel and delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from imports import control, results, saved_mappings, services
from imports import error_log as error_logs
from imports import progress as progresses
from imports.models import ImportJob
from imports.schedules import from_job
from irisx.accounts.requests import TenantRequest, go, sign_in_url, tenant_required
from irisx.http import stream_file
from irisx.refusals import Conflict
from portals import progress_page, result_page, row_list, tally
from portals.history import HistoryFilter, page_of
from portals.jobs import job_of, step_of
from portals.mapping_library import SaveMappingForm
from portals.pages import get_or_post, page_url, show
from portals.preview_table import OUTCOMES
from portals.steps import is_looked_at, steps


@require_safe
@tenant_required
def history(request: TenantRequest) -> HttpResponse:
    form = HistoryFilter(request.GET)
    page = page_of(ImportJob.objects.for_tenant(request.tenant), form, number=request.GET.get("page"))
    context = {
        "section": "imports",
        "form": form,
        "page": page,
        "lines": result_page.history_lines(page, url_of=lambda job, name: page_url(request, name, job.pk)),
        "history_url": request.path,
        "new_import_url": page_url(request, "new-import"),
    }
    return show(request, "imports/history.html", context)


@require_safe
@tenant_required
def job(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Go to the step where the import is."""
    return redirect(page_url(request, step_of(job_of(request, job_id)), job_id))


@require_safe
@tenant_required
def progress(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if not job.is_open:
        return redirect(page_url(request, "job", job.pk))
    snapshot = progresses.snapshot(job)
    context = {
        "section": "imports",
        **_head_context(request, job),
        "steps": steps("import", is_looked_at=is_looked_at(job)),
        "snapshot": snapshot,
        "outlook": progress_page.outlook_in_words(snapshot),
        "tally": tally.of_job(job, rows_url=page_url(request, "job-rows", job.pk)),
        "facts": result_page.facts(job),
        "snapshot_url": page_url(request, "job-snapshot", job.pk),
        "result_url": page_url(request, "job-result", job.pk),
        "sign_in_url": sign_in_url(request),
    }
    return show(request, "imports/progress.html", context)


def _head_context(request: TenantRequest, job: ImportJob) -> dict[str, Any]:
    urls = {f"{name}_url": page_url(request, f"job-{name}", job.pk) for name in ("head", "pause", "resume", "cancel")}
    return {"job": job, "head": progress_page.head_of(job), **urls}


@require_safe
@tenant_required
def head(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Answer with the head of the progress page; for a page whose import has changed its status."""
    return _show_head(request, job_of(request, job_id))


def _show_head(request: TenantRequest, job: ImportJob) -> HttpResponse:
    """Answer htmx with the head of an open import's page, and whoever else asks with the page where the import is."""
    if request.htmx and job.is_open:
        return show(request, "imports/_progress_head.html", _head_context(request, job))
    return go(request, page_url(request, "job", job.pk))


@require_safe
@tenant_required
def snapshot(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Answer with the job's numbers as JSON; for pages whose socket is away."""
    return JsonResponse(progresses.snapshot(job_of(request, job_id)))


@get_or_post
@tenant_required
def cancel(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    job_url = page_url(request, "job", job.pk)
    if request.method == "POST":
        try:
            control.cancel(job)
        except Conflict as refusal:
            messages.info(request, refusal.message)
        return go(request, job_url)
    context = {"section": "imports", "job": job, "cancel_url": request.path, "back_url": job_url}
    return show(request, "imports/_cancel.html" if request.htmx else "imports/cancel.html", context)


@require_POST
@tenant_required
def pause(request: TenantRequest, job_id: UUID) -> HttpResponse:
    return _ask(request, job_id, control.pause)


@require_POST
@tenant_required
def resume(request: TenantRequest, job_id: UUID) -> HttpResponse:
    return _ask(request, job_id, control.resume)


@require_POST
@tenant_required
def retry(request: TenantRequest, job_id: UUID) -> HttpResponse:
    return _ask(request, job_id, control.retry)


def _ask(request: TenantRequest, job_id: UUID, act: Callable[[ImportJob], None]) -> HttpResponse:
    """Do to an import what is asked, or say why not, and show how it stands then."""
    job = job_of(request, job_id)
    try:
        act(job)
    except Conflict as refusal:
        messages.info(request, refusal.message)
        return go(request, page_url(request, "job", job.pk))
    return _show_head(request, job)


@require_safe
@tenant_required
def result(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if not job.is_finished:
        return redirect(page_url(request, "job", job.pk))
    rows_url = page_url(request, "job-rows", job.pk)
    context = {
        "section": "imports",
        "job": job,
        "steps": steps("result", is_looked_at=is_looked_at(job)),
        "tally": tally.of_job(job, rows_url=rows_url),
        "result": result_page.result_of(job),
        "facts": result_page.facts(job),
        "rows_url": rows_url,
        "mending": result_page.mending_of(job),
        "runs": result_page.runs_of(job),
        "mend_url": page_url(request, "job-mend", job.pk),
        "errors_url": page_url(request, "job-errors", job.pk),
        "retry_url": page_url(request, "job-retry", job.pk) if result_page.can_retry(job) else "",
        "repeat_url": page_url(request, "job-repeat", job.pk) if from_job.can_be_repeated(job) else "",
        "contacts_url": page_url(request, "contacts"),
        "new_import_url": page_url(request, "new-import"),
    }
    if saved_mappings.would_help(job):
        context |= {
            "save_mapping_form": SaveMappingForm(),
            "save_mapping_url": page_url(request, "job-save-mapping", job.pk),
        }
    return show(request, "imports/result.html", context)


@require_safe
@tenant_required
def rows(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    asked = request.GET.get("page", "1")
    number = max(int(asked), 1) if asked.isdecimal() and len(asked) < 7 else 1
    problem, field = request.GET.get("problem", ""), request.GET.get("field", "")
    outcome = request.GET.get("outcome", "failed")
    if outcome not in OUTCOMES:
        raise Http404
    if problem:
        page = row_list.by_problem(job, problem, field, page=number)
    else:
        page = row_list.by_outcome(job, results.outcome_named(outcome), page=number)
    context = {
        "section": "imports",
        "job": job,
        "page": page,
        "outcome": "" if problem else outcome,
        "heading": result_page.rows_heading(page.total, outcome, problem, field),
        "tally": tally.of_job(job, rows_url=request.path),
        "query": urlencode({"problem": problem, "field": field} if problem else {"outcome": outcome}),
        "back_url": page_url(request, "job", job.pk),
    }
    return show(request, "imports/rows.html", context)


@require_safe
@tenant_required
def error_log(request: TenantRequest, job_id: UUID) -> HttpResponseBase:
    job = job_of(request, job_id)
    file = error_logs.as_file(job, for_spreadsheet=True)
    return stream_file(file, filename=error_logs.filename(job), content_type=error_logs.CONTENT_TYPE)


@get_or_post
@tenant_required
def delete(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if request.method == "POST":
        try:
            services.delete(job)
        except Conflict as refusal:
            messages.info(request, refusal.message)
            return go(request, page_url(request, "job", job.pk))
        messages.success(request, f"Deleted “{job}”.", extra_tags=page_url(request, "job-restore", job.pk))
        return go(request, page_url(request, "history"))
    context = {"section": "imports", "job": job, "delete_url": request.path, "back_url": page_url(request, "history")}
    return show(request, "imports/_delete.html" if request.htmx else "imports/delete.html", context)


@require_POST
@tenant_required
def restore(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Undo a deletion. The one page that finds a deleted job."""
    job = get_object_or_404(ImportJob.objects.filter(tenant=request.tenant), pk=job_id)
    try:
        services.restore(job)
        messages.success(request, f"“{job}” is back.")
    except Conflict as refusal:
        messages.info(request, refusal.message)
    return redirect(page_url(request, "history"))
