"""Imports that exist: the history, progress, result, the rows behind a number; cancel and delete."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imports import error_log as error_logs
from imports import progress as progresses
from imports import results, services
from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest, tenant_required
from irisx.http import stream_file
from irisx.refusals import Conflict
from portals import result_page, row_list, tally
from portals.history import ROWS_PER_PAGE, HistoryFilter
from portals.jobs import go, job_of, step_of
from portals.preview_table import OUTCOMES
from portals.steps import steps

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@tenant_required(in_scope=False)
def home(request: TenantRequest) -> HttpResponse:
    return redirect("customer:history")


@require_safe
@tenant_required
def history(request: TenantRequest) -> HttpResponse:
    form = HistoryFilter(request.GET)
    jobs = ImportJob.objects.for_tenant(request.tenant)
    found = form.narrow(jobs).newest_first().select_related("user")
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"section": "imports", "form": form, "page": page, "lines": result_page.history_lines(page)}
    return render(request, "customer/history.html", context)


@require_safe
@tenant_required
def job(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Go to the step where the import is."""
    return redirect(f"customer:{step_of(job_of(request, job_id))}", job_id)


@require_safe
@tenant_required
def progress(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if not job.is_open:
        return redirect("customer:job", job.pk)
    context = {
        "section": "imports",
        "job": job,
        "steps": steps("import"),
        "snapshot": progresses.snapshot(job),
        "tally": tally.of_job(job, rows_url=reverse("customer:job-rows", args=[job.pk])),
        "facts": result_page.facts(job),
        "snapshot_url": reverse("customer:job-snapshot", args=[job.pk]),
        "result_url": reverse("customer:job-result", args=[job.pk]),
        "cancel_url": reverse("customer:job-cancel", args=[job.pk]),
        "sign_in_url": reverse("customer:sign-in"),
    }
    return render(request, "customer/progress.html", context)


@require_safe
@tenant_required
def snapshot(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Answer with the job's numbers as JSON; for pages whose socket is away."""
    return JsonResponse(progresses.snapshot(job_of(request, job_id)))


@get_or_post
@tenant_required
def cancel(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    job_url = reverse("customer:job", args=[job.pk])
    if request.method == "POST":
        try:
            services.cancel(job)
        except Conflict as refusal:
            messages.info(request, refusal.message)
        return go(request, job_url)
    context = {"section": "imports", "job": job, "cancel_url": request.path, "back_url": job_url}
    return render(request, "imports/_cancel.html" if request.htmx else "customer/cancel.html", context)


@require_safe
@tenant_required
def result(request: TenantRequest, job_id: UUID) -> HttpResponse:
    job = job_of(request, job_id)
    if not job.is_finished:
        return redirect("customer:job", job.pk)
    rows_url = reverse("customer:job-rows", args=[job.pk])
    context = {
        "section": "imports",
        "job": job,
        "steps": steps("result"),
        "tally": tally.of_job(job, rows_url=rows_url),
        "result": result_page.result_of(job),
        "facts": result_page.facts(job),
        "rows_url": rows_url,
        "errors_url": reverse("customer:job-errors", args=[job.pk]),
        "contacts_url": reverse("customer:contacts"),
        "new_import_url": reverse("customer:new-import"),
    }
    return render(request, "customer/result.html", context)


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
        "back_url": reverse("customer:job", args=[job.pk]),
    }
    return render(request, "customer/rows.html", context)


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
            return go(request, reverse("customer:job", args=[job.pk]))
        messages.success(request, f"Deleted “{job}”", extra_tags=reverse("customer:job-restore", args=[job.pk]))
        return go(request, reverse("customer:history"))
    context = {"section": "imports", "job": job, "delete_url": request.path, "back_url": reverse("customer:history")}
    return render(request, "imports/_delete.html" if request.htmx else "customer/delete.html", context)


@require_POST
@tenant_required
def restore(request: TenantRequest, job_id: UUID) -> HttpResponse:
    """Undo a deletion. The one page that finds a deleted job."""
    job = get_object_or_404(ImportJob.objects.filter(tenant=request.tenant), pk=job_id)
    try:
        services.restore(job)
        messages.success(request, f"“{job}” is back")
    except Conflict as refusal:
        messages.info(request, refusal.message)
    return redirect("customer:history")
