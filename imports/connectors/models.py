"""What is stored of the access that people gave to what they keep elsewhere. Tokens are encrypted."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models

from irisx.accounts.models import Tenant, User
from irisx.encryption import EncryptedField
from irisx.ids import uuid7


class GoogleConnection(models.Model):
    """One person's consent that we read their sheets, for one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="google_connections")
    access_token = EncryptedField()
    refresh_token = EncryptedField()
    # Of the access token.
    expires_at = models.DateTimeField()
    # Google takes the refresh token no more. It is not asked again before somebody connects anew.
    needs_reconnect = models.BooleanField(db_default=False, default=False)
    # Who renews the access token has set it; until then the others wait for the outcome.
    renewing_until = models.DateTimeField(null=True)
    # When consent was given last.
    connected_at = models.DateTimeField(db_default=TransactionNow())
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "google_oauth_tokens"
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="google_oauth_tokens_once")]


class GoogleAuthorization(models.Model):
    """A consent that was asked for: who for, and what has to come back with it. Good for one answer within minutes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    # JSON: what social-core keeps from the start of the exchange to its end, the PKCE verifier among it.
    exchange = EncryptedField()
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    # Null: no answer was taken yet.
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "google_authorizations"
        indexes = [
            models.Index(fields=["tenant", "user"], name="google_authorizations_of_user"),
            models.Index(fields=["created_at"], name="google_authorizations_age"),  # for the purge, of all tenants
        ]


class GoogleRevocation(models.Model):
    """A token that Google has still to be told to forget: its connection is gone here already."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    token = EncryptedField()
    created_at = models.DateTimeField(db_default=TransactionNow(), editable=False)

    class Meta:
        db_table = "google_revocations"
        indexes = [models.Index(fields=["tenant"], name="google_revocations_of_tenant")]


class AirtableConnection(models.Model):
    """One person's access token for their bases at Airtable, for one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    token = EncryptedField()
    # Airtable takes the token no more.
    needs_reconnect = models.BooleanField(db_default=False, default=False)
    connected_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "airtable_connections"
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="airtable_connections_once")]
