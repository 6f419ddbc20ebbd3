"""Connecting a Google account: the way there, the page that it comes back to, and the way out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imports.connectors.google import connections, oauth
from imports.connectors.models import GoogleAuthorization
from irisx.accounts import audit
from irisx.accounts.models import User
from irisx.accounts.requests import TenantRequest, tenant_required
from irisx.refusals import Refusal
from portals.ways import way_url

# Somebody had to sign in before the answer could be taken: they are asked whether it is theirs.
ASKED = "asked"


def may_go_to_google(view: Any) -> Any:
    """Let a page's form end up at Google: browsers hold the policy to where a form is redirected, too."""
    parts = urlsplit(settings.GOOGLE_AUTHORIZATION_URL)
    return csp_update({"form-action": [f"{parts.scheme}://{parts.netloc}"]})(view)


@require_POST
@tenant_required(in_scope=False)
def connect(request: TenantRequest) -> HttpResponseBase:
    try:
        return redirect(oauth.begin(request.tenant, request.user))
    except Refusal as refusal:
        return _failed(request, refusal, import_url=way_url(request, "sheet"))


@require_POST
@tenant_required(in_scope=False)
def disconnect(request: TenantRequest) -> HttpResponseBase:
    connections.disconnect(request.tenant, request.user)
    return redirect(way_url(request, "sheet"))


@require_safe
@tenant_required
def state(request: TenantRequest) -> HttpResponseBase:
    """Say whether there is a connection that works, for the page whose popup may have no way to tell it."""
    connection = connections.connection_of(request.tenant, request.user)
    return JsonResponse({"connected": connection is not None and not connection.needs_reconnect})


@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponseBase:
    """Take Google's answer: in the session of who asked, or, once they have signed in here, by their own click."""
    response = _answered(request)
    add_never_cache_headers(response)
    return response


def _answered(request: HttpRequest) -> HttpResponseBase:
    given = request.POST if request.method == "POST" else request.GET
    try:
        authorization = oauth.find(given.get("state", ""))
    except oauth.ConsentFailed as refusal:
        return _failed(request, refusal)
    if not isinstance(request.user, User):
        return _to_sign_in(request, authorization)
    import_url = _import_url(authorization)
    if wrong := _why_not(request.user, authorization, given):
        oauth.use_up(authorization)
        return _failed(request, wrong, import_url=import_url)
    if request.method == "GET" and ASKED in request.GET:
        context = {"authorization": authorization, "state": given["state"], "code": given["code"]}
        return render(request, "google/confirm.html", {**context, "import_url": import_url})
    try:
        tokens = oauth.complete(authorization, code=given["code"], state=given["state"])
    except Refusal as refusal:
        return _failed(request, refusal, import_url=import_url)
    connections.connect(authorization.tenant, authorization.user, tokens)
    audit.record(request, "google-connected", user=request.user, tenant=authorization.tenant)
    return render(request, "google/connected.html", {"import_url": import_url})


def _why_not(user: User, authorization: GoogleAuthorization, given: Any) -> Refusal | None:
    """Return why an answer is not taken from this person; None if it is."""
    if user.pk != authorization.user_id or user.tenant_id not in (None, authorization.tenant_id):
        return oauth.ConsentFailed(
            "Somebody else began to connect Google here. To connect your own account, begin on your own page."
        )
    if given.get("error"):
        return oauth.ConsentFailed("You did not give access. Nothing was connected.")
    if not given.get("code"):
        return oauth.ConsentFailed("Google sent an answer that says nothing. Connect again.")
    return None


def _to_sign_in(request: HttpRequest, authorization: GoogleAuthorization) -> HttpResponseBase:
    """Let whoever is not signed in do so, and come back to be asked."""
    portal = "customer" if authorization.user.tenant_id else "admin_portal"
    answer = {name: request.GET[name] for name in ("state", "code", "error") if name in request.GET}
    back = f"{request.path}?{urlencode({**answer, ASKED: '1'})}"
    return redirect(f"{reverse(f'{portal}:sign-in')}?{urlencode({'next': back})}")


def _import_url(authorization: GoogleAuthorization) -> str:
    """Return the page where the person goes on, in their own portal."""
    if authorization.user.tenant_id:
        url = reverse("customer:new-import")
    else:
        url = reverse("admin_portal:new-import", args=[authorization.tenant.slug])
    return f"{url}?via=sheet"


def _failed(request: HttpRequest, refusal: Refusal, *, import_url: str = "/") -> HttpResponse:
    context = {"message": refusal.message, "import_url": import_url}
    response = render(request, "google/failed.html", context, status=refusal.status)
    if retry_after := refusal.details.get("retry_after"):
        response["Retry-After"] = str(retry_after)
    return response
