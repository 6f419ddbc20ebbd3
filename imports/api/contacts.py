"""/v1/contacts, with what imports know of contacts: which made or changed them, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from contacts.api import contacts
from contacts.api.serializers import AnyValue, ContactPageShape, ContactsShape
from contacts.models import ContactQuerySet
from imports import provenance
from irisx.accounts.authentication import ApiRequest, in_tenant_scope
from irisx.api import offset_of, page_of
from irisx.api_requests import PageShape
from irisx.api_schema import answer, page, page_shape


class ContactsOfImportShape(ContactsShape):
    import_id = serializers.UUIDField(required=False, default=None, help_text="Made or changed by this import.")


class ChangeShape(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="One of the six that everybody has, or a key of `attributes`.")
    before = AnyValue(allow_null=True, help_text="null: nothing was known.")
    after = AnyValue(allow_null=True)


class HistoryEventShape(serializers.Serializer[Any]):
    import_id = serializers.UUIDField()
    action = serializers.ChoiceField(["created", "updated"])
    source_type = serializers.CharField(allow_null=True)
    filename = serializers.CharField(allow_null=True)
    user = serializers.CharField(allow_null=True, help_text="Who started it: an e-mail address.")
    started_at = serializers.DateTimeField(allow_null=True)
    changes = ChangeShape(many=True)


EVENT: dict[str, Any] = {
    "import_id": "01943c2e-6f3a-7c10-8d4e-3a5b6c7d8e9f",
    "action": "updated",
    "source_type": "csv",
    "filename": "q4-leads.csv",
    "user": "ana@acme.example",
    "started_at": "2026-11-24T12:00:00Z",
    "changes": [{"field": "city", "before": "Oslo", "after": "Bergen"}],
}


PAGE: dict[str, Any] = {
    "results": [contacts.CONTACT],
    "page": 1,
    "limit": 20,
    "total": 10_000,
    "total_is_exact": False,
    "next_cursor": contacts.CONTACT["id"],
}


class ContactViewSet(contacts.ContactViewSet):
    query_shape = ContactsOfImportShape

    @extend_schema(
        operation_id="contacts_list",
        summary="Contacts, newest first",
        description="`search` finds contacts by the beginning of first, last or full name, e-mail address or phone "
        "number. `cursor=` begins with the newest and each `next_cursor` goes on, so that contacts that come meanwhile "
        "move nothing; or turn pages with `page`. `total` is exact to 10,000.",
        parameters=[ContactsOfImportShape],
        responses={200: ContactPageShape},
        examples=answer("A page", PAGE),
    )
    def list(self, request: ApiRequest) -> Response:
        answered: Response = super().list(request)
        return answered

    def found(self, query: dict[str, Any]) -> Sequence[ContactQuerySet]:
        found = super().found(query)
        if query["import_id"]:
            (contacts,) = found
            return provenance.touched_by_import(contacts, self.request.tenant, query["import_id"])
        return found

    @extend_schema(
        operation_id="contacts_history",
        summary="Which import made a contact, and what others changed",
        description="Newest first. Of an import that was deleted, only what it did is known.",
        parameters=[PageShape],
        responses={200: page_shape("ContactHistoryPage", HistoryEventShape)},
        examples=page("A page", EVENT),
    )
    @action(detail=True)
    @in_tenant_scope
    def history(self, request: ApiRequest, contact_id: UUID) -> Response:
        contact = self.contact(contact_id)
        query = PageShape.read(request.query_params)
        events = provenance.events_of(contact)
        start = offset_of(query)
        shown = events[start : start + query["limit"]]
        return page_of([_as_json(event) for event in shown], query, total=len(events))


def _as_json(event: provenance.Event) -> dict[str, Any]:
    """Return what one import did; of a deleted import, without what it was."""
    job = event.job
    return {
        "import_id": str(event.job_id),
        "action": "created" if event.is_creation else "updated",
        "source_type": job.source_type if job else None,
        "filename": job.filename if job else None,
        "user": job.user.email if job and job.user else None,
        "started_at": job.started_at if job else None,
        "changes": [change._asdict() for change in event.changes],
    }
