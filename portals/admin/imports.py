"""The imports of all tenants in one history. What is done to one of them is done in its tenant's pages."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from imports.models import ImportJob, ImportJobQuerySet
from irisx.accounts.models import Tenant
from irisx.accounts.requests import StaffRequest, staff_required
from portals import result_page
from portals.history import HistoryFilter, page_of


class AllImportsFilter(HistoryFilter):
    """What the history of all tenants shows."""

    tenant = forms.ChoiceField(label="Tenant", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tenants = Tenant.objects.order_by("name", "slug").values_list("slug", "name")
        cast("forms.ChoiceField", self.fields["tenant"]).choices = [("", "Any tenant"), *tenants]

    def narrow(self, jobs: ImportJobQuerySet) -> ImportJobQuerySet:
        slug = self.given.get("tenant")
        return super().narrow(jobs.filter(tenant__slug=slug) if slug else jobs)


@require_safe
@staff_required
def all_imports(request: StaffRequest) -> HttpResponse:
    form = AllImportsFilter(request.GET)
    page = page_of(ImportJob.objects.visible_to(request.user), form, number=request.GET.get("page"))
    context = {
        "section": "imports",
        "form": form,
        "page": page,
        "lines": result_page.history_lines(page, url_of=_page_of_job, tenant_url_of=_history_of),
        "history_url": request.path,
    }
    return render(request, "admin_portal/all_imports.html", context)


def _page_of_job(job: ImportJob, name: str) -> str:
    return reverse(f"admin_portal:{name}", args=[job.tenant.slug, job.pk])


def _history_of(tenant: Tenant) -> str:
    return reverse("admin_portal:history", args=[tenant.slug])
