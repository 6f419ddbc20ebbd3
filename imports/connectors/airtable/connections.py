"""People's connections to Airtable: a personal access token each, kept encrypted."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from django.utils import timezone

from imports.connectors.interface import NotAuthorized
from imports.connectors.models import AirtableConnection
from irisx.accounts.tenancy import tenant_scope
from irisx.encryption import CannotDecrypt, decrypt, encrypt
from irisx.refusals import Invalid

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User

logger = logging.getLogger(__name__)

# Airtable's guide "Creating personal access tokens"; wider than what they look like today.
TOKEN = re.compile(r"pat[A-Za-z0-9.]{10,200}")


class AirtableNotAuthorized(NotAuthorized):
    """Nobody gave a token, or Airtable does not take it any more."""

    reconnect_code = "airtable_reconnect"
    reconnect_message = "Airtable does not take the access token any more. Enter a new one, then run the import."

    def __init__(self) -> None:
        super().__init__("airtable_not_authorized", "Enter an Airtable personal access token first")


def connection_of(tenant: Tenant, user: User) -> AirtableConnection | None:
    """Return this person's connection for this tenant. Inside the tenant's scope."""
    return AirtableConnection.objects.filter(tenant=tenant, user=user).first()


def connect(tenant: Tenant, user: User, token: str) -> None:
    """Keep a personal access token; it replaces a former one. Raises Invalid("invalid_token")."""
    token = token.strip()
    if not TOKEN.fullmatch(token):
        raise Invalid(
            "invalid_token",
            "This is no personal access token of Airtable: those begin with pat. Make one at "
            "airtable.com/create/tokens, with the scopes data.records:read and schema.bases:read.",
            field="token",
        )
    kept = {"token": encrypt(token), "needs_reconnect": False, "connected_at": timezone.now()}
    with tenant_scope(tenant):
        AirtableConnection.objects.update_or_create(tenant=tenant, user=user, defaults=kept)


def disconnect(tenant: Tenant, user: User) -> None:
    """Forget this person's token. Whoever made it revokes it at Airtable: no program can. Twice does no harm."""
    with tenant_scope(tenant):
        AirtableConnection.objects.filter(tenant=tenant, user=user).delete()


def token_of(tenant: Tenant, user: User) -> str:
    """Return this person's token. Raises AirtableNotAuthorized. Call outside of any tenant_scope()."""
    with tenant_scope(tenant):
        connection = connection_of(tenant, user)
    if connection is None or connection.needs_reconnect:
        raise AirtableNotAuthorized
    try:
        return decrypt(connection.token)
    except CannotDecrypt as error:
        logger.error("An Airtable token cannot be decrypted with any key of FIELD_ENCRYPTION_KEYS.")
        raise AirtableNotAuthorized from error


def mark_needs_reconnect(tenant: Tenant, user: User, *, rejected: str) -> None:
    """Note that Airtable takes this token no more, unless it is another by now."""
    with tenant_scope(tenant):
        connection = connection_of(tenant, user)
        if connection is not None and decrypt(connection.token) == rejected:
            AirtableConnection.objects.filter(pk=connection.pk, token=connection.token).update(needs_reconnect=True)
