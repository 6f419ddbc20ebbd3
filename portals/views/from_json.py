"""Contacts as JSON: pasted here, checked before anything is imported, or sent by a program."""

from __future__ import annotations

from django.http import HttpResponse

from imports import services
from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest, go
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals import api_examples, json_text
from portals.new_list import with_new_list
from portals.pages import page_url
from portals.source_forms import JsonForm
from portals.ways import show_way
from portals.wording import counted


def answer(request: TenantRequest) -> HttpResponse:
    """Show the form; check what is in it; or, asked to import, start the import."""
    with tenant_scope(request.tenant):
        form = JsonForm(request.POST or None, tenant=request.tenant)
    check = None
    if form.is_valid():
        try:
            if "import" in request.POST:
                return go(request, page_url(request, "job-progress", _job_of(request, form).pk))
            with tenant_scope(request.tenant):
                check = json_text.check_of(request.tenant, form.cleaned_data["contacts"])
        except Refusal as refusal:
            form.refuse(refusal)
    context = {
        "form": form,
        "check": check,
        "bulk_call": api_examples.bulk_call(request),
        "api_url": page_url(request, "api"),
    }
    return show_way(request, "json", context)


def _job_of(request: TenantRequest, form: JsonForm) -> ImportJob:
    contacts = form.cleaned_data["contacts"]
    with with_new_list(request.tenant, form) as options:
        return services.create_bulk_job(
            request.tenant,
            user=request.user,
            contacts=contacts,
            options=options,
            filename=f"{counted(len(contacts), 'contact')} as JSON",
        )
