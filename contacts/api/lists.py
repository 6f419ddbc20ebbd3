"""/v1/lists: contact lists and who is on them."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from contacts import services
from contacts.api.serializers import ListSerializer, ListShape, MembersShape
from contacts.models import ContactList
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import TenantViewSet, offset_of, page_of
from irisx.api_requests import PageShape
from irisx.api_schema import answer, body, page, page_shape

LIST = {
    "id": "01943c2f-1111-7d22-9e8f-1a2b3c4d5e6f",
    "name": "Fair 2027",
    "contact_count": 2,
    "created_at": "2026-11-24T12:00:00Z",
}
MEMBERS = {"contact_ids": ["01943c2e-9d8c-7b3a-8e1f-0f1e2d3c4b5a"]}


class ListViewSet(TenantViewSet):
    lookup_url_kwarg = "list_id"
    lookup_value_converter = "uuid"

    @extend_schema(
        operation_id="lists_list",
        summary="Contact lists, by name",
        parameters=[PageShape],
        responses={200: page_shape("ListPage", ListSerializer)},
        examples=page("A page", LIST),
    )
    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = PageShape.read(request.query_params)
        lists = ContactList.objects.for_tenant(request.tenant)
        start = offset_of(query)
        shown = lists.counted().order_by("name", "id")[start : start + query["limit"]]
        return page_of([*ListSerializer(shown, many=True).data], query, total=lists.count())

    @extend_schema(
        operation_id="lists_create",
        summary="Make a contact list",
        description="A name that another list has is refused with 409 `list_exists`.",
        request=ListShape,
        responses={201: ListSerializer},
        examples=[*body("A list", {"name": LIST["name"]}), *answer("Made", {**LIST, "contact_count": 0}, 201)],
    )
    @in_tenant_scope
    def create(self, request: ApiRequest) -> Response:
        made = services.create_list(request.tenant, ListShape.read(request.data)["name"])
        return Response(self.shown(made.pk), status=201)

    @extend_schema(
        operation_id="lists_retrieve",
        summary="One contact list",
        description="Who is on it: `GET /v1/contacts?list_id=…`.",
        responses={200: ListSerializer},
        examples=answer("A list", LIST),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, list_id: UUID) -> Response:
        return Response(self.shown(list_id))

    @extend_schema(
        operation_id="lists_rename",
        summary="Rename a contact list",
        request=ListShape,
        responses={200: ListSerializer},
        examples=[*body("Another name", {"name": LIST["name"]}), *answer("Renamed", LIST)],
    )
    @in_tenant_scope
    def partial_update(self, request: ApiRequest, list_id: UUID) -> Response:
        services.rename_list(self.contact_list(list_id), ListShape.read(request.data)["name"])
        return Response(self.shown(list_id))

    @extend_schema(
        operation_id="lists_delete",
        summary="Delete a contact list; its contacts stay",
        responses={204: None},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, list_id: UUID) -> Response:
        services.delete_list(self.contact_list(list_id))
        return Response(status=204)

    @extend_schema(
        operation_id="lists_add_contacts",
        summary="Put contacts on a list",
        description="Who is on it already stays so. With an id that is no contact nobody is added.",
        request=MembersShape,
        responses={200: ListSerializer},
        examples=[*body("Contacts", MEMBERS), *answer("The list", LIST)],
    )
    @action(detail=True, methods=["post"])
    @in_tenant_scope
    def contacts(self, request: ApiRequest, list_id: UUID) -> Response:
        services.add_members(self.contact_list(list_id), MembersShape.read(request.data)["contact_ids"])
        return Response(self.shown(list_id))

    @extend_schema(
        operation_id="lists_remove_contacts",
        summary="Take contacts off a list; they stay contacts",
        description="`contact_ids` may also come as a JSON body. Contacts that are not on the list are passed over.",
        parameters=[MembersShape],
        request=None,
        responses={200: ListSerializer},
        examples=answer("The list", LIST),
    )
    @contacts.mapping.delete
    @in_tenant_scope
    def remove_contacts(self, request: ApiRequest, list_id: UUID) -> Response:
        # Many clients send no body with DELETE.
        given = request.data or request.query_params
        services.remove_members(self.contact_list(list_id), MembersShape.read(given)["contact_ids"])
        return Response(self.shown(list_id))

    def contact_list(self, list_id: UUID) -> ContactList:
        """Return a list of the request's tenant; another tenant's is not found."""
        return get_object_or_404(ContactList.objects.for_tenant(self.request.tenant), pk=list_id)

    def shown(self, list_id: UUID) -> dict[str, object]:
        counted = ContactList.objects.for_tenant(self.request.tenant).counted()
        return {**ListSerializer(get_object_or_404(counted, pk=list_id)).data}
