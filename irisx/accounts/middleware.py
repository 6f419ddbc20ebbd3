"""Whose contacts a request is about: `request.tenant`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.utils.functional import SimpleLazyObject

from irisx.accounts.models import Tenant, User


def tenant_of(request: HttpRequest) -> Tenant | None:
    """Return the tenant of the session's user; None if nobody is signed in, or for platform staff."""
    user = request.user
    return user.tenant if isinstance(user, User) else None


class TenantMiddleware:
    """Sets request.tenant, looked up when it is first asked for. API views set it anew from their token."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        request.tenant = SimpleLazyObject(lambda: tenant_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)
