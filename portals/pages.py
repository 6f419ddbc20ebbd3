"""What a page that both portals show takes from its portal: the frame around it, and the addresses of other pages."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch, reverse
from django.views.decorators.http import require_http_methods

# For views that show a form and take it.
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def page_url(request: HttpRequest, name: str, *args: object) -> str:
    """Return the address of another page (portals/urls.py) in the request's portal, about the same tenant."""
    match = _match(request)
    # In the admin portal the address names the tenant, before everything else.
    tenant_slug = match.kwargs.get("tenant_slug")
    return reverse(f"{match.namespace}:{name}", args=[tenant_slug, *args] if tenant_slug else args)


def show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with a page that extends `frame`: the frame of the portal that the request came to."""
    return render(request, template, {"frame": f"{_match(request).namespace}/portal.html", **context})


def _match(request: HttpRequest) -> ResolverMatch:
    """Return what the address was resolved to; it was, wherever there is a view."""
    return cast("ResolverMatch", request.resolver_match)
