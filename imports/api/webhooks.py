"""/v1/webhooks: addresses that are told how imports end, what was sent to them, and the secret that signs it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from imports.models import ImportJob
from imports.webhooks import endpoints, signing
from imports.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import PageShape, Shape
from irisx.api_schema import errors, page_shape
from irisx.encryption import CannotDecrypt
from irisx.refusals import Invalid, Unavailable

ENDPOINT = {
    "id": "01943c2e-6f3a-7c10-8d4e-3a5b6c7d8e9f",
    "url": "https://example.com/hooks/irisx",
    "events": ["completed", "failed", "cancelled", "corrected"],
    "enabled": True,
    "disabled_reason": None,
    "created_at": "2026-11-24T12:00:00Z",
}
DELIVERY = {
    "id": "01943c2f-0a1b-7d22-9e8f-1a2b3c4d5e6f",
    "type": "import.completed",
    "import_id": "01943c2e-9d8c-7b3a-8e1f-0f1e2d3c4b5a",
    "endpoint_id": ENDPOINT["id"],
    "url": ENDPOINT["url"],
    "status": "waiting",
    "attempts": 1,
    "next_attempt_at": "2026-11-24T12:05:10Z",
    "last_attempt_at": "2026-11-24T12:05:05Z",
    "response_status": 500,
    "response_body": "Internal Server Error",
    "error": "The answer was 500; only 200 to 299 is success.",
    "created_at": "2026-11-24T12:05:05Z",
    "finished_at": None,
}
SECRET = {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "previous_until": None}


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    events = serializers.ListField(child=serializers.ChoiceField(WebhookEvent.choices), read_only=True)
    enabled = serializers.BooleanField(source="is_enabled", read_only=True)
    disabled_reason = serializers.SerializerMethodField(
        help_text="`gone` (it answered 410), `failing` (for three days), `by_user`; null while it is enabled."
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("id", "url", "events", "enabled", "disabled_reason", "created_at")
        read_only_fields = fields

    def get_disabled_reason(self, endpoint: WebhookEndpoint) -> str | None:
        return endpoint.disabled_reason or None


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """A delivery. Its id is the `webhook-id` of each try."""

    type = serializers.CharField(read_only=True)
    import_id = serializers.UUIDField(
        source="job_id", read_only=True, allow_null=True, help_text="null: a test, which is about no import."
    )
    endpoint_id = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="null: it goes to the import's own `webhook_url`."
    )
    url = serializers.CharField(source="address", read_only=True)
    next_attempt_at = serializers.SerializerMethodField()

    class Meta:
        model = WebhookDelivery
        fields = (
            "id",
            "type",
            "import_id",
            "endpoint_id",
            "url",
            "status",
            "attempts",
            "next_attempt_at",
            "last_attempt_at",
            "response_status",
            "response_body",
            "error",
            "created_at",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_attempt_at(self, delivery: WebhookDelivery) -> Any:
        return delivery.due_at if delivery.status == WebhookDelivery.Status.WAITING else None


class SecretSerializer(serializers.Serializer[signing.SigningSecrets]):
    secret = serializers.CharField()
    previous_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before this one signs, too."
    )


class EventField(serializers.ChoiceField):
    """One event, by the word that `webhook_events` has for it or by the `type` that is sent."""

    def to_internal_value(self, given: Any) -> Any:
        return super().to_internal_value(given.removeprefix("import.") if isinstance(given, str) else given)


class EndpointShape(Shape):
    url = serializers.CharField(max_length=1000)
    events = serializers.ListField(
        child=EventField(WebhookEvent.choices), allow_empty=False, default=list(WebhookEvent.values)
    )


class EndpointChangeShape(EndpointShape):
    enabled = serializers.BooleanField()


class DeliveriesShape(PageShape):
    status = serializers.ChoiceField(WebhookDelivery.Status.choices, required=False)


class AllDeliveriesShape(DeliveriesShape):
    import_id = serializers.UUIDField(required=False)


def example(name: str, value: Any, status: int | None = None) -> list[OpenApiExample]:
    """Return an example of an answer; without a status, of 200 and 201."""
    return [OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)] if status else None)]


def page_example(name: str, value: Any) -> list[OpenApiExample]:
    # drf-spectacular wraps what it takes for a list's item by itself; this is a whole page.
    return example(name, {"results": [value], "page": 1, "limit": 20, "total": 1})


class WebhookViewSet(TenantViewSet):
    lookup_url_kwarg = "endpoint_id"
    lookup_value_converter = "uuid"

    @extend_schema(
        operation_id="webhooks_list",
        summary="The addresses that are told of every import",
        parameters=[PageShape],
        responses={200: page_shape("EndpointPage", EndpointSerializer), **errors(400)},
        examples=page_example("A page", ENDPOINT),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = PageShape.read(request.query_params)
        found = WebhookEndpoint.objects.filter(tenant=request.tenant).order_by("id")
        start = offset_of(query)
        page = found[start : start + query["limit"]]
        return page_of([*EndpointSerializer(page, many=True).data], query, total=found.count())

    @extend_schema(
        operation_id="webhooks_create",
        summary="Have imports told to one more address",
        request=EndpointShape,
        responses={201: EndpointSerializer, **errors(400, 409)},
        examples=[
            OpenApiExample("All events", value={"url": ENDPOINT["url"]}, request_only=True),
            OpenApiExample("Some", value={"url": ENDPOINT["url"], "events": ["failed"]}, request_only=True),
            *example("An endpoint", ENDPOINT),
        ],
    )
    @in_tenant_scope
    def create(self, request: ApiRequest) -> Response:
        endpoint = endpoints.create(request.tenant, **EndpointShape.read(request.data))
        return Response(EndpointSerializer(endpoint).data, status=201)

    @extend_schema(
        operation_id="webhooks_retrieve",
        summary="One address",
        responses={200: EndpointSerializer, **errors(404)},
        examples=example("An endpoint", ENDPOINT),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, endpoint_id: UUID) -> Response:
        return Response(EndpointSerializer(self.endpoint(endpoint_id)).data)

    @extend_schema(
        operation_id="webhooks_change",
        summary="Change an address, or switch it on or off",
        description="What waits goes to the new address, too. Switched off, what waits is failed; switched on, an "
        "address that failed begins anew.",
        request=EndpointChangeShape,
        responses={200: EndpointSerializer, **errors(400, 404)},
        examples=[
            OpenApiExample("Switch on", value={"enabled": True}, request_only=True),
            *example("An endpoint", ENDPOINT),
        ],
    )
    @in_tenant_scope
    def partial_update(self, request: ApiRequest, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        endpoints.change(endpoint, **EndpointChangeShape.read_changes(request.data))
        return Response(EndpointSerializer(endpoint).data)

    @extend_schema(
        operation_id="webhooks_delete",
        summary="Tell an address nothing any more",
        description="What waits for it is not sent, and its deliveries are forgotten.",
        responses={204: None, **errors(404)},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, endpoint_id: UUID) -> Response:
        endpoints.delete(self.endpoint(endpoint_id))
        return Response(status=204)

    @extend_schema(
        operation_id="webhooks_endpoint_deliveries",
        summary="What was and will be sent to an address",
        parameters=[DeliveriesShape],
        responses={200: page_shape("EndpointDeliveryPage", DeliverySerializer), **errors(400, 404)},
        examples=page_example("A page", DELIVERY),
    )
    @action(detail=True, methods=["get"], url_path="deliveries")
    @in_tenant_scope
    def endpoint_deliveries(self, request: ApiRequest, endpoint_id: UUID) -> Response:
        query = DeliveriesShape.read(request.query_params)
        return _deliveries_page(self.deliveries_of_tenant().filter(endpoint=self.endpoint(endpoint_id)), query)

    @extend_schema(
        operation_id="webhooks_deliveries",
        summary="What was and will be sent to all addresses",
        description="With those of imports that have a `webhook_url` of their own.",
        parameters=[AllDeliveriesShape],
        responses={200: page_shape("DeliveryPage", DeliverySerializer), **errors(400)},
        examples=page_example("A page", DELIVERY),
    )
    @action(detail=False, methods=["get"])
    @in_tenant_scope
    def deliveries(self, request: ApiRequest) -> Response:
        query = AllDeliveriesShape.read(request.query_params)
        found = self.deliveries_of_tenant()
        if import_id := query.get("import_id"):
            if not ImportJob.objects.for_tenant(request.tenant).filter(pk=import_id).exists():
                raise Invalid("unknown_import", f"There is no import {import_id}.", field="import_id")
            found = found.filter(job_id=import_id)
        return _deliveries_page(found, query)

    @extend_schema(
        operation_id="webhooks_resend",
        summary="Send a delivery again, now",
        description="Under the same `webhook-id`; the schedule of tries begins anew.",
        request=None,
        responses={202: DeliverySerializer, **errors(404, 409)},
        examples=example("A delivery", {**DELIVERY, "attempts": 0}, 202),
    )
    @action(detail=False, methods=["post"], url_path="deliveries/<uuid:delivery_id>/resend")
    @in_tenant_scope
    def resend(self, request: ApiRequest, delivery_id: UUID) -> Response:
        delivery = get_object_or_404(self.deliveries_of_tenant(), pk=delivery_id)
        endpoints.resend(delivery)
        return Response(DeliverySerializer(delivery).data, status=202)

    @extend_schema(
        operation_id="webhooks_secret",
        summary="The secret that signs your webhooks",
        description="Made when it is first asked for.",
        responses={200: SecretSerializer, **errors()},
        examples=example("A secret", SECRET),
    )
    @action(detail=False, methods=["get"])
    @in_tenant_scope
    def secret(self, request: ApiRequest) -> Response:
        try:
            return _secret_answer(signing.secrets_of(request.tenant))
        except CannotDecrypt as error:
            raise Unavailable(
                "secret_unreadable",
                "The secret cannot be read on our side, and signs nothing. Replace it to get one that does.",
            ) from error

    @extend_schema(
        operation_id="webhooks_rotate_secret",
        summary="Replace the secret",
        description="For 24 hours webhooks carry two signatures, of the new secret and of the one it replaces. "
        "Replaced again within that time, the older of the two ends at once.",
        request=None,
        responses={200: SecretSerializer, **errors()},
        examples=example("A secret", {**SECRET, "previous_until": "2026-11-25T12:00:00Z"}),
    )
    @action(detail=False, methods=["post"], url_path="secret/rotate")
    @in_tenant_scope
    def rotate_secret(self, request: ApiRequest) -> Response:
        return _secret_answer(signing.rotate(request.tenant))

    def endpoint(self, endpoint_id: UUID) -> WebhookEndpoint:
        """Return an address of the request's tenant; another tenant's is not found."""
        return get_object_or_404(WebhookEndpoint.objects.filter(tenant=self.request.tenant), pk=endpoint_id)

    def deliveries_of_tenant(self) -> QuerySet[WebhookDelivery]:
        found = WebhookDelivery.objects.filter(tenant=self.request.tenant)
        # The payload may be large, and is shown nowhere.
        return found.select_related("endpoint").defer("body").order_by("-id")


def _deliveries_page(found: QuerySet[WebhookDelivery], query: dict[str, Any]) -> Response:
    if status := query.get("status"):
        found = found.filter(status=status)
    start = offset_of(query)
    page = found[start : start + query["limit"]]
    return page_of([*DeliverySerializer(page, many=True).data], query, total=found.count())


def _secret_answer(secrets: signing.SigningSecrets) -> Response:
    return Response(SecretSerializer(secrets).data, headers={"Cache-Control": "no-store"})
