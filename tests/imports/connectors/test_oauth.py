"""Connecting a Google account: what is taken, from whom, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from imports.connectors.google import connections
from imports.connectors.google.connections import GoogleNotAuthorized
from imports.connectors.models import GoogleConnection, GoogleRevocation
from imports.tasks import revoke_google_access
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.conftest import PASSWORD
from tests.standins import answer_of_google

pytestmark = pytest.mark.django_db

AUTH = "/v1/imports/google/auth"


def kept():
    with tenant_scope(ALL):
        return list(GoogleConnection.objects.all())


@pytest.fixture
def alices(client, alice):
    """Alice's browser."""
    client.force_login(alice)
    return client


@pytest.fixture
def begun(google, alices):
    """The address that Google sends Alice back to, once she has agreed."""
    return answer_of_google(alices.get(AUTH).json()["auth_url"])


def test_consent_is_asked_for_reading_sheets_offline_with_pkce(google, alices):
    url = urlsplit(alices.get(AUTH).json()["auth_url"])
    query = {name: values[0] for name, values in parse_qs(url.query).items()}

    assert query.pop("state")
    assert len(query.pop("code_challenge")) == 43
    assert query == {
        "client_id": "client",
        "redirect_uri": "http://testserver/v1/imports/google/callback",
        "response_type": "code",
        "scope": "https://www.googleapis.com/auth/spreadsheets.readonly",
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    }


def test_answer_in_the_same_session_connects(begun, google, alices, alice, acme):
    page = alices.get(begun)

    assert page.status_code == 200
    assert "Google is connected" in page.content.decode()
    (connection,) = kept()
    assert (connection.tenant, connection.user, connection.needs_reconnect) == (acme, alice, False)
    assert google.consents == 1
    assert google.counts == {"token:authorization_code": 1}  # and no call for a profile


def test_program_begins_and_browser_ends(google, client, alice):
    token = issue_tokens(alice)["access"]
    auth_url = client.get(AUTH, headers={"Authorization": f"Bearer {token}"}).json()["auth_url"]
    client.force_login(alice)

    assert client.get(answer_of_google(auth_url)).status_code == 200
    assert len(kept()) == 1


def test_nobody_begins_without_session_or_token(google, client):
    assert client.get(AUTH).status_code == 401


def test_who_is_not_signed_in_signs_in_and_is_asked(begun, google, client, alice):
    client.logout()

    sign_in = client.get(begun)
    assert sign_in.status_code == 302
    assert sign_in["Location"].startswith(reverse("customer:sign-in"))
    asked = client.post(sign_in["Location"], {"username": alice.email, "password": PASSWORD}, follow=True)

    assert "Connect this Google account to Acme as Alice Ames?" in asked.content.decode()
    assert kept() == []
    fields = {name: parse_qs(urlsplit(begun).query)[name][0] for name in ("state", "code")}
    assert client.post(reverse("google-callback"), fields).status_code == 200
    assert len(kept()) == 1


def test_answer_is_taken_once(begun, alices):
    assert alices.get(begun).status_code == 200
    (first,) = kept()

    assert alices.get(begun).status_code == 400
    assert [again.access_token for again in kept()] == [first.access_token]


def test_answer_that_is_ten_minutes_old_is_refused(begun, alices, monkeypatch):
    now = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 601)

    assert alices.get(begun).status_code == 400
    assert kept() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda query: {**query, "state": "x"},
        lambda query: {**query, "state": query["state"][:-1] + ("A" if query["state"][-1] != "A" else "B")},
        lambda query: {name: value for name, value in query.items() if name != "state"},
        lambda query: {name: value for name, value in query.items() if name != "code"},
        lambda query: {**query, "code": "4/another"},
    ],
    ids=["foreign state", "changed state", "no state", "no code", "foreign code"],
)
def test_answer_with_another_state_or_code_is_refused(begun, alices, change):
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun).query).items()}

    page = alices.get("/v1/imports/google/callback", change(query))

    assert page.status_code == 400
    assert "Google is not connected" in page.content.decode()
    assert kept() == []


def test_answer_in_anothers_session_is_refused_and_used_up(begun, alices, client, alice, bob):
    client.force_login(bob)
    assert client.get(begun).status_code == 400
    client.force_login(alice)
    assert client.get(begun).status_code == 400

    assert kept() == []


def test_code_is_worth_nothing_under_another_verifier(begun, google, alices):
    state = parse_qs(urlsplit(answer_of_google(alices.get(AUTH).json()["auth_url"])).query)["state"][0]
    code = parse_qs(urlsplit(begun).query)["code"][0]

    page = alices.get("/v1/imports/google/callback", {"state": state, "code": code})

    assert (page.status_code, kept()) == (400, [])


