"""What is kept encrypted, and how its keys are replaced."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from imports.webhooks.models import WebhookSecret
from irisx.accounts.tenancy import tenant_scope
from irisx.encryption import CannotDecrypt, decrypt, encrypt, encrypted_fields

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def stored(tenant) -> WebhookSecret:
    with tenant_scope(tenant):
        return WebhookSecret.objects.get(tenant=tenant)


def store(tenant, **texts) -> None:
    with tenant_scope(tenant):
        WebhookSecret.objects.create(tenant=tenant, **{name: encrypt(text) for name, text in texts.items()})


def test_what_is_stored_does_not_show_the_text_and_is_never_twice_the_same():
    first, second = encrypt("whsec_Ünter uns"), encrypt("whsec_Ünter uns")

    assert first != second
    assert "whsec" not in first
    assert decrypt(first) == decrypt(second) == "whsec_Ünter uns"


@pytest.mark.parametrize("text", ["", "whsec_plain", "gAAAAA"])
def test_what_was_not_encrypted_cannot_be_decrypted(text):
    with pytest.raises(CannotDecrypt):
        decrypt(text)


def test_secrets_of_tenants_are_among_what_is_encrypted():
    assert {(WebhookSecret, "secret"), (WebhookSecret, "previous_secret")} <= set(encrypted_fields())


def test_a_key_is_replaced_without_losing_what_it_encrypted(acme, globex, settings, capsys):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    store(acme, secret="ours", previous_secret="ours before")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(stored(acme).secret) == "ours"
    store(globex, secret="theirs")

    call_command("rotate_encryption_keys")

    assert capsys.readouterr().out == "3 values are encrypted with the first key now.\n"
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    ours, theirs = stored(acme), stored(globex)
    assert [decrypt(text) for text in (ours.secret, ours.previous_secret, theirs.secret)] == [
        "ours",
        "ours before",
        "theirs",
    ]
    assert theirs.previous_secret == ""


def test_what_no_key_decrypts_is_counted_and_left_as_it_is(acme, globex, settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    store(acme, secret="lost")
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    store(globex, secret="kept")
    before = stored(acme).secret

    with pytest.raises(CommandError, match="1 values could not be decrypted"):
        call_command("rotate_encryption_keys")

    assert stored(acme).secret == before
    assert decrypt(stored(globex).secret) == "kept"
