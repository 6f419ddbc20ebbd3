"""GET /v1/schema and /v1/docs: the OpenAPI document, for programs and for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView


class SchemaView(SpectacularAPIView):
    renderer_classes = [OpenApiJsonRenderer2]


def docs(request: HttpRequest) -> HttpResponse:
    """Show the document. All that the page loads is ours; the content security policy allows nothing else."""
    return render(request, "api/docs.html")
