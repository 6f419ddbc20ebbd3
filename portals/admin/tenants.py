"""Choosing the tenant to act for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from imports.models import ImportJob
from irisx.accounts.models import Tenant, User
from irisx.accounts.requests import StaffRequest, staff_required
from portals.forms import Styled

TENANTS_PER_PAGE = 25


class TenantFilter(Styled):
    """Which tenants are shown."""

    search = forms.CharField(label="Name", max_length=200, required=False, widget=forms.SearchInput())

    @property
    def search_text(self) -> str:
        return self.cleaned_data.get("search", "") if self.is_valid() else ""

    @property
    def query(self) -> str:
        """The search as it stands in an address, for the links to other pages."""
        return urlencode({"search": self.search_text} if self.search_text else {})


class TenantLine(NamedTuple):
    """A tenant in the list."""

    tenant: Tenant
    imports_url: str
    new_import_url: str
    users_url: str
    user_count: int  # who may sign in
    import_count: int
    last_upload: datetime | None


@require_safe
@staff_required
def tenants(request: StaffRequest) -> HttpResponse:
    """List the tenants: as a page, or in the dialog that the marker opens."""
    form = TenantFilter(request.GET)
    search = form.search_text
    found = Tenant.objects.filter(Q(name__icontains=search) | Q(slug__icontains=search)).order_by("name", "slug")
    page = Paginator(found, TENANTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "tenants",
        "form": form,
        "page": page,
        "lines": _lines(page),
        "tenants_url": request.path,
        "all_imports_url": reverse("admin_portal:all-imports"),
    }
    return render(request, f"admin_portal/{'_choose_tenant' if request.htmx else 'tenants'}.html", context)


def _lines(tenants: Iterable[Tenant]) -> list[TenantLine]:
    """Return the lines of these tenants. Two queries, whatever they imported."""
    shown = list(tenants)
    people = User.objects.filter(tenant__in=shown, is_active=True).order_by().values_list("tenant_id")
    user_counts = dict(people.annotate(Count("pk")))
    jobs = ImportJob.objects.filter(tenant__in=shown, deleted_at=None).order_by().values_list("tenant_id")
    activity = {pk: found for pk, *found in jobs.annotate(Count("pk"), Max("created_at"))}
    return [
        TenantLine(
            tenant,
            reverse("admin_portal:history", args=[tenant.slug]),
            reverse("admin_portal:new-import", args=[tenant.slug]),
            reverse("admin_portal:users", args=[tenant.slug]),
            user_counts.get(tenant.pk, 0),
            *activity.get(tenant.pk, (0, None)),
        )
        for tenant in shown
    ]
