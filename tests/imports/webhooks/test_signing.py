from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from imports.webhooks import deliveries, signing
from imports.webhooks.models import WebhookSecret
from irisx.accounts.tenancy import tenant_scope
from irisx.encryption import CannotDecrypt

pytestmark = pytest.mark.django_db

BODY = '{"type":"import.completed","name":"Zoë"}'


def secrets_of(tenant) -> signing.SigningSecrets:
    with tenant_scope(tenant):
        return signing.secrets_of(tenant)


def rotate(tenant) -> signing.SigningSecrets:
    with tenant_scope(tenant):
        return signing.rotate(tenant)


def is_taken(tenant, secret: str, *, body: str = BODY) -> bool:
    """Tell whether a receiver that holds this secret takes what is signed now."""
    headers = signing.headers_for("msg_1", BODY, signed_with=secrets_of(tenant), now=datetime.now(UTC))
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_each_tenant_has_a_secret_of_its_own_that_stays(acme, globex):
    ours = secrets_of(acme)

    assert secrets_of(acme) == ours
    assert secrets_of(globex).secret != ours.secret
    assert ours.secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(ours.secret.removeprefix("whsec_"), validate=True)) <= 64
    assert "whsec" not in repr(ours)


def test_the_secret_is_not_stored_as_it_is(acme):
    secret = secrets_of(acme).secret
    with tenant_scope(acme):
        assert secret not in WebhookSecret.objects.get(tenant=acme).secret


def test_what_is_signed_is_what_a_receiver_takes(acme, globex):
    assert is_taken(acme, secrets_of(acme).secret)
    assert not is_taken(acme, secrets_of(globex).secret)
    assert not is_taken(acme, secrets_of(acme).secret, body=BODY.replace("Zoë", "Zoe"))


def test_for_a_day_after_a_rotation_two_secrets_are_valid(acme):
    old = secrets_of(acme).secret
    with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), tick=False) as clock:
        new = rotate(acme)
        assert new.previous_until == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

        clock.shift(timedelta(hours=23, minutes=59))
        assert (is_taken(acme, old), is_taken(acme, new.secret)) == (True, True)

        clock.shift(timedelta(minutes=1))
        assert (is_taken(acme, old), is_taken(acme, new.secret)) == (False, True)
        assert secrets_of(acme).previous_until is None


def test_rotated_again_the_oldest_ends_at_once(acme):
    first, second = secrets_of(acme).secret, rotate(acme).secret
    third = rotate(acme).secret

    assert [is_taken(acme, secret) for secret in (first, second, third)] == [False, True, True]


def test_a_tenant_that_never_had_a_secret_can_rotate_it(acme):
    assert rotate(acme).previous_until is not None


def test_a_secret_that_signs_no_more_is_erased(acme):
    rotate(acme)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        deliveries.purge()

    with tenant_scope(acme):
        stored = WebhookSecret.objects.get(tenant=acme)
    assert (stored.previous_secret, stored.previous_until) == ("", None)


def test_a_secret_whose_key_is_lost_is_said_to_be_lost(acme, settings):
    secrets_of(acme)
    settings.FIELD_ENCRYPTION_KEYS = ["b25seS13aGlsZS10aGUtaW1hZ2UtaXMtYnVpbHQtLS0="]

    with pytest.raises(CannotDecrypt):
        secrets_of(acme)
