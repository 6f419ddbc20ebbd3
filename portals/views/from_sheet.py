"""Contacts from a Google Sheet."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpResponse

from imports.connectors.google import connections, is_configured
from imports.connectors.interface import NotAuthorized
from irisx.accounts.requests import TenantRequest
from irisx.accounts.tenancy import tenant_scope
from irisx.embedded.standins.demo_sheets import ADDRESSES
from portals.pages import page_url
from portals.remote_forms import SheetForm
from portals.remote_way import answer_form
from portals.views.google import may_go_to_google
from portals.ways import show_way


def answer(request: TenantRequest) -> HttpResponse:
    """Show what can be done: connect Google, connect it anew, or name a sheet; read the sheet that is named."""
    return cast("HttpResponse", may_go_to_google(_answer)(request))


def _answer(request: TenantRequest) -> HttpResponse:
    context = {
        "is_configured": is_configured(),
        "demo_addresses": ADDRESSES if settings.GOOGLE_IS_DEMO else (),
        "connect_url": page_url(request, "google-connect"),
        "disconnect_url": page_url(request, "google-disconnect"),
        "state_url": page_url(request, "google-state"),
    }
    with tenant_scope(request.tenant):
        connection = connections.connection_of(request.tenant, request.user)
    if connection is None or connection.needs_reconnect or not is_configured():
        return show_way(request, "sheet", {**context, "connection": connection})
    try:
        return answer_form(request, "sheet", SheetForm, {**context, "connection": connection})
    except NotAuthorized:
        # Taken back, or taken away in another window, since the page was shown.
        with tenant_scope(request.tenant):
            connection = connections.connection_of(request.tenant, request.user)
        return show_way(request, "sheet", {**context, "connection": connection, "was_refused": True})
