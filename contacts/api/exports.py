"""/v1/exports: contacts as files, at once or written by a worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from contacts import exports
from contacts.api.serializers import ContactsFileShape, ExportSerializer, ExportShape
from contacts.exports import jobs
from contacts.models import ExportJob
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.accounts.tenancy import tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import PageShape
from irisx.api_schema import answer, body, errors, page, page_shape
from irisx.http import stream_file

EXPORT: dict[str, Any] = {
    "id": "01943c30-5555-7e5f-8061-7c8d9e0f1a2b",
    "status": "completed",
    "format": "csv",
    "list_id": None,
    "limit": None,
    "fields": [],
    "contact_count": 1_000_000,
    "size_bytes": 190_000_000,
    "error_details": None,
    "created_at": "2026-11-24T12:00:00Z",
    "completed_at": "2026-11-24T12:00:07Z",
    "expires_at": "2026-12-01T12:00:00Z",
}
ASKED_FOR = {**EXPORT, "status": "pending", "contact_count": None, "size_bytes": None, "completed_at": None}
CSV = '"First Name","Email","IRISX ID"\n"Maya","maya@example.com","01943c2e-9d8c-7b3a-8e1f-0f1e2d3c4b5a"\n'
FILES = {
    (200, "text/csv"): OpenApiTypes.STR,
    (200, exports.CONTENT_TYPES[exports.Format.EXCEL]): OpenApiTypes.BINARY,
    (200, "application/json"): ContactsFileShape,
}
FILE_EXAMPLES = [
    *answer("CSV", CSV, media_type="text/csv"),
    *answer("JSON", {"contacts": [{"email": "maya@example.com", "city": "Austin", "tags": ["vip"]}]}),
]


class ExportViewSet(TenantViewSet):
    lookup_url_kwarg = "export_id"
    lookup_value_converter = "uuid"

    @extend_schema(
        operation_id="exports_contacts",
        summary="Contacts as a file",
        description="All as they are at one moment, oldest first. An import of the file (update) changes nothing. "
        "In CSV a cell that a spreadsheet program would run as a formula has an apostrophe in front, which our imports "
        "take away again. For many contacts, `POST /v1/exports` has a worker write the file.",
        parameters=[ExportShape],
        responses=FILES,
        examples=FILE_EXAMPLES,
    )
    @action(detail=False)
    def contacts(self, request: ApiRequest) -> HttpResponseBase:
        selection = ExportShape.selection(request.query_params)
        file = exports.as_file(request.tenant, selection)
        return stream_file(
            file,
            filename=exports.filename(request.tenant, selection),
            content_type=exports.CONTENT_TYPES[selection.format],
        )

    @extend_schema(
        operation_id="exports_list",
        summary="Exports of the last seven days, newest first",
        parameters=[PageShape],
        responses={200: page_shape("ExportPage", ExportSerializer)},
        examples=page("A page", EXPORT),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = PageShape.read(request.query_params)
        kept = ExportJob.objects.for_tenant(request.tenant).kept()
        start = offset_of(query)
        shown = kept.order_by("-id")[start : start + query["limit"]]
        return page_of([*ExportSerializer(shown, many=True).data], query, total=kept.count())

    @extend_schema(
        operation_id="exports_create",
        summary="Have a worker write a file",
        description="It is kept for seven days.",
        request=ExportShape,
        responses={202: ExportSerializer},
        examples=[*body("All contacts as Excel", {"format": "excel"}), *answer("Asked for", ASKED_FOR, 202)],
    )
    @in_tenant_scope
    def create(self, request: ApiRequest) -> Response:
        job = jobs.create(request.tenant, user=request.user, selection=ExportShape.selection(request.data))
        return Response(ExportSerializer(job).data, status=202)

    @extend_schema(
        operation_id="exports_retrieve",
        summary="One export",
        responses={200: ExportSerializer},
        examples=answer("An export", EXPORT),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, export_id: UUID) -> Response:
        return Response(ExportSerializer(self.job(export_id)).data)

    @extend_schema(
        operation_id="exports_download",
        summary="The file of an export",
        description="Before it is completed: 409 `export_not_ready`.",
        responses={**FILES, **errors(409)},
        examples=FILE_EXAMPLES,
    )
    @action(detail=True)
    def download(self, request: ApiRequest, export_id: UUID) -> HttpResponseBase:
        with tenant_scope(request.tenant):
            job = self.job(export_id)
        selection = jobs.selection_of(job)
        return stream_file(
            jobs.open_file(job),
            filename=exports.filename(request.tenant, selection),
            content_type=exports.CONTENT_TYPES[selection.format],
        )

    def job(self, export_id: UUID) -> ExportJob:
        """Return an export of the request's tenant; another tenant's, and one whose time is over, is not found."""
        return get_object_or_404(ExportJob.objects.for_tenant(self.request.tenant).kept(), pk=export_id)
