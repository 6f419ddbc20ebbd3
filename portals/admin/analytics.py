"""Analytics of all tenants' imports together."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from imports.models import ImportJob
from irisx.accounts.requests import StaffRequest, staff_required
from portals.analytics_page import context_of


@require_safe
@staff_required
def all_analytics(request: StaffRequest) -> HttpResponse:
    jobs = ImportJob.objects.visible_to(request.user)
    context = context_of(jobs, request.GET.get("period", ""), time_zone=timezone.get_current_timezone_name())
    return render(request, "analytics/analytics.html", {"frame": "admin_portal/portal.html", **context})
