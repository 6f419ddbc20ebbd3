"""Signing in and out of the customer portal."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD

SIGN_IN = "/sign-in/"


def sign_in(client, **changes):
    return client.post(SIGN_IN, {"username": "alice@acme.example", "password": PASSWORD, **changes})


def test_the_right_password_leads_to_the_imports(client, alice):
    response = sign_in(client)

    assert response.url == reverse("customer:dashboard")
    assert client.get(response.url, follow=True).status_code == 200


def test_people_sign_in_as_they_type_their_address(client, alice):
    assert sign_in(client, username=" Alice@ACME.example ").status_code == 302


def test_a_wrong_password_is_said_at_the_field(client, alice):
    page = sign_in(client, password="wrong").content.decode()

    assert "E-mail and password do not go together. Try again." in page
    assert 'aria-invalid="true"' in page
    assert "wrong" not in page.replace("went wrong", "")


def test_what_is_missing_is_said(client, db):
    page = sign_in(client, username="", password="").content.decode()

    assert "Enter your e-mail address." in page
    assert "Enter your password." in page


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_host(client, alice, next_url):
    assert sign_in(client, next=next_url).url == reverse("customer:dashboard")


def test_after_signing_in_the_page_that_was_asked_for_opens(client, alice):
    asked = client.get("/contacts/?search=ann").url
    assert asked == "/sign-in/?next=/contacts/%3Fsearch%3Dann"

    assert sign_in(client, next="/contacts/?search=ann").url == "/contacts/?search=ann"


def test_a_fragment_asked_for_without_a_session_sends_the_whole_page_to_sign_in(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/imports/"}

    response = client.get("/imports/", headers=headers)

    assert response["HX-Redirect"] == "/sign-in/?next=/imports/"


def test_signing_out_takes_a_post(alices):
    assert alices.get("/sign-out/").status_code == 405
    assert alices.post("/sign-out/").url == SIGN_IN
    assert alices.get("/imports/").status_code == 302
