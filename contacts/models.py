"""What is kept: contacts, the lists they are on, and the fields that tenants add."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models.functions import Cast

from contacts import fields
from irisx.accounts.models import Tenant
from irisx.ids import uuid7

TENANT_KEY = Cast("tenant_id", models.BigIntegerField())
"""The tenant as the index `contacts_newest` has it, and no other index."""


class ContactQuerySet(models.QuerySet["Contact"]):
    def for_tenant(self, tenant: Tenant) -> ContactQuerySet:
        """Return the tenant's contacts. Said twice, the second time as the index for lists and pages has it."""
        return self.alias(tenant_key=TENANT_KEY).filter(tenant=tenant, tenant_key=tenant.pk)

    def newest_first(self) -> ContactQuerySet:
        """Order by id, which rises with time: one index serves listing and paging."""
        return self.order_by("-id")


class Contact(models.Model):
    """A person one tenant knows. Two tenants may hold the same person twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    first_name = models.CharField(max_length=200, blank=True, db_default="", default="")
    last_name = models.CharField(max_length=200, blank=True, db_default="", default="")
    # As normalize_email() returns it; "" if unknown.
    email = models.CharField(max_length=254, blank=True, db_default="", default="")
    # E.164; "" if unknown.
    phone = models.CharField(max_length=20, blank=True, db_default="", default="")
    company = models.CharField(max_length=200, blank=True, db_default="", default="")
    title = models.CharField(max_length=200, blank=True, db_default="", default="")
    # Key of a well-known attribute or custom field → its value in normal form. No key: unknown.
    attributes = models.JSONField(db_default={}, default=dict, blank=True)
    # The import that made the contact, and the last that changed it. Plain ids: imports come and go, contacts stay.
    import_job_id = models.UUIDField(null=True, blank=True, editable=False)
    last_job_id = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    updated_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        db_table = "contacts"
        indexes = [
            # Every index costs each imported row; each says here what it is for.
            # Lists and pages, newest first. On an expression, so that only for_tenant() can mean it: of a tenant that
            # the statistics do not know yet, PostgreSQL would take it for the look-up of keys, too, and read all of
            # the tenant's contacts for each chunk.
            models.Index(TENANT_KEY, "id", name="contacts_newest"),
            # Matching, and search by prefix. Not unique: "create_new" may store an address twice.
            # The engine's statements repeat the condition, or the planner would not use the index.
            models.Index(
                fields=["tenant", "email"],
                opclasses=["int4_ops", "text_pattern_ops"],
                condition=~models.Q(email=""),
                name="contacts_email",
            ),
            models.Index(
                fields=["tenant", "phone"],
                opclasses=["int4_ops", "text_pattern_ops"],
                condition=~models.Q(phone=""),
                name="contacts_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def value(self, key: str) -> object:
        """Return what is stored for a field key, "" if nothing is."""
        field = fields.BY_KEY.get(key)
        if field is not None and field.is_column:
            return getattr(self, key)
        return self.attributes.get(key.removeprefix(fields.CUSTOM_PREFIX), "")


class ContactList(models.Model):
    """A named set of contacts of one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "contact_lists"
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="contact_lists_name_once")]

    def __str__(self) -> str:
        return self.name


class ContactListMember(models.Model):
    """That a contact is on a list, and which import put it there."""

    pk = models.CompositePrimaryKey("tenant_id", "contact_list_id", "contact_id")
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    contact_list = models.ForeignKey(ContactList, models.CASCADE, related_name="memberships", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")
    import_job_id = models.UUIDField(null=True, editable=False)

    class Meta:
        db_table = "contact_list_members"


class CustomField(models.Model):
    """A field that a tenant added to the well-known ones of contacts/fields.py."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    key = models.CharField(max_length=63)
    label = models.CharField(max_length=200)
    type = models.CharField(
        max_length=20,
        choices=[(kind.value, kind.value) for kind in fields.CUSTOM_TYPES],
        db_default=fields.FieldType.TEXT.value,
        default=fields.FieldType.TEXT.value,
    )
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "custom_fields"
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="custom_fields_key_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def field(self) -> fields.Field:
        return fields.custom_field(self.key, self.label, fields.FieldType(self.type))
