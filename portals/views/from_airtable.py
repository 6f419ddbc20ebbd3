"""Contacts from an Airtable table."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imports.connectors.airtable import connections
from imports.connectors.interface import NotAuthorized
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals.pages import page_url
from portals.remote_forms import AirtableForm, TokenForm
from portals.remote_way import answer_form
from portals.ways import show_way, way_url


def answer(request: TenantRequest) -> HttpResponse:
    """Take an access token, or name a table; read the table that is named."""
    if "connect" in request.POST:
        return _connect(request)
    with tenant_scope(request.tenant):
        connection = connections.connection_of(request.tenant, request.user)
    if connection is None or connection.needs_reconnect:
        return _show_token_form(request, TokenForm(), connection)
    context = {"connection": connection, "disconnect_url": page_url(request, "airtable-disconnect")}
    try:
        return answer_form(request, "airtable", AirtableForm, context)
    except NotAuthorized:
        with tenant_scope(request.tenant):
            connection = connections.connection_of(request.tenant, request.user)
        return _show_token_form(request, TokenForm(), connection)


def _connect(request: TenantRequest) -> HttpResponse:
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            connections.connect(request.tenant, request.user, form.cleaned_data["token"])
            return go(request, way_url(request, "airtable"))
        except Refusal as refusal:
            form.refuse(refusal, at="token")
    with tenant_scope(request.tenant):
        connection = connections.connection_of(request.tenant, request.user)
    return _show_token_form(request, form, connection)


def _show_token_form(request: TenantRequest, form: TokenForm, connection: object) -> HttpResponse:
    return show_way(request, "airtable", {"token_form": form, "connection": connection})


@require_POST
@tenant_required(in_scope=False)
def disconnect(request: TenantRequest) -> HttpResponse:
    connections.disconnect(request.tenant, request.user)
    return redirect(way_url(request, "airtable"))
