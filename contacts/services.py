"""What changes contacts and what belongs to them, outside of imports."""

from __future__ import annotations

from uuid import UUID

from contacts import fields
from contacts.models import ContactList, CustomField
from irisx.accounts.models import Tenant
from irisx.refusals import Conflict, Invalid


def fields_of(tenant: Tenant) -> dict[str, fields.Field]:
    """Return everything a column can be mapped to for this tenant, by field key: well-known first, then its own."""
    custom = CustomField.objects.filter(tenant=tenant).order_by("label", "key")
    return {**fields.BY_KEY, **{field.key: field for field in (own.field for own in custom)}}


def add_custom_fields(tenant: Tenant, labels: dict[str, str]) -> None:
    """Make text fields of those keys (without "custom:") that the tenant does not have yet: key → label."""
    CustomField.objects.bulk_create(
        [CustomField(tenant=tenant, key=key, label=label[:200]) for key, label in labels.items()],
        ignore_conflicts=True,
    )


def create_custom_field(tenant: Tenant, *, label: str, kind: fields.FieldType) -> fields.Field:
    """Add a field of the tenant's own, its key made of the label. Raises Conflict if a field is called so already."""
    known = fields_of(tenant)
    if label.casefold() in {field.label.casefold() for field in known.values()}:
        raise Conflict(
            "field_exists", f"There is a field “{label}” already. Choose it, or take another name.", field="label"
        )
    taken = [key.removeprefix(fields.CUSTOM_PREFIX) for key in known]
    return CustomField.objects.create(tenant=tenant, key=fields.custom_key(label, taken), label=label, type=kind).field


def list_of(tenant: Tenant, list_id: UUID) -> ContactList:
    """Return one of the tenant's contact lists. Raises Invalid("unknown_list") for another tenant's, too."""
    found = ContactList.objects.filter(tenant=tenant, pk=list_id).first()
    if found is None:
        raise Invalid("unknown_list", f"There is no contact list {list_id}. Choose one of your lists.", field="list_id")
    return found


def list_named(tenant: Tenant, name: str) -> ContactList:
    """Return the tenant's contact list of that name, made if it is new."""
    return ContactList.objects.get_or_create(tenant=tenant, name=name.strip()[:200])[0]
