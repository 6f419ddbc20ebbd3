"""Contacts from a file that somebody uploads."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from contacts.fields import CORE
from imports import services
from imports.engine.errors import SourceRejected
from imports.models import ImportJob
from irisx import uploads
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals.forms import UploadForm
from portals.new_list import with_new_list
from portals.pages import page_url
from portals.ways import show_way


def answer(request: TenantRequest) -> HttpResponse:
    """Show the form for a file, or take the file and go to its mapping."""
    with tenant_scope(request.tenant):
        form = UploadForm(request.POST or None, request.FILES or None, tenant=request.tenant)
    if refusal := uploads.refusal_of(request):
        form.errors.pop("file", None)  # it would ask for a file
        form.refuse(refusal, at="file")
    elif request.method == "POST" and form.is_valid():
        try:
            job = _job_of_upload(request, form)
            return go(request, page_url(request, "job-map", job.pk))
        except (SourceRejected, Refusal) as refusal:
            form.refuse(refusal, at="file")
    return show_way(request, "file", {"form": form, "template_url": page_url(request, "template")})


def _job_of_upload(request: TenantRequest, form: UploadForm) -> ImportJob:
    # Always on the disk, by FILE_UPLOAD_HANDLERS.
    file = cast("TemporaryUploadedFile", form.cleaned_data["file"])
    with with_new_list(request.tenant, form) as options:
        return services.create_job(
            request.tenant,
            user=request.user,
            filename=file.name or "",
            path=Path(file.temporary_file_path()),
            options=options,
        )


@require_safe
@tenant_required(in_scope=False)
def template(request: TenantRequest) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts template.csv"'
    csv.writer(response).writerow(field.label for field in CORE)
    return response
