"""Webhooks: addresses that are told how imports end, what was sent to them, and the secret that signs it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from imports.webhooks import endpoints, signing
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint
from irisx.accounts.requests import TenantRequest, go, tenant_required
from irisx.encryption import CannotDecrypt
from irisx.refusals import Conflict, Refusal
from portals import webhook_lines
from portals.deletion import Deletion, ask
from portals.pages import get_or_post, page_url, show
from portals.webhook_forms import EVENTS, EndpointForm

_PER_PAGE = 25


@get_or_post
@tenant_required
def webhooks(request: TenantRequest) -> HttpResponse:
    """Show addresses and messages; take a new address."""
    form = EndpointForm(request.POST or None, initial={"events": list(EVENTS)})
    if form.is_valid():
        try:
            endpoints.create(request.tenant, **form.cleaned_data)
            messages.success(request, "Added. It is told of the next import that ends.")
            return redirect(request.path)
        except Refusal as refusal:
            form.refuse(refusal, at="url")
    return _page(request, form)


def _page(request: TenantRequest, form: EndpointForm, **more: Any) -> HttpResponse:
    found = WebhookDelivery.objects.filter(tenant=request.tenant).select_related("endpoint").defer("body")
    page = Paginator(found.order_by("-id"), _PER_PAGE).get_page(request.GET.get("page"))
    known = WebhookEndpoint.objects.filter(tenant=request.tenant).order_by("id")
    context = {
        "section": "webhooks",
        "form": form,
        "endpoints": webhook_lines.endpoint_lines(known),
        "page": page,
        "deliveries": webhook_lines.delivery_lines(list(page), request.tenant),
        "webhooks_url": page_url(request, "webhooks"),
        "secret_url": page_url(request, "webhook-secret"),
    }
    return show(request, "webhooks/webhooks.html", context | more)


@require_POST
@tenant_required
def secret(request: TenantRequest) -> HttpResponse:
    """Show the signing secret, this once; give another one first where that is asked for."""
    try:
        shown = signing.rotate(request.tenant) if "rotate" in request.POST else signing.secrets_of(request.tenant)
    except CannotDecrypt:
        messages.error(request, "The secret cannot be read any more. Rotate it, and give programs the new one.")
        return redirect(page_url(request, "webhooks"))
    return _page(request, EndpointForm(initial={"events": list(EVENTS)}), secret=shown)


@require_POST
@tenant_required
def switch(request: TenantRequest, endpoint_id: UUID) -> HttpResponse:
    """Pause an address, or switch it on again."""
    endpoint = _endpoint_of(request, endpoint_id)
    endpoints.change(endpoint, enabled="on" in request.POST)
    messages.success(request, f"{endpoint.host} is {'switched on' if endpoint.is_enabled else 'paused'}.")
    return redirect(page_url(request, "webhooks"))


@require_POST
@tenant_required
def test(request: TenantRequest, endpoint_id: UUID) -> HttpResponse:
    """Send an address a message that tells of nothing, and show what comes of it."""
    endpoint = _endpoint_of(request, endpoint_id)
    try:
        sent = endpoints.send_test(endpoint)
    except Conflict as refusal:
        messages.info(request, refusal.message)
        return redirect(page_url(request, "webhooks"))
    messages.success(request, f"A test is on its way to {endpoint.host}.")
    return redirect(page_url(request, "webhook-delivery", sent.pk))


@get_or_post
@tenant_required
def delete(request: TenantRequest, endpoint_id: UUID) -> HttpResponse:
    endpoint = _endpoint_of(request, endpoint_id)
    webhooks_url = page_url(request, "webhooks")
    if request.method == "POST":
        endpoints.delete(endpoint)
        messages.success(request, f"{endpoint.host} is told nothing any more.")
        return go(request, webhooks_url)
    asked = Deletion(
        name=endpoint.host,
        question=f"Tell {endpoint.host} nothing any more?",
        effect=f"Removes the address {endpoint.url} and the list of what was sent to it. What waits is not sent.",
        verb="Delete address",
        section="webhooks",
        place="Webhooks",
        back_url=webhooks_url,
    )
    return ask(request, asked)


@require_safe
@tenant_required
def delivery(request: TenantRequest, delivery_id: UUID) -> HttpResponse:
    """Show what was sent, and what the address answered."""
    (line,) = webhook_lines.delivery_lines([_delivery_of(request, delivery_id)], request.tenant)
    return show(request, "webhooks/delivery.html", {"section": "webhooks", "line": line})


@require_POST
@tenant_required
def resend(request: TenantRequest, delivery_id: UUID) -> HttpResponse:
    found = _delivery_of(request, delivery_id)
    try:
        endpoints.resend(found)
        messages.success(request, f"{found.type} is sent again.")
    except Conflict as refusal:
        messages.info(request, refusal.message)
    return redirect(page_url(request, "webhooks"))


def _endpoint_of(request: TenantRequest, endpoint_id: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint, tenant=request.tenant, pk=endpoint_id)


def _delivery_of(request: TenantRequest, delivery_id: UUID) -> WebhookDelivery:
    found = WebhookDelivery.objects.filter(tenant=request.tenant).select_related("endpoint")
    return get_object_or_404(found, pk=delivery_id)
