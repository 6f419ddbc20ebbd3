"""What changes contacts and what belongs to them, outside of imports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from contacts import fields
from contacts.models import Contact, ContactList, ContactListMember, CustomField
from imports.engine.errors import InvalidValue
from imports.engine.normalize import normalize, split_full_name
from irisx.accounts.models import Tenant
from irisx.accounts.tenancy import lock_tenant, tenant_scope
from irisx.ids import uuid7
from irisx.refusals import Conflict, Invalid, NotFound

# The normal form -----------------------------------------------------------------------------------------------------


class NormalValues(NamedTuple):
    """Values of a contact as every door stores them. "" is a blank."""

    columns: dict[str, str]  # those of the six columns that were named
    attributes: dict[str, Any]  # attribute key, without "custom:" → value


def normal_values(tenant: Tenant, texts: Mapping[str, str], *, country: str = "") -> NormalValues:
    """Bring texts (field key → text, "" for none) to the form in which an import of the same cells stores them.

    `country` (alpha-2) is where a phone number without a country code belongs, unless the texts name a country; "" is
    the tenant's. Call inside the tenant's scope. Raises Invalid("unknown_field") or ("invalid_value") with the `field`.
    """
    known = fields_of(tenant)
    country = _read(known["country"], texts.get("country", ""), "") or country or tenant.default_country
    values: dict[str, Any] = {}
    for key, text in texts.items():
        field = known.get(key)
        if field is None or field.type is fields.FieldType.ID:
            raise unknown_field(key)
        values[key] = _read(field, text, country)
    if full_name := values.pop("full_name", ""):
        for key, part in zip(("first_name", "last_name"), split_full_name(full_name), strict=True):
            values[key] = values.get(key) or _read(known[key], part, country)
    return NormalValues(
        {key: value for key, value in values.items() if known[key].is_column},
        {known[key].attribute: value for key, value in values.items() if not known[key].is_column},
    )


def _read(field: fields.Field, text: str, country: str) -> Any:
    try:
        return normalize(field, text, country=country)
    except InvalidValue as error:
        raise Invalid("invalid_value", error.message, field=field.key) from error


def unknown_field(key: str) -> Invalid:
    """Return the refusal of a field key that the tenant does not have."""
    return Invalid("unknown_field", f"There is no field “{key[:100]}”. Choose one of your fields.", field=key[:100])


# Contacts ------------------------------------------------------------------------------------------------------------


def create_contact(
    tenant: Tenant, texts: Mapping[str, str], *, list_ids: Collection[UUID] = (), allow_duplicate: bool = False
) -> Contact:
    """Store a contact of texts (field key → text) and return it.

    Raises Invalid for what cannot be stored, and Conflict("duplicate_contact") with the `contact_id` of the oldest
    contact that has its e-mail address or phone number, unless `allow_duplicate`.
    """
    with tenant_scope(tenant):
        columns, attributes = normal_values(tenant, texts)
        lock_tenant(tenant)
        _check_lists(tenant, list_ids)
        _check_contact_point(columns)
        if not allow_duplicate:
            _check_duplicate(tenant, columns)
        # The id after the lock: ids rise in the order in which contacts are stored.
        contact = Contact(id=uuid7(), tenant=tenant, **columns)
        contact.attributes = {key: value for key, value in attributes.items() if value != ""}
        contact.save(force_insert=True)
        _set_lists(contact, list_ids)
        contact.refresh_from_db()
        return contact


def update_contact(
    contact: Contact,
    texts: Mapping[str, str],
    *,
    list_ids: Collection[UUID] | None = None,
    allow_duplicate: bool = False,
) -> Contact:
    """Change what the texts (field key → text, "" clears) name, and return the contact as it is then.

    `list_ids`, if given, become the lists that it is on. Raises as create_contact() does, and NotFound if the contact
    was deleted meanwhile. A duplicate is refused where the e-mail address or phone number changes to another contact's.
    """
    tenant = contact.tenant
    with tenant_scope(tenant):
        lock_tenant(tenant)
        _check_lists(tenant, list_ids or ())
        stored = Contact.objects.for_tenant(tenant).select_for_update(no_key=True).filter(pk=contact.pk).first()
        if stored is None:
            raise NotFound("not_found", "This contact was deleted meanwhile.")
        # Also of a field that was deleted since, whose values are still there.
        cleared = {key for key, text in texts.items() if text == "" and key in stored.attributes}
        columns, attributes = normal_values(
            tenant,
            {key: text for key, text in texts.items() if key not in cleared},
            country=stored.attributes.get("country", ""),
        )
        changed = {key: value for key, value in columns.items() if value != getattr(stored, key)}
        attributes = {**stored.attributes, **attributes, **dict.fromkeys(cleared, "")}
        kept = {key: value for key, value in attributes.items() if value != ""}
        if changed.keys() & {"email", "phone"}:
            _check_contact_point({"email": stored.email, "phone": stored.phone, **changed})
            if not allow_duplicate:
                _check_duplicate(tenant, changed, apart_from=stored)
        if changed or kept != stored.attributes:
            for key, value in changed.items():
                setattr(stored, key, value)
            stored.attributes = kept
            # Never back, whatever the clock of this machine: imports tell by it whom they have changed already.
            stored.updated_at = max(timezone.now(), stored.updated_at)
            stored.save(update_fields=[*changed, "attributes", "updated_at"])
        if list_ids is not None:
            _set_lists(stored, list_ids)
        return stored


def delete_contact(contact: Contact) -> None:
    """Delete a contact for good. What imports did to it stays in their history."""
    with tenant_scope(contact.tenant_id):
        lock_tenant(contact.tenant_id)
        Contact.objects.filter(tenant_id=contact.tenant_id, pk=contact.pk).delete()


def _check_contact_point(columns: Mapping[str, str]) -> None:
    if not columns.get("email") and not columns.get("phone"):
        raise Invalid("no_contact_point", "A contact needs an e-mail address or a phone number. Enter at least one.")


def _check_duplicate(tenant: Tenant, columns: Mapping[str, str], *, apart_from: Contact | None = None) -> None:
    """Raise Conflict if another contact has the e-mail address, or else the phone number."""
    for key, words in (("email", "e-mail address"), ("phone", "phone number")):
        value = columns.get(key)
        if not value:
            continue
        # The condition twice, or the planner would not use the partial index.
        others = Contact.objects.filter(tenant=tenant, **{key: value}).exclude(**{key: ""})
        if apart_from is not None:
            others = others.exclude(pk=apart_from.pk)
        found = others.order_by("created_at", "id").values_list("pk", flat=True).first()
        if found is not None:
            raise Conflict(
                "duplicate_contact",
                f"There is a contact with the {words} {value} already. Change it, or say “allow_duplicate”: true.",
                contact_id=str(found),
                field=key,
            )


# Lists ---------------------------------------------------------------------------------------------------------------


def list_of(tenant: Tenant, list_id: UUID) -> ContactList:
    """Return one of the tenant's contact lists. Raises Invalid("unknown_list") for another tenant's, too."""
    found = ContactList.objects.filter(tenant=tenant, pk=list_id).first()
    if found is None:
        raise unknown_list(list_id)
    return found


def unknown_list(list_id: UUID) -> Invalid:
    """Return the refusal of a contact list that the tenant does not have."""
    return Invalid("unknown_list", f"There is no contact list {list_id}. Choose one of your lists.", field="list_id")


def list_named(tenant: Tenant, name: str) -> ContactList:
    """Return the tenant's contact list of that name, made if it is new."""
    return ContactList.objects.get_or_create(tenant=tenant, name=name.strip()[:200])[0]


