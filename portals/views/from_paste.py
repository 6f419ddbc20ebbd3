"""Contacts from rows that were copied from a spreadsheet."""

from __future__ import annotations

from django.http import HttpResponse

from imports import pasting
from imports.engine.errors import SourceRejected
from irisx.accounts.requests import TenantRequest, go
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals.new_list import with_new_list
from portals.pages import page_url
from portals.source_forms import PasteForm
from portals.ways import show_way


def answer(request: TenantRequest) -> HttpResponse:
    """Show the form for pasted rows, or take them and go to their mapping."""
    with tenant_scope(request.tenant):
        form = PasteForm(request.POST or None, tenant=request.tenant)
    if form.is_valid():
        try:
            with with_new_list(request.tenant, form) as options:
                text = form.cleaned_data["text"]
                job = pasting.create_pasted_job(request.tenant, user=request.user, text=text, options=options)
            return go(request, page_url(request, "job-map", job.pk))
        except (SourceRejected, Refusal) as refusal:
            form.refuse(refusal, at="text")
    return show_way(request, "paste", {"form": form})
