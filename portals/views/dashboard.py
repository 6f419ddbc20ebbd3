"""The dashboard: where people land who have signed in."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from irisx.accounts.requests import TenantRequest, tenant_required
from portals import ways
from portals.dashboard_page import figures_of, now_of, schedules_of
from portals.pages import page_url, show


@require_safe
@tenant_required
def dashboard(request: TenantRequest) -> HttpResponse:
    """Show the dashboard; to htmx, which asks while imports run, what changes meanwhile."""
    schedules = schedules_of(request.tenant)
    now = now_of(request.tenant, request.user, schedules, partial(page_url, request))
    open_count = len(now.running)
    has_changed = str(open_count) != request.GET.get("open", str(open_count))
    context = {
        "section": "dashboard",
        "now": now,
        "open_count": open_count,
        "has_changed": has_changed,
        "ways": ways.WAYS,
        "dashboard_url": request.path,
    }
    # What imports came to is read again when one has ended, and not every three seconds.
    if has_changed or not request.htmx:
        context["figures"] = figures_of(request.tenant, schedules)
    return show(request, f"dashboard/{'_renewed' if request.htmx else 'dashboard'}.html", context)