def test_denied_consent_stores_nothing(google, alices):
    denied = answer_of_google(alices.get(AUTH).json()["auth_url"], decision="deny")

    page = alices.get(denied)

    assert (page.status_code, kept()) == (400, [])
    assert "You did not give access" in page.content.decode()


@pytest.mark.parametrize(
    ("mood", "value"), [("grants_scope", "openid"), ("gives_refresh_token", False), ("grants_scope", "")]
)
def test_less_than_what_was_asked_for_is_not_taken(google, alices, mood, value):
    setattr(google, mood, value)

    page = alices.get(answer_of_google(alices.get(AUTH).json()["auth_url"]))

    assert (page.status_code, kept()) == (400, [])


def test_google_away_is_said_so(begun, google, alices):
    google.token_troubles[:] = [503]

    page = alices.get(begun)

    assert (page.status_code, page["Retry-After"], kept()) == (503, "60", [])


def test_answer_may_not_be_posted_from_elsewhere(begun, google, alice):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    fields = {name: parse_qs(urlsplit(begun).query)[name][0] for name in ("state", "code")}

    assert strict.post(reverse("google-callback"), fields).status_code == 403
    assert kept() == []


def test_not_set_up_is_said_so(settings, alices, alice, client):
    settings.GOOGLE_CLIENT_ID = ""

    answer = alices.get(AUTH)

    assert (answer.status_code, answer.json()["code"]) == (503, "google_not_configured")


# Tokens at rest ------------------------------------------------------------------------------------------------------


def test_tokens_are_not_in_the_database_as_text(connected, acme, alice):
    token, _ = connections.access_token(acme.pk, alice.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT google_oauth_tokens::text FROM google_oauth_tokens")
        (row,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(exchange, '') FROM google_authorizations")
        (exchanges,) = cursor.fetchone()

    assert token.startswith("ya29.")
    assert token not in row
    assert "ya29." not in row
    assert "1//" not in row
    assert "verifier" not in exchanges


def test_a_new_key_takes_over(connected, acme, alice, settings):
    token, _ = connections.access_token(acme.pk, alice.pk)
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    assert connections.access_token(acme.pk, alice.pk)[0] == token

    call_command("rotate_encryption_keys")
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]

    assert connections.access_token(acme.pk, alice.pk)[0] == token


def test_a_lost_key_asks_to_connect_and_breaks_nothing(connected, acme, alice, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(GoogleNotAuthorized):
        connections.access_token(acme.pk, alice.pk)
    with pytest.raises(CommandError):
        call_command("rotate_encryption_keys")


# Renewing and taking back --------------------------------------------------------------------------------------------


def test_old_token_is_renewed(connected, acme, alice):
    first, _ = connections.access_token(acme.pk, alice.pk)
    with tenant_scope(acme):
        GoogleConnection.objects.update(expires_at=timezone.now() + timedelta(seconds=30))

    second, end = connections.access_token(acme.pk, alice.pk)

    assert second != first
    assert end > timezone.now() + timedelta(minutes=50)
    assert connected.counts["token:refresh_token"] == 1


def test_consent_taken_back_is_asked_for_anew_and_google_not_asked_again(connected, acme, alice):
    connected.take_back()
    with tenant_scope(acme):
        GoogleConnection.objects.update(expires_at=timezone.now())

    for _ in range(3):
        with pytest.raises(GoogleNotAuthorized):
            connections.access_token(acme.pk, alice.pk)

    assert connected.counts["token:refresh_token"] == 1
    assert [connection.needs_reconnect for connection in kept()] == [True]


def test_google_away_while_renewing_is_no_reason_to_connect_anew(connected, acme, alice):
    connected.token_troubles[:] = [500] * 5
    with tenant_scope(acme):
        GoogleConnection.objects.update(expires_at=timezone.now())

    with pytest.raises(connections.RemoteUnavailable):
        connections.access_token(acme.pk, alice.pk)

    assert connected.counts["token:refresh_token"] == 5
    assert connections.access_token(acme.pk, alice.pk)
    assert [connection.needs_reconnect for connection in kept()] == [False]


def test_disconnecting_deletes_at_once_and_revokes(connected, acme, alice):
    connections.disconnect(acme, alice)
    connections.disconnect(acme, alice)

    assert kept() == []
    with tenant_scope(acme):
        revocation = GoogleRevocation.objects.get()
    connected.revoke_troubles[:] = [503]
    with pytest.raises(connections.RemoteUnavailable):
        revoke_google_access(tenant_id=acme.pk, revocation_id=str(revocation.pk))
    assert connected.consents == 1
    for _ in range(2):
        revoke_google_access(tenant_id=acme.pk, revocation_id=str(revocation.pk))
    assert connected.consents == 0
    with tenant_scope(acme):
        assert not GoogleRevocation.objects.exists()
    assert [request.query for request in connected.requests if request.path == "/revoke"] == [{}, {}]
