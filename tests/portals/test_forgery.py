"""X-2: nothing is done for somebody whose browser another site makes ask, and signing in makes a new session."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from portals.admin.urls import urlpatterns as admin_pages
from portals.urls import tenant_pages
from tests.conftest import PASSWORD
from tests.factories import make_job
from tests.portals.admin.test_access import arguments, methods_of

pytestmark = pytest.mark.django_db

EVIL = {"HTTP_ORIGIN": "https://evil.example", "HTTP_REFERER": "https://evil.example/"}
# As a form can send it, and as a script can without asking first.
TYPES = ["application/x-www-form-urlencoded", "text/plain", "application/json"]

DOORS_OF_STAFF = {
    *("put-back", "cancel", "sign-in", "sign-out"),
    *("new-tenant", "tenant-settings", "users", "deactivate-user", "activate-user", "mail-link"),
}


def addresses_that_do_something(namespace, job, *first):
    pages = [page for page in tenant_pages if "post" in methods_of(page)]
    return [reverse(f"{namespace}:{page.name}", args=[*first, *arguments(page.name, job.pk)]) for page in pages]


@pytest.mark.parametrize("content_type", TYPES)
def test_no_page_does_what_another_site_asks(acme, alice, staff, content_type):
    job = make_job(acme)
    alices, stellas = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    alices.force_login(alice)
    stellas.force_login(staff)
    of_tenants = addresses_that_do_something("admin_portal", job, "acme")
    keys = {"tenant_slug": "acme", "job_id": job.pk, "user_id": alice.pk}
    of_staff = [
        reverse(f"admin_portal:{page.name}", args=[keys[name] for name in page.pattern.converters])
        for page in admin_pages
        if getattr(page, "name", None) in DOORS_OF_STAFF
    ]
    assert (len(of_tenants) > 30, len(of_staff)) == (True, len(DOORS_OF_STAFF))

    answers = dict.fromkeys(addresses_that_do_something("customer", job), alices)
    answers |= dict.fromkeys([*of_tenants, *of_staff], stellas)
    done = [
        url
        for url, browser in answers.items()
        if browser.post(url, "a=b", content_type=content_type, **EVIL).status_code != 403
    ]

    assert done == []


@pytest.mark.parametrize(("door", "who"), [("/sign-in/", "alice"), ("/admin/sign-in/", "staff")])
def test_signing_in_makes_a_new_session(request, client, door, who):
    user = request.getfixturevalue(who)
    planted = client.session.session_key

    client.post(door, {"username": user.email, "password": PASSWORD})

    assert client.session.get("_auth_user_id") == str(user.pk)
    assert client.session.session_key != planted