def create_list(tenant: Tenant, name: str) -> ContactList:
    """Make an empty contact list. Raises Conflict("list_exists") if one is called so already."""
    with _named_once(name), tenant_scope(tenant):
        made = ContactList.objects.create(tenant=tenant, name=name)
        made.refresh_from_db()
        return made


def rename_list(contact_list: ContactList, name: str) -> None:
    """Call a contact list so. Raises Conflict("list_exists") if another is."""
    with _named_once(name), tenant_scope(contact_list.tenant_id):
        contact_list.name = name
        contact_list.save(update_fields=["name"])


@contextmanager
def _named_once(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "contact_lists_name_once" not in str(error):
            raise
        message = f"There is a contact list “{name}” already. Take another name."
        raise Conflict("list_exists", message, field="name") from error


def delete_list(contact_list: ContactList) -> None:
    """Delete a contact list; its contacts stay."""
    with tenant_scope(contact_list.tenant_id):
        # An import may be adding members this moment: who waits here deletes them, too.
        lock_tenant(contact_list.tenant_id)
        ContactList.objects.filter(tenant_id=contact_list.tenant_id, pk=contact_list.pk).delete()


def add_members(contact_list: ContactList, contact_ids: Collection[UUID]) -> None:
    """Put contacts on a list; who is on it already stays so.

    Raises NotFound if the list was deleted meanwhile, and Invalid("unknown_contact"), changing nothing, for an id
    that is none of the tenant's contacts.
    """
    tenant_id = contact_list.tenant_id
    with tenant_scope(tenant_id):
        lock_tenant(tenant_id)
        if not ContactList.objects.filter(tenant_id=tenant_id, pk=contact_list.pk).exists():
            raise NotFound("not_found", "This contact list was deleted meanwhile.")
        _check_contacts(tenant_id, contact_ids)
        ContactListMember.objects.bulk_create(
            [
                ContactListMember(tenant_id=tenant_id, contact_list=contact_list, contact_id=contact_id)
                for contact_id in sorted({*contact_ids})
            ],
            ignore_conflicts=True,
        )


def remove_members(contact_list: ContactList, contact_ids: Collection[UUID]) -> None:
    """Take contacts off a list; they stay contacts. Those that are not on it are passed over.

    Raises Invalid("unknown_contact"), changing nothing, for an id that is none of the tenant's contacts.
    """
    tenant_id = contact_list.tenant_id
    with tenant_scope(tenant_id):
        lock_tenant(tenant_id)
        _check_contacts(tenant_id, contact_ids)
        ContactListMember.objects.filter(
            tenant_id=tenant_id, contact_list=contact_list, contact_id__in=contact_ids
        ).delete()


def _check_contacts(tenant_id: int, contact_ids: Collection[UUID]) -> None:
    known = Contact.objects.filter(tenant_id=tenant_id, pk__in=contact_ids).values_list("pk", flat=True)
    for unknown in sorted({*contact_ids}.difference(known)):
        raise Invalid("unknown_contact", f"There is no contact {unknown}. Nothing was changed.", field="contact_ids")


def _check_lists(tenant: Tenant, list_ids: Collection[UUID]) -> None:
    known = ContactList.objects.filter(tenant=tenant, pk__in=list_ids).values_list("pk", flat=True)
    for unknown in sorted({*list_ids}.difference(known)):
        raise unknown_list(unknown)


def _set_lists(contact: Contact, list_ids: Collection[UUID]) -> None:
    """Have the contact on these lists and no other. Who put it on one before stays noted."""
    memberships = ContactListMember.objects.filter(tenant_id=contact.tenant_id, contact=contact)
    memberships.exclude(contact_list__in=list_ids).delete()
    ContactListMember.objects.bulk_create(
        [
            ContactListMember(tenant_id=contact.tenant_id, contact_list_id=list_id, contact=contact)
            for list_id in sorted({*list_ids})
        ],
        ignore_conflicts=True,
    )


# Fields --------------------------------------------------------------------------------------------------------------


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


def create_custom_field(
    tenant: Tenant, *, label: str, kind: fields.FieldType = fields.FieldType.TEXT, key: str = ""
) -> fields.Field:
    """Add a field of the tenant's own, its key made of the label unless one is given (without "custom:").

    Raises Conflict("field_exists") if a field has that label or key already, and Invalid for a key that none can have.
    """
    with tenant_scope(tenant):
        known = fields_of(tenant)
        _check_label(label, known)
        taken = {field.attribute for field in known.values()}
        if key in taken:
            raise Conflict("field_exists", f"There is a field of the key “{key}” already.", field="key")
        if key and not fields.is_custom_key(key):
            raise Invalid("invalid_value", "A key is made of up to 63 small letters, digits and _.", field="key")
        made, is_new = CustomField.objects.get_or_create(
            tenant=tenant, key=key or fields.custom_key(label, taken), defaults={"label": label, "type": kind}
        )
        if not is_new:  # somebody else made it this moment
            raise Conflict("field_exists", f"There is a field of the key “{made.key}” already.", field="key")
        return made.field


def update_custom_field(
    custom_field: CustomField, *, label: str | None = None, kind: fields.FieldType | None = None
) -> None:
    """Change label or type of a tenant's own field.

    Raises Conflict("field_exists") if another field has the label, and Conflict("field_in_use") for another type while
    contacts have values of the old one: they would come back from an export as something else.
    """
    tenant = custom_field.tenant
    with tenant_scope(tenant):
        if label is not None and label != custom_field.label:
            others = {key: field for key, field in fields_of(tenant).items() if key != custom_field.field.key}
            _check_label(label, others)
            custom_field.label = label
        if kind is not None and kind != custom_field.type:
            lock_tenant(tenant)
            if Contact.objects.filter(tenant=tenant, attributes__has_key=custom_field.key).exists():
                raise Conflict(
                    "field_in_use",
                    f"Contacts have values in “{custom_field.label}”, so it stays as it is. Add another field instead.",
                    field="type",
                )
            custom_field.type = kind
        custom_field.save(update_fields=["label", "type"])


def delete_custom_field(custom_field: CustomField) -> None:
    """Take a field away from mappings, forms and exports. Values stay with their contacts until somebody clears them.

    Running through all of a tenant's contacts would hold up its imports for minutes; and who makes a field of the same
    key again has the values back.
    """
    with tenant_scope(custom_field.tenant_id):
        CustomField.objects.filter(tenant_id=custom_field.tenant_id, pk=custom_field.pk).delete()


def _check_label(label: str, known: Mapping[str, fields.Field]) -> None:
    if label.casefold() in {field.label.casefold() for field in known.values()}:
        raise Conflict(
            "field_exists", f"There is a field “{label}” already. Choose it, or take another name.", field="label"
        )
