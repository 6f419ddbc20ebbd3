"""The secret of a tenant, and signatures: Standard Webhooks 1.0, "Signature scheme"."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from imports.webhooks.models import WebhookSecret
from irisx.encryption import CannotDecrypt, decrypt, encrypt

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant

PREFIX = "whsec_"
SECRET_BYTES = 32  # the specification asks for 24 to 64


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """What signs now. Never logged or shown but to the tenant."""

    secret: str
    previous: str  # "" if there is none any more
    previous_until: datetime | None

    def __repr__(self) -> str:
        return "SigningSecrets(…)"

    @property
    def valid(self) -> list[str]:
        return [self.secret, self.previous] if self.previous else [self.secret]


def secrets_of(tenant: Tenant | int) -> SigningSecrets:
    """Return a tenant's secrets; its first is made here. Inside the tenant's scope. Raises CannotDecrypt."""
    tenant_id = tenant if isinstance(tenant, int) else tenant.pk
    return opened(stored_of({tenant_id})[tenant_id])


def stored_of(tenant_ids: set[int]) -> dict[int, WebhookSecret]:
    """Return what is stored for each tenant, in one query; who has no secret yet gets one. Inside their scope."""
    stored = WebhookSecret.objects.in_bulk(tenant_ids)
    if missing := tenant_ids - stored.keys():
        # Of two who make the first one, one wins.
        WebhookSecret.objects.bulk_create(
            [WebhookSecret(tenant_id=tenant_id, secret=encrypt(_new_secret())) for tenant_id in sorted(missing)],
            ignore_conflicts=True,
        )
        stored |= WebhookSecret.objects.in_bulk(missing)
    return stored


def opened(stored: WebhookSecret) -> SigningSecrets:
    """Return the secrets that sign now. Raises CannotDecrypt."""
    until = stored.previous_until
    if until is None or until <= timezone.now():
        return SigningSecrets(decrypt(stored.secret), "", None)
    return SigningSecrets(decrypt(stored.secret), decrypt(stored.previous_secret), until)


def rotate(tenant: Tenant) -> SigningSecrets:
    """Give a tenant another secret. The one it replaces goes on signing for a day; one before that ends now."""
    stored_of({tenant.pk})  # one who never had a secret still replaces one: the answer looks the same
    row = WebhookSecret.objects.select_for_update().get(tenant=tenant)
    try:
        decrypt(row.secret)
        row.previous_secret, row.previous_until = row.secret, timezone.now() + settings.WEBHOOK_SECRET_OVERLAP
    except CannotDecrypt:  # it signs no more; another secret is what ends that
        row.previous_secret, row.previous_until = "", None
    row.secret = encrypt(_new_secret())
    row.save(update_fields=["secret", "previous_secret", "previous_until"])
    return secrets_of(tenant)


def headers_for(message_id: str, body: str, *, signed_with: SigningSecrets, now: datetime) -> dict[str, str]:
    """Return the headers of one try. The receiver takes it if any of the signatures is right."""
    timestamp = str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.{body}".encode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, content) for secret in signed_with.valid),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
