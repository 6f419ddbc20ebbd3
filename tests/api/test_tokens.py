"""Who gets in under /v1/, and who does not."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from irisx.accounts.authentication import issue_tokens
from irisx.accounts.models import ApiSession
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import make_job

pytestmark = pytest.mark.django_db

PASSWORD = "a long and secret one"


@pytest.fixture
def ana(acme, django_user_model):
    return django_user_model.objects.create_user("ana@acme.example", PASSWORD, tenant=acme)


@pytest.fixture
def claims(ana):
    """What a good access token says."""
    return dict(RefreshToken.for_user(ana).access_token.payload) | {"iss": "irisx", "aud": "irisx-api"}


def signed_as(claims, algorithm):
    """Return a token whose header names an algorithm that it is not signed with, as if the key were a public one."""
    header, payload = (
        base64.urlsafe_b64encode(json.dumps(part, default=lambda moment: int(moment.timestamp())).encode()).rstrip(b"=")
        for part in ({"alg": algorithm, "typ": "JWT"}, claims)
    )
    signature = hmac.digest(settings.SECRET_KEY.encode(), header + b"." + payload, "sha256")
    return b".".join((header, payload, base64.urlsafe_b64encode(signature).rstrip(b"="))).decode()


def sign(claims, *, key=None, algorithm="HS256", headers=None):
    return jwt.encode(claims, settings.SECRET_KEY if key is None else key, algorithm=algorithm, headers=headers)


def status_with(token, **extra):
    return APIClient().get("/v1/imports", HTTP_AUTHORIZATION=f"Bearer {token}", **extra).status_code


def test_password_gives_an_access_token_that_is_let_in(ana):
    answer = APIClient().post("/v1/auth/token", {"email": "Ana@acme.example", "password": PASSWORD}, format="json")

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert status_with(answer.json()["access"]) == 200


@pytest.mark.parametrize("email", ["ana@acme.example", "nobody@acme.example"])
def test_wrong_password_and_unknown_address_are_answered_alike(ana, email):
    answer = APIClient().post("/v1/auth/token", {"email": email, "password": "guess"}, format="json")

    assert answer.status_code == 401
    assert answer.json() == {
        "error": "There is no account with this e-mail address and password.",
        "code": "wrong_credentials",
    }
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("body", [{}, {"email": "ana@acme.example"}, [], "text", {"email": {}, "password": []}])
def test_sign_in_without_email_and_password_is_a_bad_request(ana, body):
    answer = APIClient().post("/v1/auth/token", body, format="json")

    assert answer.status_code == 400
    assert set(answer.json()) >= {"error", "code"}


def test_a_good_token_of_our_own_making_is_let_in(claims):
    assert status_with(sign(claims)) == 200


FORGED = {
    "no signature": lambda claims: sign(claims, key="", algorithm="none"),
    "another key": lambda claims: sign(claims, key="somebody else's key, also rather long"),
    "another algorithm": lambda claims: sign(claims, key=settings.SECRET_KEY * 2, algorithm="HS512"),
    "a public key's algorithm": lambda claims: signed_as(claims, "RS256"),
    "no algorithm, in other letters": lambda claims: signed_as(claims, "NoNe"),
    "expired": lambda claims: sign(claims | {"exp": timezone.now() - timedelta(seconds=1)}),
    "without an end": lambda claims: sign({name: claims[name] for name in claims if name != "exp"}),
    "another audience": lambda claims: sign(claims | {"aud": "somebody-else"}),
    "without audience": lambda claims: sign({name: claims[name] for name in claims if name != "aud"}),
    "another issuer": lambda claims: sign(claims | {"iss": "somebody-else"}),
    "without issuer": lambda claims: sign({name: claims[name] for name in claims if name != "iss"}),
    "a refresh token": lambda claims: sign(claims | {"token_type": "refresh"}),
    "nobody's": lambda claims: sign(claims | {"user_id": "999999999"}),
    "no user": lambda claims: sign({name: claims[name] for name in claims if name != "user_id"}),
    "another password": lambda claims: sign(claims | {"hash_password": "0" * 32}),
    "a critical header": lambda claims: sign(claims, headers={"crit": ["exp"]}),
    "an unknown critical header": lambda claims: sign(claims, headers={"crit": ["bork"], "bork": True}),
    "cut off": lambda claims: sign(claims)[:-3],
    "not a token": lambda claims: "abc.def.ghi",
    "not ASCII": lambda claims: "ÿ.ÿ.ÿ",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_forged_token_is_refused(claims, forge):
    answer = APIClient().get("/v1/imports", HTTP_AUTHORIZATION=f"Bearer {forge(claims)}")

    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "code"}


def test_token_in_the_address_does_not_count(claims):
    assert APIClient().get(f"/v1/imports?access_token={sign(claims)}&token={sign(claims)}").status_code == 401


def test_token_is_in_no_line_of_the_log(claims, caplog):
    good, forged = sign(claims), sign(claims | {"aud": "somebody-else"})
    caplog.set_level("DEBUG")

    for token in (good, forged):
        status_with(token)
        APIClient().get(f"/v1/nothing?access_token={token}", HTTP_AUTHORIZATION=f"Bearer {token}")
    APIClient().post("/v1/auth/token/refresh", {"refresh": good}, format="json")

    for token in (good, forged):
        assert token.rpartition(".")[2] not in caplog.text


def test_session_cookie_does_not_count(ana):
    browser = Client()
    browser.force_login(ana)

    assert browser.get("/v1/imports").status_code == 401


def test_token_of_a_deactivated_user_ends_at_once(ana):
    token = issue_tokens(ana)["access"]
    assert status_with(token) == 200

    ana.is_active = False
    ana.save(update_fields=["is_active"])

    assert status_with(token) == 401


def test_token_of_a_user_who_moved_is_about_the_new_tenant_from_the_next_request_on(ana, acme, globex):
    token = issue_tokens(ana)["access"]
    job = make_job(acme)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get(f"/v1/imports/{job.pk}").status_code == 200

    ana.tenant = globex
    ana.save(update_fields=["tenant"])

    assert client.get(f"/v1/imports/{job.pk}").status_code == 404


def test_changed_password_ends_access_and_refresh_tokens(ana):
    tokens = issue_tokens(ana)

    ana.set_password("another long and secret one")
    ana.save(update_fields=["password"])

    assert status_with(tokens["access"]) == 401
    assert renew(tokens["refresh"]).status_code == 401


# Refresh tokens ------------------------------------------------------------------------------------------------------


def renew(token):
    return APIClient().post("/v1/auth/token/refresh", {"refresh": token}, format="json")


def test_refresh_token_gives_a_new_pair(ana):
    answer = renew(issue_tokens(ana)["refresh"])

    assert answer.status_code == 200
    assert status_with(answer.json()["access"]) == 200
    assert renew(answer.json()["refresh"]).status_code == 200


def test_refresh_token_used_twice_ends_its_session(ana):
    first = issue_tokens(ana)["refresh"]
    other_session = issue_tokens(ana)["refresh"]
    second = renew(first).json()["refresh"]

    assert renew(first).status_code == 401
    assert renew(second).status_code == 401
    assert renew(other_session).status_code == 200


def test_access_token_does_not_refresh(ana):
    assert renew(issue_tokens(ana)["access"]).status_code == 401


def test_refresh_token_does_not_let_in(ana):
    assert status_with(issue_tokens(ana)["refresh"]) == 401


def test_refresh_token_of_a_deactivated_or_deleted_user_is_refused(ana):
    refresh = issue_tokens(ana)["refresh"]
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    assert renew(refresh).status_code == 401

    with tenant_scope(ALL):
        ana.delete()
    assert renew(refresh).status_code == 401


def test_refresh_token_that_no_session_knows_is_refused(ana):
    assert renew(str(RefreshToken.for_user(ana))).status_code == 401


def test_ended_sessions_are_removed_when_their_user_signs_in_again(ana):
    issue_tokens(ana)
    ApiSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    issue_tokens(ana)

    assert ApiSession.objects.filter(user=ana).count() == 1
