"""/v1/imports/mappings: field mappings that are kept for the next file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from imports import saved_mappings
from imports.api.serializers import FieldMappingField, TargetField
from imports.engine.mapping import fingerprint
from imports.engine.schema import FieldMapping
from imports.models import SavedFieldMapping
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import PageShape, Shape
from irisx.api_schema import answer, body, page, page_shape

SAVED: dict[str, Any] = {
    "id": "01943c30-3c4d-7e5f-8061-7c8d9e0f1a2b",
    "name": "Q4 leads",
    "description": "From the fair",
    "mapping": {"E-Mail": "email", "Phone": {"field": "phone", "country": "DE"}, "Remarks": None},
    "is_default": False,
    "fingerprint": fingerprint(["E-Mail", "Phone", "Remarks"]),
    "created_at": "2026-11-24T12:00:00Z",
}


class SavedMappingSerializer(serializers.ModelSerializer[SavedFieldMapping]):
    mapping = FieldMappingField(read_only=True)

    class Meta:
        model = SavedFieldMapping
        fields = ("id", "name", "description", "mapping", "is_default", "fingerprint", "created_at")
        read_only_fields = fields


class SavedMappingShape(Shape):
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=2_000, allow_blank=True, required=False)
    mapping = serializers.DictField(child=TargetField(allow_null=True), allow_empty=False)
    is_default = serializers.BooleanField(required=False)
    # All columns of the file that it is for, in order; by default those that the mapping names.
    headers = serializers.ListField(
        child=serializers.CharField(max_length=settings.MAX_CELL_CHARACTERS, allow_blank=True, trim_whitespace=False),
        max_length=settings.MAX_COLUMNS,
        required=False,
    )

    def validate_mapping(self, given: dict[str, Any]) -> FieldMapping:
        if len(given) > settings.MAX_COLUMNS:
            raise serializers.ValidationError(f"It names more than {settings.MAX_COLUMNS:,} columns.")
        return FieldMapping.from_json(given)


class SavedMappingViewSet(TenantViewSet):
    lookup_url_kwarg = "mapping_id"
    lookup_value_converter = "uuid"

    @extend_schema(
        operation_id="mappings_list",
        summary="Saved field mappings, by name",
        parameters=[PageShape],
        responses={200: page_shape("SavedMappingPage", SavedMappingSerializer)},
        examples=page("A page", SAVED),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = PageShape.read(request.query_params)
        saved = saved_mappings.of_tenant(request.tenant)
        start = offset_of(query)
        page = saved[start : start + query["limit"]]
        return page_of([*SavedMappingSerializer(page, many=True).data], query, total=saved.count())

    @extend_schema(
        operation_id="mappings_create",
        summary="Keep a field mapping",
        description="A file with the same headers (but for case, accents and punctuation) gets it whole; the default "
        "one says what it knows of other files.",
        request=SavedMappingShape,
        responses={201: SavedMappingSerializer},
        examples=[
            *body("A mapping", {"name": SAVED["name"], "mapping": SAVED["mapping"]}),
            *answer("Kept", SAVED, 201),
        ],
    )
    @in_tenant_scope
    def create(self, request: ApiRequest) -> Response:
        saved = saved_mappings.create(request.tenant, user=request.user, **SavedMappingShape.read(request.data))
        return Response(SavedMappingSerializer(saved).data, status=201)

    @extend_schema(
        operation_id="mappings_retrieve",
        summary="One saved field mapping",
        responses={200: SavedMappingSerializer},
        examples=answer("A mapping", SAVED),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, mapping_id: UUID) -> Response:
        return Response(SavedMappingSerializer(self.saved(mapping_id)).data)

    @extend_schema(
        operation_id="mappings_change",
        summary="Change a saved field mapping",
        request=SavedMappingShape(partial=True),
        responses={200: SavedMappingSerializer},
        examples=[
            *body("Make it the default", {"is_default": True}),
            *answer("Changed", {**SAVED, "is_default": True}),
        ],
    )
    @in_tenant_scope
    def partial_update(self, request: ApiRequest, mapping_id: UUID) -> Response:
        saved = self.saved(mapping_id)
        saved_mappings.change(saved, **SavedMappingShape.read_changes(request.data))
        return Response(SavedMappingSerializer(saved).data)

    @extend_schema(
        operation_id="mappings_delete",
        summary="Forget a saved field mapping",
        responses={204: None},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, mapping_id: UUID) -> Response:
        self.saved(mapping_id).delete()
        return Response(status=204)

    def saved(self, mapping_id: UUID) -> SavedFieldMapping:
        """Return a saved mapping of the request's tenant; another tenant's is not found."""
        return get_object_or_404(saved_mappings.of_tenant(self.request.tenant), pk=mapping_id)
