"""Choosing the tenant to act for, and the marker that says whose pages these are."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from irisx.accounts.models import Tenant
from tests.factories import import_csv, make_contact, make_job, reload, upload

TENANTS = "/admin/tenants/"
HTMX = {"HX-Request": "true"}


def text_of(response) -> str:
    return response.content.decode()


def marker_of(response) -> str:
    (marker,) = re.findall(r'class="viewing".*?<b>(.*?)</b>', text_of(response), re.S)
    return marker


def listed(response) -> list[str]:
    return [line.tenant.slug for line in response.context["lines"]]


# The marker ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/admin/imports/", "/admin/imports/?tenant=acme", TENANTS, "/account/"])
def test_pages_about_all_tenants_say_so(stellas, acme, url):
    response = stellas.get(url)

    assert marker_of(response) == "all tenants"
    assert "– Admin – IRISX</title>" in text_of(response)
    assert 'data-portal="admin"' in text_of(response)


def test_each_page_about_a_tenant_names_it(stellas, acme, globex):
    waiting = upload(globex).pk
    running = make_job(globex, status="processing").pk
    done = import_csv(globex).pk
    contact = make_contact(globex, email="bea@globex.example").pk
    pages = ["imports/", "imports/new/", "contacts/", f"contacts/{contact}/", f"imports/{running}/progress/"]
    pages += [f"imports/{waiting}/{name}/" for name in ("map", "map/field/0", "review", "delete")]
    pages += [f"imports/{running}/cancel/", f"imports/{done}/result/", f"imports/{done}/rows/?outcome=created"]

    for page in pages:
        response = stellas.get(f"/admin/tenants/globex/{page}")

        assert marker_of(response) == "Globex", page
        assert "– Globex – Admin – IRISX</title>" in text_of(response)
        assert "Acme" not in text_of(response)


def test_two_tabs_each_keep_their_tenant(stellas, acme, globex):
    assert marker_of(stellas.get("/admin/tenants/acme/imports/")) == "Acme"
    assert marker_of(stellas.get("/admin/tenants/globex/imports/")) == "Globex"
    assert marker_of(stellas.get("/admin/tenants/acme/contacts/")) == "Acme"


def test_a_tenants_page_leads_to_no_page_of_another_and_none_of_a_customer(stellas, acme, globex):
    done = import_csv(acme).pk

    for page in ("", "imports/", "imports/new/", "contacts/", f"imports/{done}/result/", f"imports/{done}/rows/"):
        found = text_of(stellas.get(f"{TENANTS}acme/{page}"))
        linked = set(re.findall(r'(?:href|action|hx-get|hx-post)="(/[^"]*)"', found))
        shared = {"/account/", "/admin/", "/admin/imports/", "/admin/analytics/", TENANTS, "/admin/sign-out/"}
        ours = {url for url in linked - shared if not url.startswith("/static/")}
        assert [url for url in ours if not url.startswith(f"{TENANTS}acme/")] == []


def test_a_tenants_name_is_never_markup(stellas, acme):
    acme.name = "<script>alert(1)</script>"
    acme.save(update_fields=["name"])
    make_job(acme)

    for url in ("/admin/imports/", TENANTS, f"{TENANTS}acme/imports/"):
        assert acme.name not in text_of(stellas.get(url))


def test_customers_see_no_marker(client, alice):
    client.force_login(alice)

    assert "viewing" not in text_of(client.get("/imports/"))


# Choosing ------------------------------------------------------------------------------------------------------------


def test_a_tenant_is_chosen_by_its_address(stellas, acme):
    page = text_of(stellas.get(TENANTS))

    assert 'href="/admin/tenants/acme/imports/"' in page
    assert 'href="/admin/tenants/acme/imports/new/"' in page
    assert "Viewing:" in stellas.get("/admin/tenants/acme/").content.decode()


@pytest.mark.parametrize(
    ("search", "found"),
    [("", ["acme", "globex"]), ("GLO", ["globex"]), ("acm", ["acme"]), ("%", []), ("zzz", [])],
)
def test_tenants_are_found_by_a_part_of_the_name(stellas, acme, globex, search, found):
    assert listed(stellas.get(TENANTS, {"search": search})) == found


def test_the_list_tells_what_each_has_imported(stellas, acme, globex, bob):
    make_job(acme)
    newest = reload(make_job(acme))
    make_job(acme, deleted_at="2026-01-01T00:00:00Z")

    of_acme, of_globex = stellas.get(TENANTS).context["lines"]

    assert (of_acme.import_count, of_acme.last_upload) == (2, newest.created_at)
    assert (of_globex.import_count, of_globex.last_upload) == (0, None)
    assert (of_acme.user_count, of_globex.user_count) == (0, 1)


def test_more_tenants_take_pages_and_no_more_queries(stellas, acme):
    make_job(acme)
    with CaptureQueriesContext(connection) as of_one:
        stellas.get(TENANTS)
    Tenant.objects.bulk_create(Tenant(name=f"Firm {number:02}", slug=f"firm-{number}") for number in range(30))
    with CaptureQueriesContext(connection) as of_many:
        first = stellas.get(TENANTS)

    assert len(of_many) == len(of_one)
    assert len(listed(first)) == 25
    assert listed(stellas.get(TENANTS, {"page": "2"})) == [f"firm-{number}" for number in range(24, 30)]


def test_the_marker_opens_the_choice_as_a_dialog(stellas, acme):
    page = text_of(stellas.get(TENANTS, headers=HTMX))

    assert "<html" not in page
    assert 'id="dialog-title"' in page
    assert 'href="/admin/imports/"' in page
    assert 'href="/admin/tenants/acme/imports/"' in page


def test_operators_find_the_way_to_django_admin_and_other_staff_do_not(client, stellas):
    assert "/django-admin/" not in text_of(stellas.get(TENANTS))
    client.force_login(get_user_model().objects.create_superuser("operator@irisx.example"))

    assert "/django-admin/" in text_of(client.get(TENANTS))
