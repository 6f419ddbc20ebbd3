"""/v1/fields: the fields that a tenant adds to the well-known ones."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from contacts import services
from contacts.api.serializers import FieldChangeShape, FieldSerializer, FieldShape
from contacts.fields import FieldType
from contacts.models import CustomField
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import PageShape
from irisx.api_schema import answer, body, page, page_shape

FIELD = {"key": "loyalty_card_no", "label": "Loyalty card no.", "type": "text"}


class FieldViewSet(TenantViewSet):
    lookup_url_kwarg = "key"
    lookup_value_converter = "str"

    @extend_schema(
        operation_id="fields_list",
        summary="A tenant's own fields, by label",
        parameters=[PageShape],
        responses={200: page_shape("FieldPage", FieldSerializer)},
        examples=page("A page", FIELD),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = PageShape.read(request.query_params)
        fields = CustomField.objects.filter(tenant=request.tenant)
        start = offset_of(query)
        shown = fields.order_by("label", "key")[start : start + query["limit"]]
        return page_of([*FieldSerializer(shown, many=True).data], query, total=fields.count())

    @extend_schema(
        operation_id="fields_create",
        summary="Add a field",
        description="A label or key that a field has already is refused with 409 `field_exists`.",
        request=FieldShape,
        responses={201: FieldSerializer},
        examples=[*body("A field", {"label": FIELD["label"], "type": "text"}), *answer("Added", FIELD, 201)],
    )
    @in_tenant_scope
    def create(self, request: ApiRequest) -> Response:
        given = FieldShape.read(request.data)
        made = services.create_custom_field(
            request.tenant, label=given["label"], kind=FieldType(given["type"]), key=given["key"]
        )
        return Response({"key": made.attribute, "label": made.label, "type": made.type}, status=201)

    @extend_schema(
        operation_id="fields_change",
        summary="Change a field's label or type",
        description="Its type stays while contacts have values in it: 409 `field_in_use`.",
        request=FieldChangeShape,
        responses={200: FieldSerializer},
        examples=[*body("Another label", {"label": FIELD["label"]}), *answer("Changed", FIELD)],
    )
    @in_tenant_scope
    def partial_update(self, request: ApiRequest, key: str) -> Response:
        field = self.field(key)
        given = FieldChangeShape.read(request.data)
        services.update_custom_field(
            field, label=given.get("label"), kind=FieldType(given["type"]) if "type" in given else None
        )
        return Response(FieldSerializer(field).data)

    @extend_schema(
        operation_id="fields_delete",
        summary="Take a field away",
        description="It is gone from mappings and exports. Values stay in the `attributes` of their contacts until "
        "they are cleared, and are back with a new field of the same key.",
        responses={204: None},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, key: str) -> Response:
        services.delete_custom_field(self.field(key))
        return Response(status=204)

    def field(self, key: str) -> CustomField:
        """Return a field of the request's tenant; another tenant's is not found."""
        return get_object_or_404(CustomField, tenant=self.request.tenant, key=key)
