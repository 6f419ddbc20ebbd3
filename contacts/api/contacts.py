"""/v1/contacts: contacts, found, made, changed and deleted by programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from contacts import search, services
from contacts.api.serializers import ContactSerializer, ContactShape, ContactsShape, texts_of
from contacts.models import Contact, ContactQuerySet
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import TenantViewSet, offset_of
from irisx.api_schema import answer, body
from irisx.refusals import Invalid

CONTACT: dict[str, Any] = {
    "id": "01943c2e-9d8c-7b3a-8e1f-0f1e2d3c4b5a",
    "first_name": "Maya",
    "last_name": "Hollister",
    "email": "maya@example.com",
    "phone": "+12125550143",
    "company": "Harborlight Logistics",
    "title": "",
    "attributes": {"city": "Austin", "country": "US", "tags": ["vip", "fair"], "plan": "Pro"},
    "lists": ["01943c2f-1111-7d22-9e8f-1a2b3c4d5e6f"],
    "import_id": "01943c2e-6f3a-7c10-8d4e-3a5b6c7d8e9f",
    "created_at": "2026-11-24T12:00:00Z",
    "updated_at": "2026-11-24T12:00:00Z",
}


class ContactViewSet(TenantViewSet):
    lookup_url_kwarg = "contact_id"
    lookup_value_converter = "uuid"
    query_shape: ClassVar[type[ContactsShape]] = ContactsShape

    @in_tenant_scope
    def list(self, request: ApiRequest) -> Response:
        query = self.query_shape.read(request.query_params)
        cursor = query["cursor"]
        page = search.page_of(
            self.found(query),
            request.tenant,
            search=query["search"],
            after=_contact_of(cursor) if cursor else None,
            offset=0 if cursor is not None else offset_of(query),
            limit=query["limit"],
        )
        prefetch_related_objects(page.contacts, "memberships")
        return Response(
            {
                "results": ContactSerializer(page.contacts, many=True).data,
                "page": query["page"] if cursor is None else None,
                "limit": query["limit"],
                "total": page.total,
                "total_is_exact": page.is_counted,
                "next_cursor": str(page.contacts[-1].pk) if page.has_more else None,
            }
        )

    @extend_schema(
        operation_id="contacts_create",
        summary="Store a contact",
        description="Values are brought to the form in which an import stores them. A contact whose e-mail address or "
        "phone number is there already is refused with 409 `duplicate_contact` and the `contact_id` of the oldest that "
        "has it, unless `allow_duplicate` is true.",
        request=ContactShape,
        responses={201: ContactSerializer},
        examples=[
            *body(
                "A contact",
                {"full_name": "Maya Hollister", "phone": "(212) 555-0143", "attributes": {"tags": ["vip", "fair"]}},
            ),
            *answer("Stored", CONTACT, 201),
        ],
    )
    @in_tenant_scope
    def create(self, request: ApiRequest) -> Response:
        given = ContactShape.read(request.data)
        contact = services.create_contact(
            request.tenant,
            texts_of(given, services.fields_of(request.tenant)),
            list_ids=given.get("lists", ()),
            allow_duplicate=given.get("allow_duplicate", False),
        )
        return Response(ContactSerializer(contact).data, status=201)

    @extend_schema(
        operation_id="contacts_retrieve",
        summary="One contact",
        responses={200: ContactSerializer},
        examples=answer("A contact", CONTACT),
    )
    @in_tenant_scope
    def retrieve(self, request: ApiRequest, contact_id: UUID) -> Response:
        return Response(ContactSerializer(self.contact(contact_id)).data)

    @extend_schema(
        operation_id="contacts_change",
        summary="Change a contact",
        description="What is not named stays as it is; null and an empty text clear. `lists`, where it is named, "
        "becomes all the lists that the contact is on.",
        request=ContactShape(partial=True),
        responses={200: ContactSerializer},
        examples=[
            *body("Another city, and no title", {"title": None, "attributes": {"city": "Austin"}}),
            *answer("Changed", CONTACT),
        ],
    )
    @in_tenant_scope
    def partial_update(self, request: ApiRequest, contact_id: UUID) -> Response:
        contact = self.contact(contact_id)
        given = ContactShape.read_changes(request.data)
        changed = services.update_contact(
            contact,
            texts_of(given, services.fields_of(request.tenant)),
            list_ids=given.get("lists"),
            allow_duplicate=given.get("allow_duplicate", False),
        )
        return Response(ContactSerializer(changed).data)

    @extend_schema(
        operation_id="contacts_delete",
        summary="Delete a contact for good",
        responses={204: None},
    )
    @in_tenant_scope
    def destroy(self, request: ApiRequest, contact_id: UUID) -> Response:
        services.delete_contact(self.contact(contact_id))
        return Response(status=204)

    def contact(self, contact_id: UUID) -> Contact:
        """Return a contact of the request's tenant; another tenant's is not found."""
        return get_object_or_404(Contact.objects.for_tenant(self.request.tenant), pk=contact_id)

    def found(self, query: dict[str, Any]) -> Sequence[ContactQuerySet]:
        """Return the tenant's contacts that the filters of a query let through, but for its search text, in sets."""
        contacts = Contact.objects.for_tenant(self.request.tenant)
        if query["list_id"]:
            contacts = contacts.on_list(services.list_of(self.request.tenant, query["list_id"]))
        return [contacts]


def _contact_of(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise Invalid("invalid_cursor", "Take the cursor from next_cursor as it is.", field="cursor") from error
