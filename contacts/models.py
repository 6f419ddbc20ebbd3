"""What is kept: contacts, the lists they are on, and the fields that tenants add."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from contacts import fields
from contacts.name_keys import NameKeys
from irisx.accounts.models import Tenant, User
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

    def on_list(self, contact_list: ContactList) -> ContactQuerySet:
        # The tenant, too, since the index of memberships begins with it.
        return self.filter(memberships__tenant=contact_list.tenant_id, memberships__contact_list=contact_list)


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
            # Search by the beginning of first, last and full name. One inverted index for both names adds a sixth to
            # the CPU time of inserting; two ordinary ones on lower(last_name) and lower(first_name) add half of it.
            GinIndex(NameKeys(), name="contacts_names"),
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


class ContactListQuerySet(models.QuerySet["ContactList"]):
    def for_tenant(self, tenant: Tenant) -> ContactListQuerySet:
        return self.filter(tenant=tenant)

    def counted(self) -> ContactListQuerySet:
        """Add to each list how many contacts are on it, as `contact_count`."""
        members = ContactListMember.objects.filter(tenant=OuterRef("tenant"), contact_list=OuterRef("pk"))
        count = members.order_by().values("contact_list").annotate(count=Count("*")).values("count")
        return self.annotate(contact_count=Coalesce(Subquery(count), 0))


class ContactList(models.Model):
    """A named set of contacts of one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    objects = ContactListQuerySet.as_manager()

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
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="custom_fields_key_once"),
            models.CheckConstraint(condition=models.Q(key__regex=fields.CUSTOM_KEY), name="custom_fields_key_is_plain"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def field(self) -> fields.Field:
        return fields.custom_field(self.key, self.label, fields.FieldType(self.type))


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    def for_tenant(self, tenant: Tenant) -> ExportJobQuerySet:
        return self.filter(tenant=tenant)

    def kept(self) -> ExportJobQuerySet:
        """Leave out those whose time is over, whether they are purged yet or not."""
        return self.filter(created_at__gte=timezone.now() - EXPORTS_KEPT)


EXPORTS_KEPT = timedelta(days=settings.EXPORTS_KEPT_DAYS)


class ExportJob(models.Model):
    """An export that a worker writes to a file, to be fetched later."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        COMPLETED = "completed"
        FAILED = "failed"

    OPEN = (Status.PENDING, Status.PROCESSING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False)
    status = models.CharField(max_length=20, choices=Status, db_default=Status.PENDING, default=Status.PENDING)
    # What was chosen, as contacts.exports.Selection has it. A plain id: the list may be deleted, the export stays.
    format = models.CharField(max_length=10)
    list_id = models.UUIDField(null=True)
    limit = models.IntegerField(null=True)
    fields = ArrayField(models.TextField(), db_default=[], default=list)
    # Columns go out in the order of `fields`, not in the order that programs count on.
    keeps_order = models.BooleanField(db_default=False, default=False)
    # What the contacts begin with ("": anything), and the import that made or changed them.
    search = models.TextField(db_default="", default="")
    import_id = models.UUIDField(null=True)
    # Name in Django's storage; "" until the file is whole.
    file_path = models.CharField(max_length=200, db_default="", default="")
    contact_count = models.IntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    # Workers that took it up; whoever dies of it, dies so often at most.
    attempts = models.IntegerField(db_default=0, default=0)
    # {"code", "error"} once failed.
    error_details = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    completed_at = models.DateTimeField(null=True)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        db_table = "export_jobs"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "processing", "completed", "failed"]),
                name="export_jobs_status_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="completed") | ~models.Q(file_path=""), name="export_jobs_completed_has_file"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="export_jobs_newest"),
            # The look-out for those that no worker has.
            models.Index(
                fields=["tenant", "id"],
                condition=models.Q(status__in=["pending", "processing"]),
                name="export_jobs_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def expires_at(self) -> datetime:
        return self.created_at + EXPORTS_KEPT
