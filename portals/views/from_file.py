"""Contacts from a file that somebody uploads."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import cast

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from contacts.fields import CORE
from imports import services
from imports.corrections import files as corrected_files
from imports.corrections.services import Accepted
from imports.engine.errors import SourceRejected
from imports.error_log import IsErrorLog
from imports.models import ImportJob
from irisx import uploads
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals import wording
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
            return _take(request, form)
        except (SourceRejected, Refusal) as refusal:
            form.refuse(refusal, at="file")
    return show_way(request, "file", {"form": form, "template_url": page_url(request, "template")})


def _take(request: TenantRequest, form: UploadForm) -> HttpResponse:
    """Make an import of the file and go to its mapping. A corrected error log goes to the import that it is of."""
    # Always on the disk, by FILE_UPLOAD_HANDLERS.
    file = cast("TemporaryUploadedFile", form.cleaned_data["file"])
    path = Path(file.temporary_file_path())
    try:
        with with_new_list(request.tenant, form) as options:
            job = services.create_job(
                request.tenant, user=request.user, filename=file.name or "", path=path, options=options
            )
    except IsErrorLog as log:
        job, accepted = corrected_files.accept_upload(request.tenant, log, path, user=request.user)
        _say_accepted(request, job, accepted)
        return go(request, page_url(request, "job-result", job.pk))
    return go(request, page_url(request, "job-map", job.pk))


def _say_accepted(request: TenantRequest, job: ImportJob, accepted: Accepted) -> None:
    rows = wording.counted(accepted.accepted, "row")
    if accepted.accepted:
        words = (
            f"This file is the error log of “{job}”: {rows} of it {'is' if accepted.accepted == 1 else 'are'} imported."
        )
    else:
        words = f"This file is the error log of “{job}”, and no row of it needs anything any more."
    messages.success(request, words)


@require_safe
@tenant_required(in_scope=False)
def template(request: TenantRequest) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts template.csv"'
    csv.writer(response).writerow(field.label for field in CORE)
    return response
