"""What a portal's views ask of a request: somebody signed in, and a tenant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, overload
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from irisx.accounts.models import Tenant, User
from irisx.accounts.tenancy import tenant_scope

P = ParamSpec("P")


class TenantRequest(HttpRequest):
    """A request of somebody who is signed in, about one tenant's contacts."""

    user: User
    tenant: Tenant
    htmx: HtmxDetails


View = Callable[Concatenate[TenantRequest, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@overload
def tenant_required(view: View[P], /) -> GuardedView[P]: ...
@overload
def tenant_required(*, in_scope: bool = ...) -> Callable[[View[P]], GuardedView[P]]: ...
def tenant_required(view: View[P] | None = None, *, in_scope: bool = True) -> Any:
    """Let a view be reached only by people of a tenant, and run it inside tenant_scope() and in the tenant's time zone.

    `in_scope=False` for views that wait for a child process or a slow client: what they call opens its own scopes.
    """

    def decorate(view: View[P]) -> GuardedView[P]:
        @wraps(view)
        def with_tenant(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            # A lazy object: it is None only once looked at.
            tenant = request.user.tenant
            if tenant is None:
                raise PermissionDenied("Platform staff choose a tenant in the admin portal first.")
            request.tenant = tenant
            with timezone.override(ZoneInfo(tenant.time_zone)), tenant_scope(tenant) if in_scope else nullcontext():
                response = view(request, *args, **kwargs)
            # Kept nowhere: Back after signing out shows nothing, and Back to a step asks where the import is now.
            add_never_cache_headers(response)
            return response

        return with_tenant

    return decorate if view is None else decorate(view)


def _to_sign_in(request: TenantRequest) -> HttpResponse:
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    # The whole page goes, not the fragment, and afterwards back to the page that asked.
    return HttpResponseClientRedirect(redirect_to_login(request.htmx.current_url_abs_path or "/").url)
