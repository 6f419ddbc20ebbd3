"""A way in that reads from another service: its form, looked up or sent, with the connection that there is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from imports import remote
from imports.connectors import registry
from imports.connectors.interface import Document, NotAuthorized, RemoteSource
from imports.engine.errors import SourceRejected
from irisx.accounts.requests import TenantRequest, go
from irisx.accounts.tenancy import tenant_scope
from irisx.refusals import Refusal
from portals.new_list import with_new_list
from portals.pages import page_url
from portals.remote_forms import RemoteForm
from portals.ways import show_way


def answer_form(
    request: TenantRequest, way: str, form_class: type[RemoteForm], context: dict[str, Any]
) -> HttpResponse:
    """Show a form for what is to be read, say what tables are there, or read one and go to its mapping.

    Raises NotAuthorized where there is no access any more.
    """
    with tenant_scope(request.tenant):
        form = form_class(request.POST or None, tenant=request.tenant)
    document = None
    if form.is_bound and form.is_valid():
        try:
            source = form.source()
            if "look" not in request.POST:
                return go(request, page_url(request, "job-map", _job_id_of(request, source, form)))
            document = _document_of(request, source)
            form.offer_document(document)
        except NotAuthorized:
            raise
        except (Refusal, SourceRejected) as refusal:
            form.refuse(refusal, at=form.address)
            if form.cleaned_data["table"]:
                _offer_again(request, form)
    found = {"document": document, "looked_at": timezone.now()} if document else {}
    return show_way(request, way, {"form": form, **context, **found})


def _offer_again(request: TenantRequest, form: RemoteForm) -> None:
    """Name the table that was chosen, as it was before the form was refused, if it can still be looked up."""
    with suppress(Refusal):
        form.offer_document(_document_of(request, form.source_of_address()))


def _document_of(request: TenantRequest, source: RemoteSource) -> Document:
    connector = registry.connector(source.connector)
    return connector.document(connector.authorize(request.tenant, request.user), source.document)


def _job_id_of(request: TenantRequest, source: RemoteSource, form: RemoteForm) -> object:
    with with_new_list(request.tenant, form) as options:
        return remote.create_job(request.tenant, user=request.user, source=source, options=options).pk
