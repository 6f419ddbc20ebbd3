"""The audit trail: who did what, when, for whom. Rows are added; the database refuses to change or delete one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch

from irisx.accounts.models import AuditEntry, Tenant, User
from irisx.accounts.tenancy import ALL, Scope, tenant_scope
from irisx.request_ids import request_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.request import Request

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def record(
    request: HttpRequest | Request,
    action: str,
    *,
    user: Any,
    tenant: Tenant | None,
    target: str = "",
    status: int | None = None,
    details: Mapping[str, str | list[str]] | None = None,
) -> None:
    """Add what a user did to the trail. `details` hold names and ids, never what a form or file said.

    In the transaction of what was done, where one is open: then one is not there without the other.
    """
    scope: Scope = tenant or ALL
    with tenant_scope(scope):
        AuditEntry.objects.create(
            tenant=tenant,
            # Nobody is signed in where a link in a mail was used.
            user=user if isinstance(user, User) else None,
            user_email=user.email if isinstance(user, User) else "",
            action=action,
            target=target[:500],
            status=status,
            details=details or {},
            ip_address=request.META.get("REMOTE_ADDR") or None,
            request_id=request_id.get(),
        )


def record_request(
    request: Any,
    response: HttpResponseBase,
    *,
    tenant: Tenant | None,
    details: Mapping[str, str | list[str]] | None = None,
) -> None:
    """Add a request that asked for a change and was answered, named by its address: "customer:job-delete".

    A refused form is answered with 200, too: the trail says what was asked, and the status what became of it.
    """
    if request.method in SAFE_METHODS or response.status_code >= 400:
        return
    match: ResolverMatch = request.resolver_match
    # The tenant is a column of its own.
    names = [str(value) for key, value in match.kwargs.items() if key != "tenant_slug"]
    target = " ".join([*map(str, match.args), *names])
    method = {} if request.method == "POST" else {"method": request.method}
    record(
        request,
        match.view_name or match.route,
        user=request.user,
        tenant=tenant,
        target=target,
        status=response.status_code,
        details={**method, **(details or {})},
    )


def _signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    record(request, "signed-in", user=user, tenant=user.tenant, target=request.path)


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record(request, "signed-out", user=user, tenant=user.tenant, target=request.path)


def watch_sign_ins() -> None:
    """Record from now on who signs in and out with a session."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit_signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit_signed_out")
