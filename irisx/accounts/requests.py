"""What a portal's views ask of a request: who is signed in, and whose contacts it is about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast, overload
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from irisx.accounts import audit
from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import ALL, tenant_scope

P = ParamSpec("P")

STAFF_HOME = "admin_portal:home"


class StaffRequest(HttpRequest):
    """A request of platform staff, about all tenants."""

    user: User
    htmx: HtmxDetails


class TenantRequest(HttpRequest):
    """A request of somebody who is signed in, about one tenant's contacts."""

    user: User
    tenant: Tenant
    htmx: HtmxDetails


View = Callable[Concatenate[TenantRequest, P], HttpResponseBase]
StaffView = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@overload
def tenant_required(view: View[P], /) -> GuardedView[P]: ...
@overload
def tenant_required(*, in_scope: bool = ...) -> Callable[[View[P]], GuardedView[P]]: ...
def tenant_required(view: View[P] | None = None, *, in_scope: bool = True) -> Any:
    """Let a view be reached only for a tenant, and run it inside tenant_scope() and in the tenant's time zone.

    An address with a `tenant_slug` is the admin portal's: it takes platform staff, who act for the tenant that it
    names. Any other takes customers, for their own.
    `in_scope=False` for views that wait for a child process or a slow client: what they call opens its own scopes.
    """

    def decorate(view: View[P]) -> GuardedView[P]:
        @wraps(view)
        def with_tenant(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            tenant_slug = kwargs.pop("tenant_slug", None)
            if elsewhere := _elsewhere(request, for_staff=tenant_slug is not None):
                return elsewhere
            tenant = request.user.tenant or get_object_or_404(Tenant, slug=tenant_slug)
            request.tenant = tenant
            with timezone.override(ZoneInfo(tenant.time_zone)), tenant_scope(tenant) if in_scope else nullcontext():
                response = view(request, *args, **kwargs)
                audit.record_request(request, response, tenant=tenant)
            # Kept nowhere: Back after signing out shows nothing, and Back to a step asks where the import is now.
            add_never_cache_headers(response)
            return response

        return with_tenant

    return decorate if view is None else decorate(view)


def staff_required(view: StaffView[P]) -> GuardedView[P]:
    """Let a view be reached by platform staff only, and run it inside tenant_scope(ALL)."""

    @wraps(view)
    def with_all_tenants(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if elsewhere := _elsewhere(request, for_staff=True):
            return elsewhere
        with tenant_scope(ALL):
            response = view(request, *args, **kwargs)
            audit.record_request(request, response, tenant=None)
        add_never_cache_headers(response)
        return response

    return with_all_tenants


def go(request: StaffRequest | TenantRequest, url: str) -> HttpResponse:
    """Go to another page, also where htmx asked for a fragment only."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def sign_in_url(request: HttpRequest) -> str:
    """Return the address of the sign-in page of the portal that a request came to."""
    match = cast("ResolverMatch", request.resolver_match)
    return reverse(f"{match.namespace}:sign-in")


def _elsewhere(request: Any, *, for_staff: bool) -> HttpResponse | None:
    """Return where people go who are not signed in, or are in the wrong portal; None for those who are right here.

    Customers are refused before anything is looked up: the answer tells them nothing of who else is a tenant.
    """
    if not request.user.is_authenticated:
        # From a fragment the whole page goes, and afterwards back to the page that asked.
        asked = (request.htmx.current_url_abs_path or "/") if request.htmx else request.get_full_path()
        return go(request, redirect_to_login(asked, sign_in_url(request)).url)
    is_staff = request.user.tenant_id is None
    if for_staff and not is_staff:
        raise PermissionDenied("The admin portal is for platform staff.")
    return go(request, reverse(STAFF_HOME)) if is_staff and not for_staff else None
