"""Analytics of one tenant's imports."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from imports.models import ImportJob
from irisx.accounts.requests import TenantRequest, tenant_required
from portals.analytics_page import context_of
from portals.pages import show


@require_safe
@tenant_required
def analytics(request: TenantRequest) -> HttpResponse:
    jobs = ImportJob.objects.for_tenant(request.tenant)
    context = context_of(jobs, request.GET.get("period", ""), time_zone=request.tenant.time_zone)
    return show(request, "analytics/analytics.html", context)
