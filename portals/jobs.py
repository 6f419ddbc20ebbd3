"""Finding the import that a page is about, and the step it is at."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest


def job_of(request: TenantRequest, job_id: UUID) -> ImportJob:
    """Return a job of the request's tenant; another tenant's, like a deleted one, is not found."""
    jobs = ImportJob.objects.for_tenant(request.tenant).select_related("tenant", "user", "target_list")
    return get_object_or_404(jobs, pk=job_id)


def step_of(job: ImportJob) -> str:
    """Return the name of the page where a job is now: "job-held", "job-map", "job-progress" or "job-result"."""
    if job.is_held:
        return "job-held"
    if job.status == ImportJob.Status.PENDING:
        return "job-map"
    return "job-progress" if job.is_open else "job-result"
