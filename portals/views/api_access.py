"""What programs need to know to use the API for this tenant."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from irisx.accounts.requests import TenantRequest, tenant_required
from portals.api_examples import examples
from portals.pages import show

_LIFETIMES: dict[str, Any] = settings.SIMPLE_JWT


@require_safe
@tenant_required(in_scope=False)
def access(request: TenantRequest) -> HttpResponse:
    context = {
        "section": "api",
        "examples": examples(request),
        "access_minutes": _LIFETIMES["ACCESS_TOKEN_LIFETIME"].seconds // 60,
        "refresh_days": _LIFETIMES["REFRESH_TOKEN_LIFETIME"].days,
    }
    return show(request, "api/access.html", context)
