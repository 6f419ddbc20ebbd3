"""People's connections to Google: their tokens, kept encrypted and renewed by one at a time."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from imports.connectors.google import google_unavailable, oauth
from imports.connectors.interface import NotAuthorized, RemoteUnavailable
from imports.connectors.models import GoogleConnection, GoogleRevocation
from imports.connectors.patience import TryAgain, patiently
from irisx.accounts.tenancy import tenant_scope
from irisx.encryption import CannotDecrypt, decrypt, encrypt
from irisx.queue import defer

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User

logger = logging.getLogger(__name__)

# An access token this near to its end is renewed before it is used.
MARGIN = timedelta(minutes=1)
# How long one who renews keeps the others waiting; after that another tries. Longer than all its tries take.
RENEWAL = timedelta(seconds=75)
LOOK_SECONDS = 0.1


class GoogleNotAuthorized(NotAuthorized):
    """Nobody has connected Google, or their consent is good no more. Clients match on its words."""

    reconnect_code = "google_reconnect"
    reconnect_message = "Google does not let us read this sheet any more. Connect Google again, then run the import."

    def __init__(self) -> None:
        super().__init__("google_not_authorized", "Please authorize Google Sheets access first")


def connection_of(tenant: Tenant, user: User) -> GoogleConnection | None:
    """Return this person's connection for this tenant. Inside the tenant's scope."""
    return GoogleConnection.objects.filter(tenant=tenant, user=user).first()


def connect(tenant: Tenant, user: User, tokens: oauth.Tokens) -> None:
    """Keep the tokens that Google gave; they replace former ones."""
    kept = {
        "access_token": encrypt(tokens.access_token),
        "refresh_token": encrypt(tokens.refresh_token),
        "expires_at": _end_of(tokens),
        "needs_reconnect": False,
        "renewing_until": None,
        "connected_at": timezone.now(),
    }
    with tenant_scope(tenant):
        GoogleConnection.objects.update_or_create(tenant=tenant, user=user, defaults=kept)


def disconnect(tenant: Tenant, user: User) -> None:
    """Delete this person's connection at once; a task tells Google, later again if it is away. Twice does no harm."""
    from imports.tasks import revoke_google_access  # that module imports the services, which import connectors

    with tenant_scope(tenant):
        connection = GoogleConnection.objects.select_for_update().filter(tenant=tenant, user=user).first()
        if connection is None:
            return
        revocation = GoogleRevocation.objects.create(tenant=tenant, token=connection.refresh_token)
        connection.delete()
        defer(revoke_google_access, tenant_id=tenant.pk, revocation_id=str(revocation.pk))


def revoke(tenant_id: int, revocation_id: UUID) -> None:
    """Tell Google to forget a token. Raises RemoteUnavailable while it does not answer. It may run twice."""
    with tenant_scope(tenant_id):
        revocation = GoogleRevocation.objects.filter(pk=revocation_id).first()
    if revocation is None:
        return
    try:
        oauth.revoke(decrypt(revocation.token))
    except oauth.TokenRefused:
        pass  # it has forgotten it already
    except CannotDecrypt:
        logger.error("Google was not told to forget token %s: it cannot be decrypted.", revocation_id)
    with tenant_scope(tenant_id):
        revocation.delete()


def access_token(tenant_id: int, user_id: int, *, rejected: str = "") -> tuple[str, datetime]:
    """Return an access token and its end; never the one that Google `rejected`. Call outside of any tenant_scope().

    An old one is renewed first, by one at a time: the others wait for what comes of it. Raises GoogleNotAuthorized, or
    RemoteUnavailable if Google does not answer.
    """
    deadline = time.monotonic() + RENEWAL.total_seconds()
    while time.monotonic() < deadline:
        connection = _usable(tenant_id, user_id)
        token = _decrypted(connection.access_token)
        if token != rejected and connection.expires_at > timezone.now() + MARGIN:
            return token, connection.expires_at
        if _claim_renewal(connection):
            _renew(connection)
        else:
            # Waited for like this, because a row lock would be held with its transaction while Google is asked.
            time.sleep(LOOK_SECONDS)
    raise google_unavailable()


def mark_needs_reconnect(tenant_id: int, user_id: int, *, rejected: str) -> None:
    """Note that Google takes this consent no more, unless its access token is another than `rejected` by now."""
    with tenant_scope(tenant_id):
        connection = GoogleConnection.objects.filter(tenant_id=tenant_id, user_id=user_id).first()
        if connection is not None and _decrypted(connection.access_token) == rejected:
            GoogleConnection.objects.filter(pk=connection.pk, access_token=connection.access_token).update(
                needs_reconnect=True, renewing_until=None
            )


def _usable(tenant_id: int, user_id: int) -> GoogleConnection:
    with tenant_scope(tenant_id):
        connection = GoogleConnection.objects.filter(tenant_id=tenant_id, user_id=user_id).first()
    if connection is None or connection.needs_reconnect:
        raise GoogleNotAuthorized
    return connection


def _claim_renewal(connection: GoogleConnection) -> bool:
    """Take it on to renew a token. Of several who try, one gets it; who dies at it keeps it until its time is up."""
    now = timezone.now()
    with tenant_scope(connection.tenant_id):
        free = GoogleConnection.objects.filter(Q(renewing_until=None) | Q(renewing_until__lt=now))
        return bool(
            free.filter(pk=connection.pk, access_token=connection.access_token).update(renewing_until=now + RENEWAL)
        )


def _renew(connection: GoogleConnection) -> None:
    """Get a new access token, for whoever has claimed to. Raises GoogleNotAuthorized or RemoteUnavailable."""
    mine = GoogleConnection.objects.filter(pk=connection.pk, access_token=connection.access_token)
    changes: dict[str, object] = {"renewing_until": None}
    try:
        tokens = patiently(lambda: _refreshed(connection))
        changes |= {"access_token": encrypt(tokens.access_token), "expires_at": _end_of(tokens)}
        if tokens.refresh_token:
            changes["refresh_token"] = encrypt(tokens.refresh_token)
    except oauth.TokenRefused as error:
        changes["needs_reconnect"] = True
        logger.info("Google connection %s needs consent anew.", connection.pk)
        raise GoogleNotAuthorized from error
    except TryAgain as error:
        raise google_unavailable() from error
    finally:
        with tenant_scope(connection.tenant_id):
            mine.update(**changes)


def _refreshed(connection: GoogleConnection) -> oauth.Tokens:
    try:
        return oauth.refresh(_decrypted(connection.refresh_token))
    except RemoteUnavailable as error:
        raise TryAgain from error


def _decrypted(token: str) -> str:
    try:
        return decrypt(token)
    except CannotDecrypt as error:
        # Kept as it is: whoever runs this may have left a key out by mistake.
        logger.error("A Google token cannot be decrypted with any key of FIELD_ENCRYPTION_KEYS.")
        raise GoogleNotAuthorized from error


def _end_of(tokens: oauth.Tokens) -> datetime:
    return timezone.now() + timedelta(seconds=tokens.expires_in)
