"""What is stored of webhooks: addresses, what is on its way to them, and the secret that signs it."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from yarl import URL

from irisx.accounts.models import Tenant
from irisx.encryption import EncryptedField
from irisx.ids import uuid7


class WebhookEvent(models.TextChoices):
    """What is told of an import. On the way each is called import.<event>."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CORRECTED = "corrected"
    HELD = "held"  # a recurring import waits for a person


TEST = "test"
"""What a delivery has in place of an event that somebody sent to try an address. Nobody can subscribe to it."""


class WebhookEndpoint(models.Model):
    """An address that a tenant gave, to be told of all its imports."""

    class DisabledReason(models.TextChoices):
        GONE = "gone", "it answered 410 Gone"
        FAILING = "failing", "it failed for three days"
        BY_USER = "by_user", "somebody switched it off"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    url = models.CharField(max_length=1000)
    events = ArrayField(models.TextField())  # of WebhookEvent
    # "": it is enabled.
    disabled_reason = models.CharField(max_length=20, choices=DisabledReason, blank=True, db_default="", default="")
    # When it failed first since it last took something; null while it works.
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "webhook_endpoints"
        indexes = [models.Index(fields=["tenant", "id"], name="webhook_endpoints_of_tenant")]

    def __str__(self) -> str:
        return self.host

    @property
    def is_enabled(self) -> bool:
        return not self.disabled_reason

    @property
    def host(self) -> str:
        """The part of the address that holds no secret."""
        return URL(self.url).host or ""


class WebhookDelivery(models.Model):
    """One event on its way to one address: what is sent, how often it was tried, and what became of it.

    Written in the transaction of what it tells of. Its id is the `webhook-id` of every try.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    # None: the job's own webhook_url, kept in `url`.
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, null=True, related_name="deliveries", db_index=False)
    url = models.CharField(max_length=1000, db_default="", default="")
    # Who shares it takes turns: the endpoint's id, or one made of tenant and host of the job's own address.
    lane = models.UUIDField()
    # A plain id: a deleted job's deliveries go on, and are purged by themselves. null: a test, which is about no job.
    job_id = models.UUIDField(null=True)
    event = models.CharField(max_length=20, choices=[*WebhookEvent.choices, (TEST, "Test")])
    # The bytes that are signed and sent, as they were at the event.
    body = models.TextField()

    status = models.CharField(max_length=10, choices=Status, db_default=Status.WAITING, default=Status.WAITING)
    # waiting: when it is tried next. sending: when it counts as lost with its worker, and is due again. Else null.
    due_at = models.DateTimeField(null=True)
    # Tries begun so far. Who sends may note the outcome only while this is what it was when the try began.
    attempts = models.IntegerField(db_default=0, default=0)
    last_attempt_at = models.DateTimeField(null=True)
    # Of the last try: the answer's status and beginning; "" and null if there was no answer.
    response_status = models.IntegerField(null=True)
    response_body = models.TextField(db_default="", default="")
    # Why the last try failed, in a sentence; "" if it did not.
    error = models.TextField(db_default="", default="")
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "sending"], due_at__isnull=False, finished_at=None)
                | Q(status__in=["delivered", "failed"], due_at=None, finished_at__isnull=False),
                name="webhook_deliveries_open_or_finished",
            ),
            models.CheckConstraint(
                condition=Q(endpoint__isnull=False, url="") | (Q(endpoint=None) & ~Q(url="")),
                name="webhook_deliveries_one_address",
            ),
        ]
        indexes = [
            # Whose turn it is: due.sql hops from lane to lane along it, however many wait in each.
            models.Index(
                fields=["tenant", "lane", "due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="webhook_deliveries_due",
            ),
            models.Index(fields=["tenant", "lane"], condition=Q(status="sending"), name="webhook_deliveries_sending"),
            # Lists: of the tenant, of an endpoint, of an import.
            models.Index(fields=["tenant", "-id"], name="webhook_deliveries_newest"),
            # Without the tenant in front: where an endpoint is deleted, Django and the foreign key ask by it alone.
            models.Index(
                fields=["endpoint", "-id"], condition=Q(endpoint__isnull=False), name="webhook_deliveries_endpoint"
            ),
            models.Index(fields=["tenant", "job_id"], name="webhook_deliveries_job"),
        ]

    @property
    def is_test(self) -> bool:
        """Whether somebody tries the address with it."""
        return self.event == TEST

    @property
    def type(self) -> str:
        """What the message says that it is."""
        return "webhook.test" if self.is_test else f"import.{self.event}"

    @property
    def address(self) -> str:
        """Where it goes now: an endpoint's address may have been corrected since. A query, unless it is loaded."""
        return self.endpoint.url if self.endpoint else self.url


def lane_of(tenant_id: int, url: str) -> UUID:
    """Return the lane of a job's own address: one for each host of a tenant, as the rest of it may name the job."""
    return uuid5(NAMESPACE_URL, f"{tenant_id} {URL(url).origin()}")


class WebhookSecret(models.Model):
    """What signs a tenant's webhooks, and the one before it, which goes on signing for a while."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True)
    secret = EncryptedField()
    previous_secret = EncryptedField(db_default="", default="")
    # Until when the previous one signs, too; null if there is none.
    previous_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhook_secrets"
