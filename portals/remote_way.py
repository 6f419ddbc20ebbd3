"""A way in that reads from another service: its form, looked up or sent, with the connection that there is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from imports import remote
from imports.connectors import registry
from imports.connectors.interface import Connector, Document, NotAuthorized, RemoteSource, RemoteUnavailable
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
    connector = registry.connector(form.connector)
    if form.is_bound and form.is_valid():
        try:
            if "look" not in request.POST:
                return go(request, page_url(request, "job-map", _job_id_of(request, form.source(), form)))
            document = _looked_up(request, form, connector)
        except NotAuthorized:
            raise
        except (Refusal, SourceRejected) as refusal:
            form.refuse(refusal, at=form.at)
            if form.has_choices and not isinstance(refusal, RemoteUnavailable):
                with suppress(Refusal):
                    _looked_up(request, form, connector)
    found = {"document": document, "looked_at": timezone.now()} if document else {}
    return show_way(request, way, {"form": form, **context, **found})


def _looked_up(request: TenantRequest, form: RemoteForm, connector: Connector) -> Document | None:
    """Let the form's choices be those that the service has, with the access of whoever asks."""
    return form.look(connector, connector.authorize(request.tenant, request.user))


def _job_id_of(request: TenantRequest, source: RemoteSource, form: RemoteForm) -> object:
    with with_new_list(request.tenant, form) as options:
        return remote.create_job(request.tenant, user=request.user, source=source, options=options).pk
